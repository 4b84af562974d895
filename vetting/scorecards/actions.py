"""Compute and store scorecards."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from vetting.companies.catalogue import INDUSTRIES
from vetting.kernel.editions import copy_into, label_of, only_maker, open_next, swap
from vetting.kernel.keys import uuid7
from vetting.profiles.models import Profile
from vetting.scorecards.coverage import coverage
from vetting.scorecards.gather import Evidence, gather, history_of
from vetting.scorecards.models import EDITION, CalibrationRecord, Scorecard
from vetting.scorecards.queries import in_force, told_of
from vetting.scoring import calibration
from vetting.scoring.aftermath import Referred
from vetting.scoring.batch import History, score_many, standings_many
from vetting.scoring.calibration import NONE, Calibration
from vetting.scoring.evidence import Claim
from vetting.scoring.score import Posterior, Score, on_scale
from vetting.scoring.weights import RESULTS, Constants

GATHERED = 500  # profiles at a time
UNFINISHED_FOR = timedelta(hours=20)  # of a run that was ended: what is older is not of today's evidence

_COMPUTED = (
    "edition",
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
_COLUMNS = ("id", "profile_id", *_COMPUTED)


def compute(profile_ids: Sequence[UUID], *, at: datetime) -> list[Scorecard]:
    """Cards for these profiles, stored. A profile that changes meanwhile is stale again at once, never lost."""
    return Scorecard.objects.bulk_create(
        cards_of(profile_ids, in_force(), at=at),
        update_conflicts=True,
        unique_fields=["profile"],
        update_fields=_COMPUTED,
    )


def cards_of(profile_ids: Sequence[UUID], scale: Calibration, *, at: datetime) -> list[Scorecard]:
    """Cards for these profiles by that scale, not stored.

    The versions are read before the evidence, so a card may know more than its version says, never less. Evidence
    that the scale refuses is named on the card (`faults`) and left out; the rest is scored.
    """
    versions = dict(Profile.objects.filter(pk__in=profile_ids).values_list("pk", "evidence_version"))
    told = told_of(list(versions))
    evidence = gather(list(versions), told)
    histories = [history_of(evidence[profile_id], scale, at=at) for profile_id in versions]
    faults = [evidence[profile_id].faults for profile_id in versions]
    unreadable = {fault.key for found in faults for fault in found}
    covered = coverage(list(versions), told, unreadable=unreadable)
    metrics = _by_metric([evidence[profile_id] for profile_id in versions], histories, scale.constants)
    return [
        Scorecard(
            id=uuid7(),
            profile_id=profile_id,
            edition=EDITION,
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


def rescore(
    scale: Calibration,
    *,
    at: datetime,
    on_batch: Callable[[int], object] = int,
    with_swap: Callable[[], object] = tuple,
) -> bool:
    """Everybody's card by that scale, beside those that are read, and then in their place all at once.

    `on_batch` hears how many more are made; `with_swap` is called in the transaction of the swap. A run that was ended goes
    on where it was, by its own day. False where another one is at it: nothing was done.
    """
    table = Scorecard._meta.db_table
    with only_maker(table) as alone:
        if alone:
            at = _begun(table, scale, at)
            beside = open_next(table, label=_label(scale, at))
            last = _last(beside)
            on_batch(Profile.objects.filter(pk__lte=last).count())
            while keys := list(_after(last)):
                cards = cards_of(keys, scale, at=at)
                copy_into(beside, _COLUMNS, map(_row, cards))
                on_batch(len(cards))
                last = keys[-1]

            def last_changes() -> None:
                _take_over(table, beside)
                with_swap()

            swap(table, take_over=last_changes)
    return alone


def calibrate(*, at: datetime) -> CalibrationRecord | None:
    """Learn the constants anew from all that consultants' clients have answered; the same evidence, the same record.

    They are in force from the moment at which everybody's card by them is there. None where another one is at it.
    Profiles made from public records are scored by the scale and have no say in it: theirs is another kind of work.
    """
    with only_maker(Scorecard._meta.db_table) as alone:
        if not alone:
            return None
        learned = _learned(at=at)
        keep = partial(_record, learned, at)
        if learned.constants.version == in_force().constants.version or not Scorecard.objects.exists():
            keep()
        else:
            rescore(learned, at=at, with_swap=keep)
    return CalibrationRecord.objects.get(version=learned.constants.version)


def _record(learned: Calibration, at: datetime) -> None:
    CalibrationRecord.objects.update_or_create(
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


def _learned(*, at: datetime) -> Calibration:
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
    return calibration.calibrate(evidence, referred)


def _label(scale: Calibration, at: datetime) -> str:
    return f"cards by {scale.constants.version} of {at.isoformat()}"


def _begun(table: str, scale: Calibration, at: datetime) -> datetime:
    """When a run by that scale began that was ended before its end, if that was lately; else now."""
    told, _, begun = label_of(table).rpartition(" ")
    if f"{told} " != _label(scale, at).removesuffix(at.isoformat()):
        return at
    before = datetime.fromisoformat(begun)
    return before if at - UNFINISHED_FOR < before <= at else at


def _last(beside: str) -> UUID:
    """The profile of the last card there: they are made in the order of keys."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT profile_id FROM {beside} ORDER BY profile_id DESC LIMIT 1")  # noqa: S608 - a name of ours
        found = cursor.fetchone()
    return found[0] if found else UUID(int=0)


def _after(profile_id: UUID) -> QuerySet[Profile, UUID]:
    keys = Profile.objects.filter(pk__gt=profile_id).order_by("id").values_list("pk", flat=True)
    return keys[:GATHERED]


def _row(card: Scorecard) -> list[object]:
    """As COPY takes it."""
    return [
        json.dumps(value) if isinstance(value, dict | list) else value
        for value in (getattr(card, name) for name in _COLUMNS)
    ]


def _take_over(table: str, beside: str) -> None:
    """Cards whose evidence changed since theirs was made there, and those of newcomers."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {beside} n USING {table} o"  # noqa: S608 - names of ours
            " WHERE n.profile_id = o.profile_id AND n.evidence_version < o.evidence_version"
        )
        cursor.execute(
            f"INSERT INTO {beside} SELECT * FROM {table} o"  # noqa: S608 - names of ours
            f" WHERE NOT EXISTS (SELECT 1 FROM {beside} n WHERE n.profile_id = o.profile_id)"
        )


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
) -> list[dict[str, dict[str, Any]]]:
    """For each, the same scale on the results of one metric alone, and of it in one industry: what a search ranks by.

    It is published metric by metric, so a sealed result has no part in it.
    """
    niches = [
        (number, metric, industry, frozenset(claim.key for claim in claims), claims)
        for number, (known, history) in enumerate(zip(evidence, histories, strict=True))
        for (metric, industry), claims in _niches(known, history).items()
    ]
    # Often all her results on a metric lie in one industry: the same claims are scored once.
    distinct = {
        (number, keys): replace(histories[number], claims=claims) for number, _, _, keys, claims in niches
    }
    scored = standings_many(list(distinct.values()), constants=constants)
    standing = {part: _plain(found[RESULTS], constants) for part, found in zip(distinct, scored, strict=True)}
    found: list[dict[str, dict[str, Any]]] = [{} for _ in histories]
    for number, metric, industry, keys, _ in niches:
        if industry:
            found[number][metric]["industries"][industry] = standing[number, keys]
        else:
            found[number][metric] = {**standing[number, keys], "industries": {}}
    return found


def _niches(known: Evidence, history: History) -> dict[tuple[str, str], list[Claim]]:
    """The claims of each metric under an empty industry, then of it in each division and its section."""
    found: dict[tuple[str, str], list[Claim]] = {}
    for metric in sorted(set(known.metric_of.values())):
        for claim in history.claims:
            if known.metric_of.get(claim.key) == metric:
                found.setdefault((metric, ""), []).append(claim)
                division = dict(claim.contexts).get("industry", "")
                for code in {division, INDUSTRIES[division].section} if division in INDUSTRIES else ():
                    found.setdefault((metric, code), []).append(claim)
    return dict(sorted(found.items()))


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
