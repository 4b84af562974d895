"""Outcomes: what a goal came to, as the consultant reports it and the client is asked about it."""

from dataclasses import fields
from typing import Any
from uuid import UUID

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


class OutcomeSerializer(serializers.Serializer[Any]):
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
    level = serializers.IntegerField(help_text="0 to 5: how well this is proved.")
    verified_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class Outcomes(Door):
    @operation("outcomes_list", scope="read", query=PageInput, gives=page_of(OutcomeSerializer))
    def get(self, _request: Request) -> Response:
        """Your outcomes, newest first."""
        return self.page(queries.visible_to(self.actor), OutcomeSerializer)

    @operation("outcomes_report", scope="work", takes=OutcomeInput, gives=OutcomeSerializer, status=201)
    def post(self, _request: Request) -> Response:
        """Report what a goal came to, missed ones too. It counts once your client has answered."""
        given = self.given(OutcomeInput)
        goal = named(goals_visible_to(self.actor), given, "goal")
        result = Result(**{field.name: given[field.name] for field in fields(Result)})
        outcome = actions.report(goal=goal, result=result, by=self.actor, at=self.at)
        ring("scorecards", "search")
        return Response(OutcomeSerializer(outcome).data, status=201)


class Outcome(Door):
    @operation("outcomes_retrieve", scope="read", gives=OutcomeSerializer)
    def get(self, _request: Request, outcome_id: UUID) -> Response:
        """One of your outcomes."""
        return Response(OutcomeSerializer(one_of(queries.visible_to(self.actor), outcome_id)).data)


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
        return Response(OutcomeSerializer(outcome).data)
