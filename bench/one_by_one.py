"""The peer of rescoring: one consultant after the other, her rows as the ORM's objects, her card saved.

What one would write first, though without a query inside of a loop. `bench.rescore` compares its figures.
"""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from vetting.companies.catalogue import INDUSTRIES
from vetting.engagements.metrics import metric
from vetting.engagements.queries import of_profile as engagements_of
from vetting.followups.queries import about
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.queries import current_attestations, of_profile, standing
from vetting.outcomes.rules import publication, stands
from vetting.outcomes.states import SCORED
from vetting.profiles.models import Profile
from vetting.referrals.models import Referral
from vetting.scorecards.gather import usual_change
from vetting.scorecards.models import EDITION, Scorecard
from vetting.scorecards.queries import CLIENT_PROVED
from vetting.scoring.calibration import Calibration
from vetting.scoring.evidence import Claim, PeerReferral
from vetting.scoring.score import on_scale, score
from vetting.scoring.weights import RESULTS

Niches = dict[tuple[str, str], list[Claim]]


def scored(profile_id: UUID, scale: Calibration, *, at: datetime) -> Scorecard:
    """Her card, saved; its coverage is two counts, and nothing of what held later is in it."""
    profile = Profile.objects.get(pk=profile_id)
    claims, niches = _claims(profile)
    referrals = _referrals(profile)
    found = score(claims, referrals, on=at.date(), constants=scale.constants)
    here = on_scale(found.composite, constants=scale.constants)
    parts = {
        niche: score(part, referrals, on=at.date(), constants=scale.constants)
        for niche, part in niches.items()
    }
    asks = about(outcome.pk for outcome in of_profile(profile_id))
    card, _ = Scorecard.objects.update_or_create(
        profile=profile,
        defaults={
            "edition": EDITION,
            "evidence_version": profile.evidence_version,
            "model_version": found.version,
            "computed_at": at,
            "as_of": at.date(),
            "mean": here.mean,
            "low": here.low,
            "high": here.high,
            "reliability": found.composite.reliability,
            "theta": found.composite.mean,
            "theta_low": found.composite.low,
            "counted": found.counted,
            "dimensions": {name: known._asdict() for name, known in found.dimensions.items()},
            "ledger": [line._asdict() for line in found.contributions],
            "metrics": {
                f"{key} {code}": part.dimensions[RESULTS]._asdict() for (key, code), part in parts.items()
            },
            "referral": {"standing": found.referral.standing, "shift": found.referral.shift},
            "coverage": {"declared": engagements_of(profile_id).count(), "asked": len(asks)},
        },
    )
    return card


def _claims(profile: Profile) -> tuple[list[Claim], Niches]:
    """And those of each metric, and of it in each industry."""
    rows = Outcome.objects.filter(goal__engagement__profile=profile, status__in=SCORED)
    outcomes = list(rows.select_related("goal__engagement__organization").order_by("verified_at", "id"))
    said = current_attestations(outcome.pk for outcome in outcomes)
    about_others = standing().filter(referee__in={said[outcome.pk][-1].referee_id for outcome in outcomes})
    elsewhere = set(
        about_others.exclude(outcome__goal__engagement__profile=profile)
        .values_list("referee_id", flat=True)
        .distinct()
    )
    claims, niches = [], defaultdict(list)
    for outcome in outcomes:
        claim = _claim(outcome, said[outcome.pk], elsewhere)
        claims.append(claim)
        if publication(outcome.goal.engagement.confidentiality, said[outcome.pk]) != "sealed":
            division = outcome.goal.engagement.organization.industry
            for code in {"", division, INDUSTRIES[division].section}:
                niches[outcome.goal.metric, code].append(claim)
    return claims, niches


def _claim(outcome: Outcome, said: list[Attestation], elsewhere: set[UUID | None]) -> Claim:
    goal, engagement, last = outcome.goal, outcome.goal.engagement, said[-1]
    kind = metric(goal.metric)
    baseline, achieved = map(float, stands(goal.baseline, outcome.achieved, said))
    paid = outcome.money is not None and engagement.fee is not None
    middle = (
        1.0 if last.share_low is None or last.share_high is None else (last.share_low + last.share_high) / 200
    )
    return Claim(
        key=str(outcome.pk),
        baseline=baseline,
        target=float(goal.target),
        achieved=achieved,
        direction=kind.direction,
        usual_change=usual_change(kind, baseline),
        level=outcome.level,
        preregistered=goal.preregistered,
        rejected=outcome.status == "rejected",
        cluster=str(engagement.organization_id),
        referee=str(last.referee_id),
        vouches_elsewhere=last.referee_id in elsewhere,
        verified_on=outcome.verified_at.date(),
        fee=float(engagement.fee) if paid else None,
        money=float(outcome.money) if paid else None,
        share=min(outcome.share / 100, middle),
        transfer=last.transfer,
    )


def _referrals(profile: Profile) -> list[PeerReferral]:
    rows = list(Referral.objects.filter(profile=profile, status="accepted").order_by("id"))
    referrers = {row.referrer_id for row in rows}
    path = "goal__engagement__profile_id"
    proved = Outcome.objects.filter(**{f"{path}__in": referrers}, level__gte=CLIENT_PROVED, status__in=SCORED)
    clients = dict(
        proved.order_by(path)
        .values_list(path)
        .annotate(n=Count("goal__engagement__organization", distinct=True))
    )
    given = Referral.objects.filter(referrer__in=referrers, status="accepted").order_by("referrer_id")
    people = dict(given.values_list("referrer_id").annotate(n=Count("profile_id", distinct=True)))
    back = set(
        Referral.objects.filter(referrer=profile, status="accepted").values_list("profile_id", flat=True)
    )
    return [
        PeerReferral(
            key=str(row.pk),
            referrer=str(row.referrer_id),
            cluster=str(row.referrer_id),
            clients_verified=clients.get(row.referrer_id, 0),
            referred_in_all=people[row.referrer_id],
            reciprocal=row.referrer_id in back,
        )
        for row in rows
    ]
