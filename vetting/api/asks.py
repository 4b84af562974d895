"""Asks: what was asked of whom in the consultant's name, and where each stands; and the peers she asks."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
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
from vetting.kernel.text import LINE
from vetting.referrals import actions as referrals
from vetting.referrals import queries as referral_queries


class WhomInput(Input):
    name = Text(most=LINE)
    email = Text(most=254, help_text="Of somebody who was there; never your own mailbox or domain.")


class HeldSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField()
    until = serializers.DateTimeField(help_text="The earliest moment the letter may go.")


class AskSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="goal, outcome, peer or sustain.")
    subject = serializers.UUIDField(source="subject_id", help_text="The goal, outcome or referral it is about.")
    referee = serializers.CharField(source="referee.name")
    status = serializers.CharField()
    status_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    begun_at = serializers.DateTimeField(allow_null=True, help_text="When the first letter went out.")
    expires_at = serializers.DateTimeField()
    held = serializers.SerializerMethodField()

    def get_held(self, ask: AskRow) -> HeldSerializer | None:
        """Why a cap keeps the letter back, or null."""
        holds = self.context.get("holds")
        reason, until = (queries.holds([ask]) if holds is None else holds).get(ask.pk, (None, None))
        return None if reason is None else HeldSerializer({"reason": reason, "until": until}).data
