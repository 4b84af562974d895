"""The outbox's rows, with the two things staff may do to a letter in doubt."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from vetting.accounts.models import User
from vetting.admin.reading import ReadingDesk
from vetting.followups import actions, outbox
from vetting.followups.models import AskStep
from vetting.jobs.bell import ring
from vetting.kernel.verdict import RefusedError


class LetterDesk(ReadingDesk):
    list_display = ("ask", "step", "state", "due_at", "attempts", "held", "detail")
    list_filter = ("state", "step")
    search_fields = ("message_id",)
    actions = ("count_as_sent", "resend")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The outbox page leads here by the domain of the mailbox."""
        return lookup == "ask__referee__mailbox__endswith" or super().lookup_allowed(lookup, value, request)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_staff

    @admin.action(description="In doubt: it arrived", permissions=["settle"])
    def count_as_sent(self, request: HttpRequest, steps: QuerySet[AskStep]) -> None:
        self._settle(request, steps, outbox.count_as_sent)

    @admin.action(description="In doubt: it did not arrive, send it once more", permissions=["settle"])
    def resend(self, request: HttpRequest, steps: QuerySet[AskStep]) -> None:
        self._settle(request, steps, actions.resend)

    def _settle(self, request: HttpRequest, steps: QuerySet[AskStep], act: Callable[..., None]) -> None:
        assert isinstance(request.user, User)
        by, at = request.user.actor, timezone.now()
        for step in steps:
            try:
                act(step.pk, by=by, at=at)
            except RefusedError as refused:
                self.message_user(request, f"{step}: {refused.verdict.reason}", messages.ERROR)
        ring("followups")
