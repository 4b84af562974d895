"""What the public may read of one consultant: plain values, for pages, programs and the search index alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from vetting.companies.catalogue import unnamed
from vetting.companies.models import Organization
from vetting.engagements.metrics import METRICS, format_value
from vetting.kernel.places import COUNTRIES
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.queries import Wave, current_attestations, of_profile, waves_of
from vetting.outcomes.rules import publication, shown_level, stands, status_said, was_corrected
from vetting.outcomes.states import LEVELS, VERIFIED
from vetting.profiles.models import Profile
from vetting.referrals.queries import given_by, given_for
from vetting.scorecards.coverage import is_met
from vetting.scorecards.models import Scorecard

# What stands in place of a number.
NO_NUMBER: Mapping[str, Any] = {
    "cannot_say": gettext_lazy("could not say"),
    "not_measured": gettext_lazy("no longer measured"),
    "silent": gettext_lazy("no answer"),
    "declined": gettext_lazy("declined"),
}
SHOWN = (*VERIFIED, "rejected", "submitted", "awaiting_client", "unanswered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A number with the words it is shown in, e.g. 9.4 and "9.40 EUR"."""

    number: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """The client was asked the same number again. `text` says why there is none, where there is none."""

    months: int
    on: date
    still: str
    value: Value | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownResult:
    """One result as anybody may read it. A sealed one has no numbers and no work: only that it exists and counts.

    `verdict` is met, missed, rejected or unknown; `contribution` what it adds to the score, None while it adds nothing.
    """

    key: str
    metric: str
    metric_name: str
    category: str
    direction: int
    work: str
    client: str
    client_slug: str
    industry: str
    size_band: str
    mode: str
    publication: str
    baseline: Value | None
    target: Value | None
    achieved: Value | None
    later: tuple[Later, ...]
    corrected: bool
    claimed: Value | None  # what the consultant had reported, where the client corrected it
    verdict: str
    status: str
    level: int
    level_words: str
    starts_on: date
    ends_on: date | None
    measured_on: date
    verified_on: date | None
    witness: str
    share_words: str
    transfer: int | None
    preregistered: bool
    contribution: float | None
    reason: str

    @property
    def since(self) -> tuple[str, int]:
        """Whether it held or faded when its client was last asked, and how many months later; empty where nobody said."""
        given = [later.months for later in self.later if later.value is not None]
        return ("faded" if self.status == "faded" else "held", given[-1]) if given else ("", 0)

    @property
    def change(self) -> float:
        """Relative change in the better direction: .35 for 9.40 down to 6.10; 0 where nothing can be said."""
        if self.baseline is None or self.achieved is None or self.baseline.number == 0:
            return 0.0
        return self.direction * (self.achieved.number - self.baseline.number) / abs(self.baseline.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReferral:
    key: str
    name: str
    slug: str
    relation: str
    skill: str
    saw: str
    years: str
    given_on: date | None
    weighs: bool
    why: str


def results_of(profile: Profile, card: Scorecard | None) -> list[ShownResult]:
    """Every result that is not withdrawn, met and missed alike, newest measurement first."""
    outcomes = [outcome for outcome in of_profile(profile.pk) if outcome.status in SHOWN]
    said = current_attestations(outcome.pk for outcome in outcomes)
    waves = waves_of(outcome.pk for outcome in outcomes)
    ledger = _ledger(card)
    return [_result(each, said.get(each.pk, []), waves.get(each.pk, []), ledger) for each in outcomes]


def referrals_of(profile: Profile, card: Scorecard | None) -> list[ShownReferral]:
    ledger = _ledger(card)
    rows = list(given_for(profile.pk))
    in_all = given_by(row.referrer_id for row in rows if row.referrer_id is not None)
    return [
        ShownReferral(
            key=str(row.pk),
            name=row.referrer.name if row.referrer else row.referee.name if row.referee else "",
            slug=row.referrer.slug if row.referrer and row.referrer.status == "listed" else "",
            relation=row.relation,
            skill=row.skill,
            saw=row.saw,
            years=f"{row.seen_from}" if row.seen_from == row.seen_to else f"{row.seen_from} to {row.seen_to}",
            given_on=row.given_at.date() if row.given_at else None,
            weighs=bool(ledger.get(str(row.pk), (0.0, ""))[0]),
            why=_why(row.referrer_id, row.status, in_all),
        )
        for row in rows
    ]


def client_words(organization: Organization, shown: str) -> str:
    if shown == "sealed":
        return "a client who is not shown"
    if shown == "named" or organization.kind == "event":
        return organization.name
    country = f" in {COUNTRIES[organization.country]}" if organization.country in COUNTRIES else ""
    return unnamed(organization.industry, organization.size_band) + country


def _result(
    outcome: Outcome,
    said: Sequence[Attestation],
    waves: Sequence[Wave],
    ledger: Mapping[str, tuple[float, str]],
) -> ShownResult:
    goal, engagement = outcome.goal, outcome.goal.engagement
    organization, shown = engagement.organization, publication(engagement.confidentiality, said)
    sealed, last = shown == "sealed", said[-1] if said else None
    baseline, achieved = stands(goal.baseline, outcome.achieved, said)
    contribution, reason = ledger.get(str(outcome.pk), (None, ""))

    def value(number: Decimal) -> Value | None:
        if sealed:
            return None
        text = format_value(METRICS[goal.metric], number, goal.currency)
        return Value(number=float(number), text=text)

    return ShownResult(
        key=str(outcome.pk),
        metric=goal.metric,
        metric_name=METRICS[goal.metric].name,
        category=METRICS[goal.metric].category,
        direction=int(METRICS[goal.metric].direction),
        work="" if sealed else engagement.work,
        client=client_words(organization, shown),
        client_slug=organization.slug if shown == "named" else "",
        industry="" if sealed else organization.industry,
        size_band="" if sealed else organization.size_band,
        mode=engagement.mode,
        publication=shown,
        baseline=value(baseline),
        target=value(goal.target),
        achieved=value(achieved),
        later=() if sealed else tuple(_later(wave, value) for wave in waves),
        corrected=was_corrected(said),
        claimed=value(outcome.achieved) if last and last.result_value is not None else None,
        verdict=_verdict(outcome, said),
        status=status_said(said) if sealed and outcome.status in VERIFIED else outcome.status,
        level=(level := outcome.level if sealed else shown_level(outcome)),
        level_words=LEVELS[level],
        starts_on=engagement.starts_on,
        ends_on=engagement.ends_on,
        measured_on=outcome.measured_on,
        verified_on=outcome.verified_at.date() if outcome.verified_at else None,
        witness=_witness(last),
        share_words=_share_words(last),
        transfer=last.transfer if last else None,
        preregistered=goal.preregistered,
        contribution=contribution,
        reason="" if sealed else reason,
    )


def _verdict(outcome: Outcome, said: Sequence[Attestation]) -> str:
    if outcome.status == "rejected":
        return "rejected"
    if outcome.status not in VERIFIED:
        return "unknown"
    met = is_met(outcome.goal.metric, outcome.goal.target, outcome.achieved, said)
    return "met" if met else "missed"


def _witness(last: Attestation | None) -> str:
    """Who said so, without a name: a role, or the record that shows it."""
    if last is None:
        return ""
    if last.witness == "public_record":
        return last.record
    ties = f" (tie: {', '.join(last.interests)})" if last.interests else ""
    return (last.role or "a referee at the client") + ties


def _share_words(last: Attestation | None) -> str:
    if last is None or last.share_low is None:
        return ""
    return f"{last.share_low} to {last.share_high} % of the change due to the consultant, says the client"


def _later(wave: Wave, value: Callable[[Decimal], Value | None]) -> Later:
    known = None if wave.value is None else value(wave.value)
    text = known.text if known else str(NO_NUMBER[wave.still])
    return Later(months=wave.months, on=wave.on, still=wave.still, value=known, text=text)


def _ledger(card: Scorecard | None) -> Mapping[str, tuple[float, str]]:
    """What each key adds over all dimensions, and the reason of its largest part."""
    found: dict[str, tuple[float, str]] = {}
    largest: dict[str, float] = {}
    for row in card.ledger if card else ():
        key, value, reason = row["key"], row["value"], row["reason"]
        total, words = found.get(key, (0.0, ""))
        if abs(value) >= largest.get(key, 0.0):
            largest[key], words = abs(value), reason
        found[key] = (total + value, words)
    return found


def _why(referrer_id: UUID | None, status: str, in_all: Mapping[UUID, int]) -> str:
    if status == "set_aside":
        return "Shown, not weighed: the referrer gets a fee for it."
    if referrer_id is None:
        return "Shown, not weighed: the referrer has no profile with results of her own yet."
    number = in_all.get(referrer_id, 1)
    others = "nobody else" if number <= 1 else f"{number - 1} other" + ("s" if number > 2 else "")
    return f"Weighs by what the referrer's own clients confirmed; she refers to {others}."
