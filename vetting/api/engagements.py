"""Engagements: the work a consultant declares, with or without a reference."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.api.doors import Door, operation, page_of
from vetting.api.fields import Figure, Id, Input, Text
from vetting.api.lookup import named, one_of
from vetting.api.organizations import OrganizationSerializer
from vetting.api.pages import PageInput
from vetting.api.profiles import own_profile
from vetting.companies.queries import nameable_by
from vetting.engagements import actions, queries
from vetting.engagements.actions import Work
from vetting.engagements.states import CONFIDENTIALITY, MODES
from vetting.jobs.bell import ring
from vetting.kernel.text import LINE, PARAGRAPH
from vetting.outcomes import actions as outcomes


class EngagementInput(Input):
    organization = Id(help_text="The id that registering the client gave you.")
    work = Text(most=LINE, help_text="What it was, in a line.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None)
    mode = Text(words=MODES, default="deliver")
    confidentiality = Text(words=CONFIDENTIALITY, default="named", help_text="How the client may be shown.")
    description = Text(most=PARAGRAPH, default="")
    fee = Figure(
        allow_null=True, default=None, help_text="Before tax, over all of it. Private; it ranks nothing."
    )
    fee_currency = Text(default="", help_text="ISO 4217, such as EUR.")


class CloseInput(Input):
    ends_on = serializers.DateField(help_text="The last day of the work.")


class EngagementSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    organization = OrganizationSerializer()
    work = serializers.CharField()
    description = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    mode = serializers.CharField()
    confidentiality = serializers.CharField()
    fee = Figure(allow_null=True)
    fee_currency = serializers.CharField()
    status = serializers.CharField()
    status_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class Engagements(Door):
    @operation("engagements_list", scope="read", query=PageInput, gives=page_of(EngagementSerializer))
    def get(self, _request: Request) -> Response:
        """Your engagements, newest first."""
        return self.page(queries.visible_to(self.actor), EngagementSerializer)

    @operation(
        "engagements_declare", scope="work", takes=EngagementInput, gives=EngagementSerializer, status=201
    )
    def post(self, _request: Request) -> Response:
        """Declare a piece of work. Declare all of it: what has no reference shows in your coverage."""
        given, profile = self.given(EngagementInput), own_profile(self)
        organization = named(nameable_by(self.actor), given, "organization")
        engagement = actions.declare(
            profile=profile, organization=organization, work=_work(given), by=self.actor, at=self.at
        )
        ring("scorecards", "search")
        return Response(EngagementSerializer(engagement).data, status=201)


class Engagement(Door):
    @operation("engagements_retrieve", scope="read", gives=EngagementSerializer)
    def get(self, _request: Request, engagement_id: UUID) -> Response:
        """One of your engagements."""
        return Response(EngagementSerializer(one_of(queries.visible_to(self.actor), engagement_id)).data)


class Close(Door):
    @operation("engagements_close", scope="work", takes=CloseInput, gives=EngagementSerializer)
    def post(self, _request: Request, engagement_id: UUID) -> Response:
        """Say that the work is over, once the client has confirmed that it took place."""
        engagement = one_of(queries.visible_to(self.actor), engagement_id)
        actions.close(engagement, by=self.actor, at=self.at, **self.given(CloseInput))
        ring("scorecards", "search")
        return Response(EngagementSerializer(engagement).data)


class Withdraw(Door):
    @operation("engagements_withdraw", scope="work", gives=EngagementSerializer)
    def post(self, _request: Request, engagement_id: UUID) -> Response:
        """Take it back before a client has confirmed it. That it was declared stays in the record."""
        engagement = one_of(queries.visible_to(self.actor), engagement_id)
        outcomes.withdraw_work(engagement, by=self.actor, at=self.at)
        ring("scorecards", "search")
        return Response(EngagementSerializer(engagement).data)


def _work(given: dict[str, Any]) -> Work:
    return Work(**{field.name: given[field.name] for field in fields(Work)})
