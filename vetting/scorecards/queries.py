"""Cards, and whose card is out of date."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from vetting.kernel.actors import Actor
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.queries import current_attestations, of_profiles
from vetting.outcomes.states import SCORED
from vetting.profiles.models import Profile
from vetting.profiles.queries import visible_to as profiles_visible_to
from vetting.scorecards.models import EDITION, CalibrationRecord, Scorecard
from vetting.scoring.calibration import NONE, Calibration

# Evidence grows older every day, and slowly: a card is made anew at least this often.
FRESH_FOR = timedelta(days=7)
CALIBRATED_EVERY = timedelta(days=1)
LEAST_CLAIMS = 50


class Told(NamedTuple):
    """Every outcome of some profiles, and what stands of what was said of each."""

    outcomes: Sequence[Outcome]
    said: Mapping[UUID, Sequence[Attestation]]


def told_of(profile_ids: Sequence[UUID]) -> Told:
    """Read once, for the evidence and for the coverage."""
    outcomes = list(of_profiles(profile_ids))
    return Told(outcomes, current_attestations(outcome.pk for outcome in outcomes))


def stale(*, at: datetime, most: int) -> list[UUID]:
    """Profiles whose card is missing, made from other evidence, by another scale or other code, or grown old.

    Changed evidence comes first: an answer given now must not wait for all who only wait for another scale.
    """
    cards = Scorecard.objects.filter(profile=OuterRef("pk"))
    as_told = cards.filter(evidence_version=OuterRef("evidence_version"))
    by_scale = as_told.filter(edition=EDITION, model_version=in_force().constants.version)
    current = by_scale.filter(as_of__gt=(at - FRESH_FOR).date())
    changed = Profile.objects.filter(~Exists(as_told)).order_by("id").values_list("pk", flat=True)
    first = list(changed[:most])
    if len(first) == most:
        return first
    old = (
        Profile.objects.filter(Exists(as_told), ~Exists(current)).order_by("id").values_list("pk", flat=True)
    )
    return first + list(old[: most - len(first)])


def in_force() -> Calibration:
    """What cards are computed by: the newest calibration, or the published constants where there is none."""
    versions = CalibrationRecord.objects.order_by("-checked_at", "-id").values_list("version", flat=True)
    newest = versions.first()
    return NONE if newest is None else scale_of(newest)


def scale_of(version: str) -> Calibration:
    """What a card of that version was computed by."""
    return NONE if version == NONE.constants.version else _read(version)


@lru_cache(maxsize=2)  # a record is frozen, and large
def _read(version: str) -> Calibration:
    return Calibration.of_plain(CalibrationRecord.objects.get(version=version).record)


def calibration_is_due(*, at: datetime) -> bool:
    """Nightly, as soon as enough has been answered for the data to have a say."""
    known = CalibrationRecord.objects.order_by("-checked_at").values_list("checked_at", flat=True).first()
    if known is not None and known > at - CALIBRATED_EVERY:
        return False
    return Outcome.objects.filter(status__in=SCORED, level__gt=0).count() >= LEAST_CLAIMS


def of_profile(profile_id: UUID) -> Scorecard | None:
    return Scorecard.objects.filter(profile_id=profile_id).first()


def visible_to(actor: Actor) -> QuerySet[Scorecard]:
    """Cards of the profiles this actor may see, best lower bound first."""
    profiles = profiles_visible_to(actor).order_by()
    return (
        Scorecard.objects.select_related("profile").filter(profile__in=profiles).order_by("-theta_low", "id")
    )


def field_spread(origin: str, dimension: str = "") -> tuple[float, float, float]:
    """The 10 %, 50 % and 90 % quantile of everybody's mean, overall or in one dimension: the grey behind a streak.

    Everybody is who is of the same origin: what public records show of forecasters is no measure of a consultant.
    """
    path = f"dimensions__{dimension}__" if dimension else ""
    counted, mean = f"{path}n" if path else "counted", f"{path}mean"
    known = Scorecard.objects.filter(profile__origin=origin, **{f"{counted}__gt": 0})
    means = list(known.order_by(mean).values_list(mean, flat=True))
    if not means:
        return 0.0, 50.0, 100.0
    last = len(means) - 1
    return means[round(last * 0.1)], means[round(last * 0.5)], means[round(last * 0.9)]
