"""Keep the listings true to the rows."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from vetting.companies.catalogue import INDUSTRIES, section_of
from vetting.engagements.metrics import METRICS
from vetting.kernel.keys import fold, uuid7
from vetting.kernel.whole import whole
from vetting.outcomes.states import VERIFIED
from vetting.profiles.models import Profile
from vetting.scorecards.models import Scorecard
from vetting.search.dossier import ShownReferral, ShownResult, referrals_of, results_of
from vetting.search.models import EDITION, Listing, ListingMetric, ListingNiche
from vetting.words.actions import remember
from vetting.words.queries import terms_of, words_in

TRANSFERRED = 3  # "most of it" or better
# How much better or worse than over all somebody may be in a field where nothing is confirmed of her, as a standard
# deviation on the scale on which people differ by .5: judged, so that a good record elsewhere helps and never leads.
ELSEWHERE = 0.3
_ONE_IN_TEN = 1.2815515655446004  # the distance of the 10 % quantile from the mean, in standard deviations


def refresh(profile_ids: Sequence[UUID]) -> int:
    """Build the listings of these profiles again, drop those of profiles no longer listed; how many stand.

    One at a time: whoever changes several profiles in one transaction waits for us, and we never for two of them.
    """
    return sum(_refresh(profile_id) for profile_id in profile_ids)


@whole
def _refresh(profile_id: UUID) -> bool:
    profile = Profile.objects.select_for_update(no_key=True).get(pk=profile_id)
    card = Scorecard.objects.filter(profile=profile).first()
    Listing.objects.filter(profile=profile).delete()
    if profile.status != "listed" or card is None:
        return False
    _build(profile, card)
    return True


def _build(profile: Profile, card: Scorecard) -> None:
    results, referrals = results_of(profile, card), referrals_of(profile, card)
    verified = [result for result in results if result.status in VERIFIED]
    shown = [result for result in verified if result.publication != "sealed"]
    words = _words(profile, shown, referrals)
    listing = Listing(
        id=uuid7(),
        profile=profile,
        edition=EDITION,
        evidence_version=card.evidence_version,
        card_computed_at=card.computed_at,
        theta_low=card.theta_low,
        theta_elsewhere=_elsewhere(card),
        terms=terms_of(words, profile.languages),
        skills=_distinct(fold(each.skill).strip() for each in referrals if each.weighs),
        # Only those the card has a standing in: a result newer than the card is listed with the next one.
        metrics=_distinct(result.metric for result in shown if result.metric in card.metrics),
        categories=_distinct(result.category for result in shown),
        industries=_industries(shown),
        sizes=_distinct(result.size_band for result in shown),
        modes=_distinct(result.mode for result in shown),
        languages=profile.languages,
        country=profile.country,
        rate=profile.rate,
        rate_currency=profile.rate_currency,
        availability=profile.availability,
        level=max((result.level for result in verified), default=0),
        preregistered=any(result.preregistered for result in verified),
        transfer=any((result.transfer or 0) >= TRANSFERRED for result in verified),
        hit=_hit(profile, card, shown),
    )
    remember(words_in(words))
    listing.save(force_insert=True)
    ListingMetric.objects.bulk_create(
        ListingMetric(
            listing=listing,
            metric=key,
            theta_low=card.metrics[key]["theta_low"],
            change=max(result.change for result in shown if result.metric == key),
        )
        for key in listing.metrics
    )
    ListingNiche.objects.bulk_create(
        ListingNiche(listing=listing, metric=key, industry=code, theta_low=standing["theta_low"])
        for key in listing.metrics
        for code, standing in card.metrics[key].get("industries", {}).items()
        if code in listing.industries
    )


def _elsewhere(card: Scorecard) -> float:
    """The overall lower bound, widened by how much one field may differ from all."""
    width: float = ((card.theta - card.theta_low) ** 2 + (_ONE_IN_TEN * ELSEWHERE) ** 2) ** 0.5
    return card.theta - width


def _words(profile: Profile, shown: Sequence[ShownResult], referrals: Sequence[ShownReferral]) -> str:
    """Her name, and what others confirmed. A title, a biography, a credential is not among it."""
    words = [profile.name, profile.place]
    for result in shown:
        found = METRICS[result.metric]
        words += [found.name, *found.synonyms, result.work]
        if result.industry:
            place = INDUSTRIES[result.industry]
            words += [place.name, *place.synonyms]
        if result.publication == "named":
            words.append(result.client)
    words += [referral.skill for referral in referrals if referral.weighs]
    return " . ".join(word for word in words if word)


def _industries(shown: Sequence[ShownResult]) -> list[str]:
    """Divisions and their sections, so that a search for either finds them."""
    codes = {result.industry for result in shown if result.industry}
    return sorted(codes | {section_of(code).code for code in codes})


def _hit(profile: Profile, card: Scorecard, shown: Sequence[ShownResult]) -> dict[str, object]:
    best = sorted(shown, key=lambda result: (-(result.contribution or 0.0), result.key))
    return {
        "name": profile.name,
        "slug": profile.slug,
        "place": profile.place,
        "origin": profile.origin,
        "is_demo": profile.is_demo,
        "mean": card.mean,
        "low": card.low,
        "high": card.high,
        "counted": card.counted,
        "coverage": card.coverage,
        "metrics": card.metrics,
        "results": [_line(result) for result in best],
    }


def _line(result: ShownResult) -> dict[str, object]:
    still, months = result.since
    return {
        "key": result.key,
        "metric": result.metric,
        "metric_name": result.metric_name,
        "baseline": result.baseline.text if result.baseline else "",
        "achieved": result.achieved.text if result.achieved else "",
        "client": result.client,
        "verdict": result.verdict,
        "level": result.level,
        "still": still,
        "still_months": months,
        "verified_on": result.verified_on.isoformat() if result.verified_on else "",
        "preregistered": result.preregistered,
    }


def _distinct(words: Iterable[str]) -> list[str]:
    return sorted({word for word in words if word})
