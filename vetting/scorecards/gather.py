"""The only place where rows become evidence.

Read here what counts: answered outcomes, what held of them, and accepted referrals. Nothing of a profile is read but
its key. A row that cannot be read is named and left out, so that one of them never keeps others from their score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from vetting.engagements.metrics import METRICS, Metric, metric, usual_step
from vetting.outcomes.queries import Reported, Said, said_later_of
from vetting.outcomes.rules import publication, stands
from vetting.outcomes.states import SCORED
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import Referred, Told, in_force, referred, scale_of, told_of
from vetting.scoring.batch import History
from vetting.scoring.calibration import Calibration
from vetting.scoring.evidence import Claim, PeerReferral, ScoringError, sift
from vetting.scoring.export import reduced, whole
from vetting.scoring.narrowing import Step, narrowing


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


def gather(
    profile_ids: Sequence[UUID], told: Told | None = None, *, known: str = ""
) -> Mapping[UUID, Evidence]:
    """The evidence of each profile, in a fixed number of queries.

    `told` is what was read of them already, `known` a table of all referrers' figures: see `queries.referrers_known`.
    """
    people, outcomes, said = told or told_of(profile_ids)
    found = {str(profile_id): Evidence() for profile_id in profile_ids}
    counted = [each for each in outcomes if each.status in SCORED and each.verified_on is not None]
    later = said_later_of(outcome.key for outcome in counted)
    for outcome in counted:
        evidence = found[outcome.profile]
        evidence.consultant = people[outcome.profile].slug
        testimony = said.get(outcome.key, ())
        try:
            evidence.claims.append(_claim(outcome, testimony, later.get(outcome.key, {})))
        except ScoringError as fault:
            evidence.faults.append(fault)
            continue
        if publication(outcome.confidentiality, testimony) != "sealed":
            evidence.metric_of[outcome.key] = outcome.metric
    for row in referred(profile_ids, known=known):
        evidence = found[row.profile]
        evidence.referrals.append(_referral(row))
        evidence.referred_on = max(row.given_on, evidence.referred_on or row.given_on)
    return {profile_id: found[str(profile_id)] for profile_id in profile_ids}


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


def _claim(outcome: Reported, said: Sequence[Said], later: Mapping[int, Decimal]) -> Claim:
    """Raises ScoringError where the row cannot be scored. What held is no part of its level: see `rules.shown_level`.

    A number that was not given later is missing, never a failure.
    """
    _require_readable(outcome, said)
    assert outcome.verified_on is not None
    last, kind = said[-1], metric(outcome.metric)
    baseline, achieved = map(float, stands(outcome.baseline, outcome.achieved, said))
    target, rejected = float(outcome.target), outcome.status == "rejected"
    if int(kind.direction) * (target - baseline) <= 0:
        # The client's own baseline had reached the target before the work: nothing was left to achieve.
        baseline, rejected = float(outcome.baseline), True
    in_one_currency = outcome.money is not None and outcome.money_currency == outcome.fee_currency
    return Claim(
        key=outcome.key,
        baseline=baseline,
        target=target,
        achieved=achieved,
        direction=kind.direction,
        usual_change=usual_change(kind, baseline),
        level=outcome.level,
        preregistered=outcome.preregistered,
        rejected=rejected,
        cluster=outcome.organization,
        referee=last.referee or "",
        vouches_elsewhere=last.vouches_elsewhere,
        verified_on=outcome.verified_on,
        fee=float(outcome.fee) if outcome.fee is not None and in_one_currency else None,
        money=float(outcome.money) if outcome.money is not None and in_one_currency else None,
        share=_share(outcome.share / 100, last),
        transfer=last.transfer,
        sustained_6m=float(later[180]) if 180 in later else None,
        sustained_12m=float(later[365]) if 365 in later else None,
        contexts=_contexts(outcome),
    )


def _contexts(outcome: Reported) -> tuple[tuple[str, str], ...]:
    """What calibration tells apart, so that an easy field makes nobody look good."""
    known = (
        ("metric", outcome.metric),
        ("industry", outcome.industry),
        ("client_size", outcome.size_band),
        ("country", outcome.country),
    )
    return tuple(each for each in known if each[1])


def _require_readable(outcome: Reported, said: Sequence[Said]) -> None:
    """What the entrances do not let in may stand in the table all the same, after a restore or by hand."""
    if not said:
        message = "is missing: nobody has said what the status tells"
        raise ScoringError(message, "testimony", outcome.key)
    if outcome.metric not in METRICS:
        message = "is not in the catalogue"
        raise ScoringError(message, "metric", outcome.key)
    baseline = said[-1].baseline_value
    for name, number in (
        ("baseline", outcome.baseline if baseline is None else baseline),
        ("target", outcome.target),
    ):
        if not number.is_finite():
            message = "is not a finite number"
            raise ScoringError(message, name, outcome.key)


def usual_change(kind: Metric, baseline: float) -> float:
    """The metric's usual step as a share of the baseline; from zero there is no share, and none is used."""
    step = float(usual_step(kind, Decimal(baseline)))
    return step / abs(baseline) if baseline else step


def _share(own: float, last: Said) -> float:
    """The smaller of what the consultant claims and the middle of the client's range."""
    if last.share_low is None or last.share_high is None:
        return own
    return min(own, (last.share_low + last.share_high) / 200)


def _referral(row: Referred) -> PeerReferral:
    """A peer without a profile of her own has shown nothing yet: her word is shown and weighs nothing."""
    peer = row.referrer or str(row.referee)
    return PeerReferral(
        key=row.key,
        referrer=peer,
        cluster=peer,
        clients_verified=row.clients,
        referred_in_all=row.people,
        reciprocal=row.mutual,
    )
