"""Asks: what was asked of whom in the consultant's name, and where each stands; and the peers she asks."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.api.doors import Door, operation, page_of
from vetting.api.fields import Input, Text
from vetting.api.lookup import one_of
from vetting.api.pages import PageInput
from vetting.api.profiles import own_profile
from vetting.followups import queries
from vetting.followups.models import Ask as AskRow
from vetting.jobs.bell import ring
from vetting.kernel.languages import LANGUAGES
from vetting.kernel.text import LINE
from vetting.referrals import actions as referrals
from vetting.referrals import queries as referral_queries


class WhomInput(Input):
    name = Text(most=LINE)
    email = Text(most=254, help_text="Of somebody who was there; never your own mailbox or domain.")
    language = Text(
        default="",
        words=tuple(LANGUAGES),
        help_text="In which they are written to: leave it empty to go by the client's country.",
    )


class HeldSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField()
    until = serializers.DateTimeField(help_text="The earliest moment the letter may go.")
    place = serializers.IntegerField(help_text="In the line of letters that wait for that person; 1 is next.")


class AskSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="goal, outcome, peer or sustain.")
    subject = serializers.UUIDField(
        source="subject_id", help_text="The goal, outcome or referral it is about."
    )
    referee = serializers.CharField(source="about.referee", help_text="The name you gave.")
    status = serializers.CharField()
    status_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    begun_at = serializers.DateTimeField(allow_null=True, help_text="When the first letter went out.")
    expires_at = serializers.DateTimeField()
    held = serializers.SerializerMethodField()

    @extend_schema_field(HeldSerializer(allow_null=True, help_text="Why a cap keeps the letter back."))
    def get_held(self, ask: AskRow) -> dict[str, Any] | None:
        """Reads `holds`, what queries.holds() found, from the context."""
        if ask.pk not in self.context["holds"]:
            return None
        hold = self.context["holds"][ask.pk]
        return dict(HeldSerializer(hold).data)


class ReferralSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    ask = serializers.UUIDField(source="ask_id")
    referee = serializers.CharField(source="ask.about.referee", default="", help_text="The name you gave.")
    status = serializers.CharField()
    status_at = serializers.DateTimeField()
    relation = serializers.CharField()
    skill = serializers.CharField()
    saw = serializers.CharField()
    seen_from = serializers.IntegerField(allow_null=True)
    seen_to = serializers.IntegerField(allow_null=True)
    gets_fee = serializers.BooleanField(allow_null=True)
    created_at = serializers.DateTimeField()
    given_at = serializers.DateTimeField(allow_null=True)


def shown(ask: AskRow) -> dict[str, Any]:
    return dict(AskSerializer(ask, context={"holds": queries.holds([ask])}).data)


class Asks(Door):
    @operation("asks_list", scope="read", query=PageInput, gives=page_of(AskSerializer))
    def get(self, _request: Request) -> Response:
        """What was asked in your name, newest first."""
        return self.page(queries.visible_to(self.actor), AskSerializer, holds=queries.holds)


class Ask(Door):
    @operation("asks_retrieve", scope="read", gives=AskSerializer)
    def get(self, _request: Request, ask_id: UUID) -> Response:
        """Where one of your asks stands, and what keeps its letter back."""
        return Response(shown(one_of(queries.visible_to(self.actor), ask_id)))


class Referrals(Door):
    @operation("referrals_list", scope="read", query=PageInput, gives=page_of(ReferralSerializer))
    def get(self, _request: Request) -> Response:
        """What peers were asked about you and what they said, newest first."""
        rows = referral_queries.visible_to(self.actor).select_related("ask")
        return self.page(rows, ReferralSerializer)

    @operation("referrals_ask", scope="asks", takes=WhomInput, gives=ReferralSerializer, status=201)
    def post(self, _request: Request) -> Response:
        """Have a peer asked, by letter, what she saw of your work."""
        given, profile = self.given(WhomInput), own_profile(self)
        referral = referrals.ask_peer(profile=profile, by=self.actor, at=self.at, **given)
        ring("followups")
        return Response(ReferralSerializer(referral).data, status=201)
