"""Goals: from where to where by when, agreed with the client before the work where that is possible."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.api.asks import AskSerializer, WhomInput, shown
from vetting.api.doors import Door, operation, page_of
from vetting.api.fields import Figure, Id, Input, Text
from vetting.api.lookup import named, one_of
from vetting.api.pages import PageInput
from vetting.engagements import actions, queries
from vetting.engagements.actions import Aim
from vetting.jobs.bell import ring
from vetting.outcomes import actions as outcomes


class GoalInput(Input):
    engagement = Id()
    metric = Text(help_text="A key of /metrics, such as cost_per_ticket.")
    baseline = Figure(help_text="The value before the work, in the metric's unit.")
    target = Figure(help_text="On the better side of the baseline.")
    due_on = serializers.DateField()
    currency = Text(default="", help_text="ISO 4217, where the metric is money; left out where it is not.")
    note = Text(most=400, default="")


class GoalSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="engagement_id")
    metric = serializers.CharField()
    baseline = Figure()
    target = Figure()
    currency = serializers.CharField()
    due_on = serializers.DateField()
    note = serializers.CharField()
    status = serializers.CharField()
    status_at = serializers.DateTimeField()
    consultant_accepted_at = serializers.DateTimeField(allow_null=True)
    client_accepted_at = serializers.DateTimeField(allow_null=True)
    agreed_hash = serializers.CharField(help_text="SHA-256 of what both sides accepted.")
    preregistered = serializers.BooleanField(
        help_text="Both sides accepted it before the start, or 14 days after."
    )
    created_at = serializers.DateTimeField()


class Goals(Door):
    @operation("goals_list", scope="read", query=PageInput, gives=page_of(GoalSerializer))
    def get(self, _request: Request) -> Response:
        """Your goals, newest first."""
        return self.page(queries.goals_visible_to(self.actor), GoalSerializer)

    @operation("goals_draft", scope="work", takes=GoalInput, gives=GoalSerializer, status=201)
    def post(self, _request: Request) -> Response:
        """Draft a goal. Its content is fixed from now on: a changed goal is another goal."""
        given = self.given(GoalInput)
        engagement = named(queries.visible_to(self.actor), given, "engagement")
        aim = Aim(**{field.name: given[field.name] for field in fields(Aim)})
        goal = actions.draft_goal(engagement=engagement, aim=aim, by=self.actor, at=self.at)
        return Response(GoalSerializer(goal).data, status=201)


class Goal(Door):
    @operation("goals_retrieve", scope="read", gives=GoalSerializer)
    def get(self, _request: Request, goal_id: UUID) -> Response:
        """One of your goals."""
        return Response(GoalSerializer(one_of(queries.goals_visible_to(self.actor), goal_id)).data)


class Propose(Door):
    @operation("goals_propose", scope="asks", takes=WhomInput, gives=AskSerializer, status=201)
    def post(self, _request: Request, goal_id: UUID) -> Response:
        """Accept your goal and have the client asked, by letter, to accept it too."""
        goal = one_of(queries.goals_visible_to(self.actor), goal_id)
        ask = actions.propose_goal(goal, by=self.actor, at=self.at, **self.given(WhomInput))
        ring("followups")
        return Response(shown(ask), status=201)


class Withdraw(Door):
    @operation("goals_withdraw", scope="work", gives=GoalSerializer)
    def post(self, _request: Request, goal_id: UUID) -> Response:
        """Withdraw it. It stays in the record as withdrawn, and an open question about it is closed."""
        goal = one_of(queries.goals_visible_to(self.actor), goal_id)
        outcomes.withdraw_goal(goal, by=self.actor, at=self.at)
        ring("scorecards", "search")
        return Response(GoalSerializer(goal).data)
