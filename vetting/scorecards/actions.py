"""Compute and store scorecards."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from vetting.kernel.keys import uuid7
from vetting.profiles.models import Profile
from vetting.scorecards.coverage import coverage
from vetting.scorecards.gather import Evidence, gather
from vetting.scorecards.models import Scorecard
from vetting.scoring.score import Posterior, Score, on_scale, score

_COMPUTED = (
    "evidence_version",
    "model_version",
    "computed_at",
    "as_of",
    "mean",
    "low",
    "high",
    "reliability",
    "theta",
    "theta_low",
    "counted",
    "dimensions",
    "ledger",
    "metrics",
    "referral",
    "coverage",
)


def compute(profile_ids: Sequence[UUID], *, at: datetime) -> list[Scorecard]:
    """Cards for these profiles, stored. A profile that changes meanwhile is stale again at once, never lost.

    The versions are read before the evidence, so a card may know more than its version says, never less.
    """
    versions = dict(Profile.objects.filter(pk__in=profile_ids).values_list("pk", "evidence_version"))
    evidence = gather(list(versions))
    cards = [
        _card(profile_id, version, evidence[profile_id], at=at) for profile_id, version in versions.items()
    ]
    return Scorecard.objects.bulk_create(
        cards, update_conflicts=True, unique_fields=["profile"], update_fields=_COMPUTED
    )


def _card(profile_id: UUID, version: int, evidence: Evidence, *, at: datetime) -> Scorecard:
    on = _day(evidence, at=at)
    found = score(evidence.claims, evidence.referrals, on=on)
    scale = on_scale(found.composite)
    return Scorecard(
        id=uuid7(),
        profile_id=profile_id,
        evidence_version=version,
        model_version=found.version,
        computed_at=at,
        as_of=on,
        mean=scale.mean,
        low=scale.low,
        high=scale.high,
        reliability=found.composite.reliability,
        theta=found.composite.mean,
        theta_low=found.composite.low,
        counted=found.counted,
        dimensions={name: _plain(posterior) for name, posterior in found.dimensions.items()},
        ledger=_ledger(found),
        metrics=_by_metric(evidence, on=on),
        referral={"standing": found.referral.standing, "shift": found.referral.shift},
        coverage=coverage(profile_id),
    )


def _day(evidence: Evidence, *, at: datetime) -> date:
    """The day of the score. Evidence of a clock that runs ahead over midnight must not stop the nightly run."""
    return max([at.date(), *(claim.verified_on for claim in evidence.claims)])


def _by_metric(evidence: Evidence, *, on: date) -> dict[str, dict[str, float]]:
    """The same scale on the results of one metric alone: what a search for that metric ranks by.

    It is published metric by metric, so a sealed result has no part in it.
    """
    keys = sorted(set(evidence.metric_of.values()))
    found = {}
    for key in keys:
        claims = [claim for claim in evidence.claims if evidence.metric_of.get(claim.key) == key]
        found[key] = _plain(score(claims, evidence.referrals, on=on).dimensions["results"])
    return found


def _plain(posterior: Posterior) -> dict[str, float]:
    scale = on_scale(posterior)
    return {
        "mean": scale.mean,
        "low": scale.low,
        "high": scale.high,
        "theta_low": posterior.low,
        "reliability": posterior.reliability,
        "n": posterior.n,
    }


def _ledger(found: Score) -> list[dict[str, object]]:
    return [
        {"key": each.key, "dimension": each.dimension, "value": each.value, "reason": each.reason}
        for each in found.contributions
    ]
