"""Forecasts to be made and to be settled, and how they came out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from vetting.engagements.models import Goal
from vetting.forecasts.models import Forecast, Settlement
from vetting.forecasts.states import WINDOW
from vetting.outcomes.models import Outcome
from vetting.outcomes.queries import current_attestations
from vetting.outcomes.rules import publication
from vetting.outcomes.states import GONE, SCORED
from vetting.referrals.models import Referral
from vetting.scorecards.coverage import is_met
from vetting.scoring.reliability import Reliability, Settled, reliability


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How the forecasts came out: `overdue` are those of `open` whose goal was due and has no result yet."""

    made: int
    open: int
    overdue: int
    void: int
    reliability: Reliability


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferrerRecord:
    """`results` are those confirmed or refused after the referral, of `with_results` of the people referred."""

    referred: int
    with_results: int
    results: int
    met: int
    forecasts: Reliability


def due(*, at: datetime, most: int) -> list[Goal]:
    """Goals accepted lately of which nothing was foretold yet."""
    goals = Goal.objects.filter(
        ~Exists(Forecast.objects.filter(goal=OuterRef("pk"))),
        ~Exists(_live().filter(goal=OuterRef("pk"))),
        status="accepted",
        preregistered=True,
        client_accepted_at__gte=at - WINDOW,
    )
    return list(goals.select_related("engagement").order_by("id")[:most])


def unsettled() -> QuerySet[Forecast]:
    settled = Settlement.objects.filter(forecast=OuterRef("pk"))
    return Forecast.objects.filter(~Exists(settled)).select_related("goal__engagement").order_by("id")


def record_of_all(*, at: datetime) -> Record:
    waiting = unsettled()
    return Record(
        made=Forecast.objects.count(),
        open=waiting.count(),
        overdue=waiting.filter(goal__due_on__lt=at.date()).count(),
        void=Settlement.objects.filter(end="void").count(),
        reliability=reliability(_settled()),
    )


def record_of_referrer(profile_id: UUID) -> ReferrerRecord:
    """How those turned out whom this consultant referred, by what their clients have confirmed since.

    What a client keeps sealed is left out: in a count of one it would be told.
    """
    given = Referral.objects.filter(referrer_id=profile_id, status="accepted").order_by("id")
    since = {referral.profile_id: referral.given_at for referral in given if referral.given_at is not None}
    rows = Outcome.objects.filter(goal__engagement__profile_id__in=list(since), status__in=SCORED)
    outcomes = {outcome.pk: outcome for outcome in rows.select_related("goal__engagement").order_by("id")}
    said = current_attestations(outcomes)
    later = {
        key: outcome
        for key, outcome in outcomes.items()
        if outcome.verified_at is not None
        and outcome.verified_at > since[outcome.goal.engagement.profile_id]
        and publication(outcome.goal.engagement.confidentiality, said.get(key, [])) != "sealed"
    }
    met = {
        key
        for key, each in later.items()
        if each.status != "rejected"
        and is_met(each.goal.metric, each.goal.target, each.achieved, said.get(key, []))
    }
    return ReferrerRecord(
        referred=len(since),
        with_results=len({outcome.goal.engagement.profile_id for outcome in later.values()}),
        results=len(later),
        met=len(met),
        forecasts=reliability(_settled(outcome__in=list(later))),
    )


def _settled(**those: Any) -> list[Settled]:
    rows = Settlement.objects.exclude(end="void").filter(**those).order_by("id")
    return [
        Settled(probability, end == "met")
        for probability, end in rows.values_list("forecast__probability", "end")
    ]


def _live() -> QuerySet[Outcome]:
    return Outcome.objects.exclude(status__in=GONE)
