"""Compute and store scorecards."""

import json
from collections.abc import Callable, Mapping, Sequence
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
from vetting.scorecards.queries import in_force, referrers_known, told_of
from vetting.scoring import calibration
from vetting.scoring.aftermath import Referred
from vetting.scoring.batch import score_many
from vetting.scoring.calibration import NONE, Calibration
from vetting.scoring.evidence import Claim
from vetting.scoring.score import Posterior, Score, on_scale
from vetting.scoring.weights import Constants

GATHERED = 1_000  # profiles at a time
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
_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def compute(profile_ids: Sequence[UUID], *, at: datetime) -> list[Scorecard]:
    """Cards for these profiles, stored. A profile that changes meanwhile is stale again at once, never lost."""
    return Scorecard.objects.bulk_create(
        [Scorecard(**card) for card in cards_of(profile_ids, in_force(), at=at)],
        update_conflicts=True,
        unique_fields=["profile"],
        update_fields=_COMPUTED,
    )


def cards_of(
    profile_ids: Sequence[UUID], scale: Calibration, *, at: datetime, known: str = ""
) -> list[dict[str, Any]]:
    """The columns of a card for each of these profiles by that scale, not stored; `known` as in `gather`.

    A card may know more than its version says, never less. Evidence that the scale refuses is named on the card
    (`faults`) and left out; the rest is scored.
    """
    told = told_of(profile_ids)
    keys = [UUID(key) for key in told.people]
    evidence = gather(keys, told, known=known)
    niches, histories = [], []
    for profile_id in keys:
        history = history_of(evidence[profile_id], scale, at=at)
        niches.append(_niches(evidence[profile_id], history.claims))
        histories.append(replace(history, parts=set(niches[-1].values())))
    faults = [evidence[profile_id].faults for profile_id in keys]
    unreadable = {fault.key for found in faults for fault in found}
    covered = coverage(keys, told, unreadable=unreadable)
    scored = score_many(histories, constants=scale.constants)
    return [
        {
            "id": uuid7(),
            "profile_id": profile_id,
            "edition": EDITION,
            "evidence_version": person.version,
            "computed_at": at,
            "as_of": history.on,
            "metrics": _by_metric(parts, found, scale.constants),
            "coverage": covered[profile_id],
            "faults": [{"key": each.key, "field": each.field, "reason": each.message} for each in refused],
            **_figures(found, scale.constants),
        }
        for profile_id, person, history, found, parts, refused in zip(
            keys, told.people.values(), histories, scored, niches, faults, strict=True
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
            with referrers_known() as known:
                while keys := list(_after(last)):
                    cards = cards_of(keys, scale, at=at, known=known)
                    copy_into(beside, _COLUMNS, map(_row, cards))
                    on_batch(len(keys))
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
    with referrers_known() as table:
        for first in range(0, len(keys), GATHERED):
            for known in gather(keys[first : first + GATHERED], known=table).values():
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


def _row(card: Mapping[str, object]) -> list[object]:
    """As COPY takes it."""
    return [
        _json(value) if isinstance(value, (dict, list)) else value
        for value in map(card.__getitem__, _COLUMNS)
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
    niches: Mapping[tuple[str, str], frozenset[str]], found: Score, constants: Constants
) -> dict[str, dict[str, Any]]:
    """The same scale on the results of one metric alone, and of it in one industry: what a search ranks by."""
    standing = {part: _plain(posterior, constants) for part, posterior in found.parts.items()}
    by_metric: dict[str, dict[str, Any]] = {}
    for (metric, industry), part in niches.items():
        if industry:
            by_metric[metric]["industries"][industry] = standing[part]
        else:
            by_metric[metric] = {**standing[part], "industries": {}}
    return by_metric


def _niches(known: Evidence, claims: Sequence[Claim]) -> dict[tuple[str, str], frozenset[str]]:
    """The keys of the claims of each metric under an empty industry, then of it in each division and its section.

    They are published metric by metric, so a sealed result has no part in them.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for claim in claims:
        metric = known.metric_of.get(claim.key)
        if metric is not None:
            found.setdefault((metric, ""), []).append(claim.key)
            division = next((value for kind, value in claim.contexts if kind == "industry"), "")
            for code in {division, INDUSTRIES[division].section} if division in INDUSTRIES else ():
                found.setdefault((metric, code), []).append(claim.key)
    return {niche: frozenset(keys) for niche, keys in sorted(found.items())}


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
