"""Forecasts to be made and to be settled, and how they came out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from vetting.engagements.models import Goal
from vetting.forecasts.models import Forecast, Settlement
from vetting.forecasts.states import WINDOW
from vetting.kernel.plain import tuples
from vetting.outcomes.models import Outcome
from vetting.outcomes.queries import said_of
from vetting.outcomes.rules import publication
from vetting.outcomes.states import GONE, SCORED
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
    rows = tuples(_Since._make, _SINCE, {"referrer": profile_id, "scored": list(SCORED)})
    said = said_of(row.key for row in rows if row.key)
    later = [
        row for row in rows if row.key and publication(row.confidentiality, said.get(row.key, ())) != "sealed"
    ]
    return ReferrerRecord(
        referred=len({row.profile for row in rows}),
        with_results=len({row.profile for row in later}),
        results=len(later),
        met=sum(
            row.status != "rejected" and is_met(row.metric, row.target, row.achieved, said.get(row.key, ()))
            for row in later
        ),
        forecasts=reliability(_settled(outcome__in=[row.key for row in later])),
    )


class _Since(NamedTuple):
    """Somebody who was referred, and a result of hers since; all but who she is is empty where she has none."""

    profile: str
    key: str
    status: str
    metric: str
    target: Decimal
    achieved: Decimal
    confidentiality: str


_SINCE = """
WITH given AS (
    SELECT DISTINCT ON (profile_id) profile_id, given_at FROM vetting_referral
    WHERE referrer_id = %(referrer)s AND status = 'accepted' AND given_at IS NOT NULL
    ORDER BY profile_id, id DESC
)
SELECT given.profile_id::text, o.id::text, o.status, g.metric, g.target, o.achieved, e.confidentiality
FROM given LEFT JOIN (
    vetting_engagement e
    JOIN vetting_goal g ON g.engagement_id = e.id
    JOIN vetting_outcome o ON o.goal_id = g.id AND o.status = ANY(%(scored)s)
) ON e.profile_id = given.profile_id AND o.verified_at > given.given_at
ORDER BY o.id
"""


def _settled(**those: Any) -> list[Settled]:
    rows = Settlement.objects.exclude(end="void").filter(**those).order_by("id")
    return [
        Settled(probability, end == "met")
        for probability, end in rows.values_list("forecast__probability", "end")
    ]


def _live() -> QuerySet[Outcome]:
    return Outcome.objects.exclude(status__in=GONE)
