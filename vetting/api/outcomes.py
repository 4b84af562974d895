"""Outcomes: what a goal came to, as the consultant reports it and the client is asked about it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.api.asks import AskSerializer, WhomInput, shown
from vetting.api.doors import Door, operation, page_of
from vetting.api.fields import Figure, Id, Input, Text, Whole
from vetting.api.lookup import named, one_of
from vetting.api.pages import PageInput
from vetting.engagements.queries import goals_visible_to
from vetting.jobs.bell import ring
from vetting.kernel.text import PARAGRAPH
from vetting.outcomes import actions, queries
from vetting.outcomes.actions import Result
from vetting.outcomes.models import Outcome as OutcomeRow
from vetting.outcomes.rules import shown_level
from vetting.outcomes.states import SOURCES


class OutcomeInput(Input):
    goal = Id()
    achieved = Figure(help_text="The value reached, in the goal's metric and currency.")
    measured_on = serializers.DateField()
    source = Text(words=SOURCES)  # type: ignore[assignment]  # a field, of that name
    statement = Text(most=PARAGRAPH, default="")
    share = Whole(default=100, help_text="0 to 100: the part of the change due to you, in percent.")
    money = Figure(
        allow_null=True, default=None, help_text="The gain over the engagement, in the fee's currency."
    )
    money_currency = Text(default="", help_text="ISO 4217, such as EUR.")


class FollowUpSerializer(serializers.Serializer[Any]):
    """What became of one wave: the client was asked the same number again."""

    months = serializers.IntegerField(help_text="About 3, 6 or 12, after the result was confirmed.")
    on = serializers.DateField()
    still = serializers.CharField(
        help_text="held, grew, faded, cannot_say, not_measured; silent or declined where nothing was said."
    )
    value = Figure(allow_null=True)


class OutcomeSerializer(serializers.Serializer[Any]):
    """Reads `waves`, what queries.waves_of() found, from the context."""

    id = serializers.UUIDField()
    goal = serializers.UUIDField(source="goal_id")
    achieved = Figure()
    measured_on = serializers.DateField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field, of that name
    statement = serializers.CharField()
    share = serializers.IntegerField()
    money = Figure(allow_null=True)
    money_currency = serializers.CharField()
    status = serializers.CharField()
    status_at = serializers.DateTimeField()
    level = serializers.SerializerMethodField(help_text="0 to 5: how well this is proved.")
    verified_at = serializers.DateTimeField(allow_null=True)
    follow_up_on = serializers.SerializerMethodField(
        help_text="When the client is asked the same number again."
    )
    follow_ups = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_level(self, outcome: OutcomeRow) -> int:
        return shown_level(outcome)

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_follow_up_on(self, outcome: OutcomeRow) -> str | None:
        on = queries.asked_next_on(outcome, self._waves(outcome))
        return on.isoformat() if on else None

    @extend_schema_field(FollowUpSerializer(many=True))
    def get_follow_ups(self, outcome: OutcomeRow) -> Any:
        return FollowUpSerializer(self._waves(outcome), many=True).data

    def _waves(self, outcome: OutcomeRow) -> list[queries.Wave]:
        found: list[queries.Wave] = self.context["waves"].get(outcome.pk, [])
        return found


def _waves(outcomes: Sequence[OutcomeRow]) -> Mapping[UUID, list[queries.Wave]]:
    return queries.waves_of(outcome.pk for outcome in outcomes)


def _shown(outcome: OutcomeRow) -> dict[str, Any]:
    return dict(OutcomeSerializer(outcome, context={"waves": _waves([outcome])}).data)


class Outcomes(Door):
    @operation("outcomes_list", scope="read", query=PageInput, gives=page_of(OutcomeSerializer))
    def get(self, _request: Request) -> Response:
        """Your outcomes, newest first."""
        return self.page(queries.visible_to(self.actor), OutcomeSerializer, waves=_waves)

    @operation("outcomes_report", scope="work", takes=OutcomeInput, gives=OutcomeSerializer, status=201)
    def post(self, _request: Request) -> Response:
        """Report what a goal came to, missed ones too. It counts once your client has answered."""
        given = self.given(OutcomeInput)
        goal = named(goals_visible_to(self.actor), given, "goal")
        result = Result(**{field.name: given[field.name] for field in fields(Result)})
        outcome = actions.report(goal=goal, result=result, by=self.actor, at=self.at)
        ring("scorecards", "search")
        return Response(_shown(outcome), status=201)


class Outcome(Door):
    @operation("outcomes_retrieve", scope="read", gives=OutcomeSerializer)
    def get(self, _request: Request, outcome_id: UUID) -> Response:
        """One of your outcomes."""
        return Response(_shown(one_of(queries.visible_to(self.actor), outcome_id)))


class AskClient(Door):
    @operation("outcomes_ask", scope="asks", takes=WhomInput, gives=AskSerializer, status=201)
    def post(self, _request: Request, outcome_id: UUID) -> Response:
        """Have somebody at the client asked, by letter, whether the numbers are right."""
        outcome = one_of(queries.visible_to(self.actor), outcome_id)
        ask = actions.ask_client(outcome, by=self.actor, at=self.at, **self.given(WhomInput))
        ring("followups", "scorecards", "search")
        return Response(shown(ask), status=201)


class Withdraw(Door):
    @operation("outcomes_withdraw", scope="work", gives=OutcomeSerializer)
    def post(self, _request: Request, outcome_id: UUID) -> Response:
        """Take it back while no client has answered. An open question about it is closed."""
        outcome = one_of(queries.visible_to(self.actor), outcome_id)
        outcome = actions.withdraw(outcome, by=self.actor, at=self.at)
        ring("scorecards", "search")
        return Response(_shown(outcome))
