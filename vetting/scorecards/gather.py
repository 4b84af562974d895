"""The only place where rows become evidence.

Read here what counts: answered outcomes, what held of them, and accepted referrals. Nothing of a profile is read but
its key. A row that cannot be read is named and left out, so that one of them never keeps others from their score.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count

from vetting.companies.models import Organization
from vetting.engagements.metrics import METRICS, Metric, metric, usual_step
from vetting.outcomes.models import Attestation, FollowUp, Outcome
from vetting.outcomes.queries import follow_ups_of, standing
from vetting.outcomes.rules import publication, stands
from vetting.outcomes.states import SCORED
from vetting.profiles.models import Profile
from vetting.referrals.queries import accepted_of, given_by, reciprocal_pairs
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import Told, in_force, scale_of, told_of
from vetting.scoring.batch import History
from vetting.scoring.calibration import Calibration
from vetting.scoring.evidence import Claim, PeerReferral, ScoringError, sift
from vetting.scoring.export import reduced, whole
from vetting.scoring.narrowing import Step, narrowing

CLIENT_PROVED = 2  # from this evidence level on a client vouches with a mailbox of its own


@dataclass(slots=True)
class Evidence:
    """One consultant's evidence; `metric_of` tells the metric of each claim's key, but of no sealed one.

    `consultant` is the slug, by which calibration tells people apart; empty where nothing is known of her. `faults` says
    of each row that was left out why.
    """

    consultant: str = ""
    claims: list[Claim] = field(default_factory=list)
    referrals: list[PeerReferral] = field(default_factory=list)
    referred_on: date | None = None  # the last of them
    metric_of: dict[str, str] = field(default_factory=dict)
    faults: list[ScoringError] = field(default_factory=list)


def gather(profile_ids: Sequence[UUID], told: Told | None = None) -> Mapping[UUID, Evidence]:
    """The evidence of each profile, in a fixed number of queries; `told` is what was read of them already."""
    found = {profile_id: Evidence() for profile_id in profile_ids}
    outcomes, said = told or told_of(profile_ids)
    counted = [each for each in outcomes if each.status in SCORED and each.verified_at is not None]
    counted.sort(key=attrgetter("verified_at", "pk"))
    later = follow_ups_of(outcome.pk for outcome in counted)
    known_elsewhere = _vouching_elsewhere(
        {each.referee_id for outcome in counted for each in said.get(outcome.pk, ()) if each.referee_id}
    )
    slugs = dict(Profile.objects.filter(pk__in=profile_ids).values_list("pk", "slug"))
    for outcome in counted:
        evidence = found[outcome.goal.engagement.profile_id]
        evidence.consultant = slugs[outcome.goal.engagement.profile_id]
        testimony = said.get(outcome.pk, [])
        try:
            evidence.claims.append(_claim(outcome, testimony, later.get(outcome.pk, []), known_elsewhere))
        except ScoringError as fault:
            evidence.faults.append(fault)
            continue
        if publication(outcome, testimony) != "sealed":
            evidence.metric_of[str(outcome.pk)] = outcome.goal.metric
    for profile_id, referrals in _referrals(profile_ids).items():
        found[profile_id].referrals.extend(referral for _, referral in referrals)
        found[profile_id].referred_on = max(given_on for given_on, _ in referrals)
    return found


def history_of(evidence: Evidence, scale: Calibration, *, at: datetime) -> History:
    """For the scale, on the day of the score. Evidence of a clock that runs ahead over midnight must not stop the run.

    What cannot be scored together goes to the evidence's `faults`.
    """
    on = max([at.date(), *(claim.verified_on for claim in evidence.claims)])
    claims, faults = sift(evidence.claims, on=on)
    evidence.faults.extend(faults)
    claims = [scale.read(claim, consultant=evidence.consultant) for claim in claims]
    return History(claims=claims, referrals=evidence.referrals, on=on)


def next_steps(profile_id: UUID, *, at: datetime) -> list[Step]:
    """What would narrow this consultant's interval, best first."""
    scale = in_force()
    history = history_of(gather([profile_id])[profile_id], scale, at=at)
    return narrowing(history.claims, history.referrals, on=history.on, constants=scale.constants)


def evidence_of(card: Scorecard, *, is_owner: bool) -> dict[str, Any]:
    """What docs/recompute.py takes to compute this card again, and beside it what the card says.

    Everybody reads what the likelihood reads; the numbers of the claims, fees among them, only the consultant.
    """
    evidence, scale = gather([card.profile_id])[card.profile_id], scale_of(card.model_version)
    history = history_of(evidence, scale, at=card.computed_at)
    export = whole if is_owner else reduced
    return export(history.claims, history.referrals, on=history.on, constants=scale.constants) | {
        "card": {
            "model_version": card.model_version,
            "mean": card.theta,
            "low": card.theta_low,
            "ledger": [
                {"key": row["key"], "dimension": row["dimension"], "value": row["value"]}
                for row in card.ledger
            ],
        }
    }


def _claim(
    outcome: Outcome,
    said: Sequence[Attestation],
    later: Sequence[FollowUp],
    known_elsewhere: set[UUID],
) -> Claim:
    """Raises ScoringError where the row cannot be scored. What held is no part of its level: see `rules.shown_level`."""
    goal, engagement = outcome.goal, outcome.goal.engagement
    _require_readable(outcome, said)
    last, kind = said[-1], metric(goal.metric)
    baseline, achieved = map(float, stands(outcome, said))
    rejected = outcome.status == "rejected"
    if int(kind.direction) * (float(goal.target) - baseline) <= 0:
        # The client's own baseline had reached the target before the work: nothing was left to achieve.
        baseline, rejected = float(goal.baseline), True
    in_one_currency = outcome.money is not None and outcome.money_currency == engagement.fee_currency
    return Claim(
        key=str(outcome.pk),
        baseline=baseline,
        target=float(goal.target),
        achieved=achieved,
        direction=kind.direction,
        usual_change=usual_change(kind, baseline),
        level=outcome.level,
        preregistered=goal.preregistered,
        rejected=rejected,
        cluster=str(engagement.organization_id),
        referee=str(last.referee_id or ""),
        vouches_elsewhere=last.referee_id is None or last.referee_id in known_elsewhere,
        verified_on=_day(outcome),
        fee=float(engagement.fee) if engagement.fee is not None and in_one_currency else None,
        money=float(outcome.money) if outcome.money is not None and in_one_currency else None,
        share=_share(outcome, last),
        transfer=last.transfer,
        sustained_6m=_at_wave(later, 180),
        sustained_12m=_at_wave(later, 365),
        contexts=_contexts(goal.metric, engagement.organization),
    )


def _at_wave(later: Sequence[FollowUp], wave: int) -> float | None:
    """The number the client gave then; missing, never a failure, where she gave none."""
    given = [row.value for row in later if row.wave == wave and row.value is not None]
    return float(given[-1]) if given else None


def _contexts(metric_key: str, organization: Organization) -> tuple[tuple[str, str], ...]:
    """What calibration tells apart, so that an easy field makes nobody look good."""
    known = {
        "metric": metric_key,
        "industry": organization.industry,
        "client_size": organization.size_band,
        "country": organization.country,
    }
    return tuple((kind, value) for kind, value in known.items() if value)


def _require_readable(outcome: Outcome, said: Sequence[Attestation]) -> None:
    """What the entrances do not let in may stand in the table all the same, after a restore or by hand."""
    goal, key = outcome.goal, str(outcome.pk)
    if not said:
        message = "is missing: nobody has said what the status tells"
        raise ScoringError(message, "testimony", key)
    if goal.metric not in METRICS:
        message = "is not in the catalogue"
        raise ScoringError(message, "metric", key)
    numbers = {
        "baseline": said[-1].baseline_value if said[-1].baseline_value is not None else goal.baseline,
        "target": goal.target,
    }
    for name, number in numbers.items():
        if not number.is_finite():
            message = "is not a finite number"
            raise ScoringError(message, name, key)


def usual_change(kind: Metric, baseline: float) -> float:
    """The metric's usual step as a share of the baseline; from zero there is no share, and none is used."""
    step = float(usual_step(kind, Decimal(baseline)))
    return step / abs(baseline) if baseline else step


def _day(outcome: Outcome) -> date:
    if outcome.verified_at is None:  # excluded by the query; said for the reader and the type checker
        message = f"outcome {outcome.pk} is not verified"
        raise ValueError(message)
    return outcome.verified_at.date()


def _share(outcome: Outcome, last: Attestation) -> float:
    """The smaller of what the consultant claims and the middle of the client's range."""
    own = outcome.share / 100
    if last.share_low is None or last.share_high is None:
        return own
    return min(own, (last.share_low + last.share_high) / 200)


def _vouching_elsewhere(referee_ids: Collection[UUID]) -> set[UUID]:
    """Referees who have answered about more than one consultant."""
    rows = standing().filter(referee_id__in=referee_ids).order_by("referee_id").values_list("referee_id")
    counted = rows.annotate(n=Count("outcome__goal__engagement__profile_id", distinct=True))
    return {referee_id for referee_id, n in counted if n > 1}


class _Referral(NamedTuple):
    """Of a row what is read of it: a consultant may have thousands."""

    pk: UUID
    profile_id: UUID
    referrer_id: UUID | None
    referee_id: UUID | None
    given_at: datetime | None
    created_at: datetime


def _referrals(profile_ids: Sequence[UUID]) -> Mapping[UUID, list[tuple[date, PeerReferral]]]:
    """With the day on which each was given."""
    rows = list(map(_Referral._make, accepted_of(profile_ids).values_list(*_Referral._fields)))
    referrers = {row.referrer_id for row in rows if row.referrer_id is not None}
    verified, in_all = _clients_verified(referrers), given_by(referrers)
    mutual = reciprocal_pairs(profile_ids)
    found: dict[UUID, list[tuple[date, PeerReferral]]] = {}
    for row in rows:
        given_on = (row.given_at or row.created_at).date()
        found.setdefault(row.profile_id, []).append((given_on, _referral(row, verified, in_all, mutual)))
    return found


def _referral(
    row: _Referral,
    verified: Mapping[UUID, int],
    in_all: Mapping[UUID, int],
    mutual: set[tuple[UUID, UUID]],
) -> PeerReferral:
    """A peer without a profile of her own has shown nothing yet: her word is shown and weighs nothing."""
    referrer = row.referrer_id
    return PeerReferral(
        key=str(row.pk),
        referrer=str(referrer or row.referee_id),
        cluster=str(referrer or row.referee_id),
        clients_verified=verified.get(referrer, 0) if referrer else 0,
        referred_in_all=max(in_all.get(referrer, 1), 1) if referrer else 1,
        reciprocal=referrer is not None and (row.profile_id, referrer) in mutual,
    )


def _clients_verified(profile_ids: set[UUID]) -> Mapping[UUID, int]:
    """How many distinct clients have vouched for each of these profiles from a mailbox of their own."""
    path = "goal__engagement__profile_id"
    rows = Outcome.objects.filter(**{f"{path}__in": profile_ids}, level__gte=CLIENT_PROVED, status__in=SCORED)
    counted = rows.order_by(path).values_list(path)
    return dict(counted.annotate(n=Count("goal__engagement__organization_id", distinct=True)))
