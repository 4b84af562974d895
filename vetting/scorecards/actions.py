"""Compute and store scorecards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from vetting.kernel.keys import uuid7
from vetting.profiles.models import Profile
from vetting.scorecards.coverage import coverage
from vetting.scorecards.gather import Evidence, gather, history_of
from vetting.scorecards.models import CalibrationRecord, Scorecard
from vetting.scorecards.queries import in_force
from vetting.scoring import calibration
from vetting.scoring.aftermath import Referred
from vetting.scoring.batch import History, score_many, standings_many
from vetting.scoring.calibration import NONE
from vetting.scoring.evidence import Claim
from vetting.scoring.score import Posterior, Score, on_scale
from vetting.scoring.weights import RESULTS, Constants

GATHERED = 500  # profiles at a time

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
    "faults",
)


def compute(profile_ids: Sequence[UUID], *, at: datetime) -> list[Scorecard]:
    """Cards for these profiles, stored. A profile that changes meanwhile is stale again at once, never lost.

    The versions are read before the evidence, so a card may know more than its version says, never less. Evidence
    that the scale refuses is named on the card (`faults`) and left out; the rest is scored.
    """
    versions = dict(Profile.objects.filter(pk__in=profile_ids).values_list("pk", "evidence_version"))
    evidence = gather(list(versions))
    scale = in_force()
    histories = [history_of(evidence[profile_id], scale, at=at) for profile_id in versions]
    faults = [evidence[profile_id].faults for profile_id in versions]
    unreadable = {fault.key for found in faults for fault in found}
    covered = coverage(list(versions), unreadable=unreadable)
    metrics = _by_metric([evidence[profile_id] for profile_id in versions], histories, scale.constants)
    cards = [
        Scorecard(
            id=uuid7(),
            profile_id=profile_id,
            evidence_version=versions[profile_id],
            computed_at=at,
            as_of=history.on,
            metrics=standings,
            coverage=covered[profile_id],
            faults=[{"key": each.key, "field": each.field, "reason": each.message} for each in refused],
            **_figures(found, scale.constants),
        )
        for profile_id, history, found, standings, refused in zip(
            versions,
            histories,
            score_many(histories, constants=scale.constants),
            metrics,
            faults,
            strict=True,
        )
    ]
    return Scorecard.objects.bulk_create(
        cards, update_conflicts=True, unique_fields=["profile"], update_fields=_COMPUTED
    )


def calibrate(*, at: datetime) -> CalibrationRecord:
    """Learn the constants anew from all that consultants' clients have answered; the same evidence, the same record.

    Profiles made from public records are scored by the scale and have no say in it: theirs is another kind of work.
    """
    people = Profile.objects.exclude(origin="public_record").order_by("id").values_list("pk", flat=True)
    keys = list(people)
    evidence: dict[str, Sequence[Claim]] = {}
    referred: dict[str, Referred] = {}
    for first in range(0, len(keys), GATHERED):
        for known in gather(keys[first : first + GATHERED]).values():
            if known.consultant:
                evidence[known.consultant] = history_of(known, NONE, at=at).claims
                if known.referred_on is not None:
                    referred[known.consultant] = Referred(
                        referrals=known.referrals, last_on=known.referred_on
                    )
    learned = calibration.calibrate(evidence, referred)
    record, _ = CalibrationRecord.objects.update_or_create(
        version=learned.constants.version,
        defaults={"checked_at": at},
        create_defaults={
            "checked_at": at,
            "made_at": at,
            "fingerprint": learned.fingerprint,
            "claims": learned.claims,
            "consultants": learned.consultants,
            "record": learned.plain(),
        },
    )
    return record


def _figures(found: Score, constants: Constants) -> dict[str, Any]:
    scale = on_scale(found.composite, constants=constants)
    return {
        "model_version": found.version,
        "mean": scale.mean,
        "low": scale.low,
        "high": scale.high,
        "reliability": found.composite.reliability,
        "theta": found.composite.mean,
        "theta_low": found.composite.low,
        "counted": found.counted,
        "dimensions": {name: _plain(posterior, constants) for name, posterior in found.dimensions.items()},
        "ledger": [each._asdict() for each in found.contributions],
        "referral": {"standing": found.referral.standing, "shift": found.referral.shift},
    }


def _by_metric(
    evidence: Sequence[Evidence], histories: Sequence[History], constants: Constants
) -> list[dict[str, dict[str, float]]]:
    """For each, the same scale on the results of one metric alone: what a search for that metric ranks by.

    It is published metric by metric, so a sealed result has no part in it.
    """
    parts: list[tuple[int, str, History]] = []
    for number, (known, history) in enumerate(zip(evidence, histories, strict=True)):
        for key in sorted(set(known.metric_of.values())):
            claims = [claim for claim in history.claims if known.metric_of.get(claim.key) == key]
            if claims:
                parts.append((number, key, replace(history, claims=claims)))
    found: list[dict[str, dict[str, float]]] = [{} for _ in histories]
    standings = standings_many([part for _, _, part in parts], constants=constants)
    for (number, key, _), dimensions in zip(parts, standings, strict=True):
        found[number][key] = _plain(dimensions[RESULTS], constants)
    return found


def _plain(posterior: Posterior, constants: Constants) -> dict[str, float]:
    scale = on_scale(posterior, constants=constants)
    return {
        "mean": scale.mean,
        "low": scale.low,
        "high": scale.high,
        "theta_low": posterior.low,
        "reliability": posterior.reliability,
        "n": posterior.n,
    }
