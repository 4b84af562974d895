"""Profiles, with the two things staff may do to one."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from vetting.accounts.models import User
from vetting.admin.reading import ReadingDesk
from vetting.jobs.bell import ring
from vetting.kernel.actors import Actor
from vetting.kernel.verdict import RefusedError
from vetting.profiles import actions
from vetting.profiles.models import Profile


class ProfileDesk(ReadingDesk):
    list_display = ("name", "status", "origin", "country", "evidence_version", "is_demo")
    list_filter = ("status", "origin", "is_demo")
    search_fields = ("name", "slug")
    actions = ("suspend", "restore")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_staff

    @admin.action(
        description="Suspend: take out of sight while something is looked into", permissions=["moderate"]
    )
    def suspend(self, request: HttpRequest, profiles: QuerySet[Profile]) -> None:
        for profile in profiles:
            try:
                actions.suspend(
                    profile, reason="by staff, from the list", by=_actor(request), at=timezone.now()
                )
            except RefusedError as refused:
                self.message_user(request, f"{profile.name}: {refused.verdict.reason}", messages.ERROR)
        ring("scorecards", "search")

    @admin.action(description="Restore: list again", permissions=["moderate"])
    def restore(self, request: HttpRequest, profiles: QuerySet[Profile]) -> None:
        for profile in profiles:
            try:
                actions.restore(profile, by=_actor(request), at=timezone.now())
            except RefusedError as refused:
                self.message_user(request, f"{profile.name}: {refused.verdict.reason}", messages.ERROR)
        ring("scorecards", "search")


def _actor(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)
    return request.user.actor
