"""What came back by mail, with the one thing staff do to it: say that they have looked."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from vetting.accounts.models import User
from vetting.admin.reading import ReadingDesk
from vetting.kernel.verdict import RefusedError
from vetting.replies import actions
from vetting.replies.models import Reply


class ReplyDesk(ReadingDesk):
    list_display = ("received_at", "kind", "ask", "sender", "subject", "settled_at")
    list_filter = ("kind", ("settled_at", admin.EmptyFieldListFilter))
    search_fields = ("sender", "subject")
    actions = ("settle",)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_staff

    @admin.action(description="Looked at: nothing is left to do", permissions=["settle"])
    def settle(self, request: HttpRequest, replies: QuerySet[Reply]) -> None:
        assert isinstance(request.user, User)
        for reply in replies:
            try:
                actions.settle(reply.pk, by=request.user.actor, at=timezone.now())
            except RefusedError as refused:
                self.message_user(request, f"{reply}: {refused.verdict.reason}", messages.ERROR)
