"""Cards, and whose card is out of date."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from vetting.kernel.actors import Actor
from vetting.kernel.plain import tuples
from vetting.outcomes.models import Outcome
from vetting.outcomes.queries import Reported, Said, reported_by, said_of
from vetting.outcomes.states import SCORED
from vetting.profiles.models import Profile
from vetting.profiles.queries import visible_to as profiles_visible_to
from vetting.scorecards.models import EDITION, CalibrationRecord, Scorecard
from vetting.scoring.calibration import NONE, Calibration

# Evidence grows older every day, and slowly: a card is made anew at least this often.
FRESH_FOR = timedelta(days=7)
CALIBRATED_EVERY = timedelta(days=1)
LEAST_CLAIMS = 50
CLIENT_PROVED = 2  # from this evidence level on a client vouches with a mailbox of its own


class Person(NamedTuple):
    """A profile with a text as its key, and the version of its evidence."""

    key: str
    slug: str
    version: int


class Told(NamedTuple):
    """Some profiles by their keys, every outcome of theirs, and what stands of what was said of each."""

    people: Mapping[str, Person]
    outcomes: Sequence[Reported]
    said: Mapping[str, Sequence[Said]]


def told_of(profile_ids: Sequence[UUID]) -> Told:
    """Read once, for the evidence and for the coverage; the versions first, so that none is later than the rest."""
    people = tuples(Person._make, _PEOPLE, {"profiles": list(profile_ids)})
    outcomes = reported_by(profile_ids)
    said = said_of(outcome.key for outcome in outcomes)
    return Told({person.key: person for person in people}, outcomes, said)


class Referred(NamedTuple):
    """An accepted referral, and how far its referrer is to be believed; keys are texts.

    `clients` is how many clients have vouched for the referrer from a mailbox of their own, `people` how many
    consultants he refers to, `mutual` whether the consultant has referred him too.
    """

    key: str
    profile: str
    referrer: str | None
    referee: str | None
    given_on: date
    clients: int
    people: int
    mutual: bool


def referred(profile_ids: Sequence[UUID], *, known: str = "") -> list[Referred]:
    """By profile and key. `known` is a table that `referrers_known` has made."""
    query = _REFERRED.format(referrers=f"TABLE {known}" if known else _OF_THESE)
    return tuples(Referred._make, query, {"profiles": list(profile_ids), **_PROVED})


@contextmanager
def referrers_known() -> Iterator[str]:
    """The figures of every referrer as of now, in a table of this session's own.

    Read batch by batch, those of a referrer would be counted again for nearly everybody he has referred.
    """
    name = "referrers_known"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {name} AS {_OF_EVERYBODY}", _PROVED)
        try:
            cursor.execute(f"CREATE UNIQUE INDEX ON {name} (id)")
            cursor.execute(f"ANALYZE {name}")
            yield name
        finally:
            cursor.execute(f"DROP TABLE {name}")


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


_PEOPLE: Final = (
    "SELECT id::text, slug, evidence_version FROM vetting_profile WHERE id = ANY(%(profiles)s) ORDER BY id"
)
_PROVED: Final[Mapping[str, Any]] = {"proved": CLIENT_PROVED, "scored": list(SCORED)}
_FIGURES: Final = """
SELECT coalesce(v.id, r.id) AS id, coalesce(v.clients, 0) AS clients, coalesce(r.people, 0) AS people
FROM (
    SELECT e.profile_id AS id, count(DISTINCT e.organization_id) AS clients
    FROM vetting_engagement e
    JOIN vetting_goal g ON g.engagement_id = e.id
    JOIN vetting_outcome o ON o.goal_id = g.id
    WHERE o.level >= %(proved)s AND o.status = ANY(%(scored)s) {vouched}
    GROUP BY e.profile_id
) v
FULL JOIN (
    SELECT referrer_id AS id, count(DISTINCT profile_id) AS people
    FROM vetting_referral WHERE status = 'accepted' AND referrer_id IS NOT NULL {said}
    GROUP BY referrer_id
) r ON r.id = v.id
"""
_OF_EVERYBODY: Final = _FIGURES.format(vouched="", said="")
_OF_THESE: Final = _FIGURES.format(
    vouched="AND e.profile_id IN (SELECT referrer_id FROM given)",
    said="AND referrer_id IN (SELECT referrer_id FROM given)",
)
_REFERRED: Final = """
WITH given AS MATERIALIZED (
    SELECT id, profile_id, referrer_id, referee_id, coalesce(given_at, created_at) AS given_at
    FROM vetting_referral WHERE status = 'accepted' AND profile_id = ANY(%(profiles)s)
)
SELECT given.id::text, profile_id::text, referrer_id::text, referee_id::text,
    (given_at AT TIME ZONE 'UTC')::date, coalesce(clients, 0), coalesce(people, 1),
    EXISTS (
        SELECT FROM vetting_referral back
        WHERE back.status = 'accepted' AND back.referrer_id = given.profile_id AND back.profile_id = given.referrer_id
    )
FROM given LEFT JOIN ({referrers}) referrer ON referrer.id = given.referrer_id
ORDER BY given.profile_id, given.id
"""
