"""One consultant: every piece of evidence, what each adds, what is missing, and what she says of herself."""

from collections import Counter
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from typing import cast
from urllib.parse import quote

from django.conf import settings
from django.core.paginator import InvalidPage, Paginator
from django.core.paginator import Page as Slice
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from vetting.forecasts.queries import record_of_referrer
from vetting.profiles.models import Profile
from vetting.profiles.queries import claims_of, visible_to
from vetting.profiles.rules import PUBLIC
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import of_profile
from vetting.scoring.weights import PUBLISHED
from vetting.search.dossier import ShownReferral, ShownResult, referrals_of, results_of
from vetting.web import standings
from vetting.web.hits import origin_words
from vetting.web.keeping import kept
from vetting.web.labels import AVAILABILITY, DIMENSIONS, RELATIONS, SELF_CLAIMS, day_rate, spoken, whereabouts
from vetting.web.ledger import Ledger, ledger_of, start
from vetting.web.results import ledger_row, shown
from vetting.web.templatetags.wording import counted, day, number
from vetting.web.visitor import actor_of

RESULTS_A_PAGE = 20
_TALLY = (
    ("met", "met"),
    ("missed", "missed"),
    ("rejected", "called wrong by the client"),
    ("unknown", "not confirmed"),
)
# What the owner of an unlisted profile (and staff) reads on top of it.
_NOTICES = {
    "draft": "It is a draft. Only you see it until you list it.",
    "submitted": "It waits to be listed. Only you see it until then.",
    "paused": "It is paused: nobody else sees it, and search does not find it.",
    "suspended": "It is suspended while a case is open. Only you and our staff see it.",
    "delisted": "It was taken off the list. Only you and our staff see it.",
}


@require_safe
@kept
def dossier(request: HttpRequest, slug: str) -> HttpResponse:
    """404 for a profile this reader may not see, as for one that does not exist."""
    profile = get_object_or_404(visible_to(actor_of(request)), slug=slug)
    card = of_profile(profile.pk)
    results, referrals = results_of(profile, card), referrals_of(profile, card)
    ledger, page = ledger_of(card), _page(request, results)
    rows = _ledger_rows(results, list(page), referrals, ledger, origin=profile.origin)
    context = {
        "profile": profile,
        "listed": profile.status in PUBLIC,
        "notice": _NOTICES.get(profile.status, ""),
        "origin": origin_words(origin=profile.origin, is_demo=profile.is_demo),
        "facts": _facts(profile),
        "said": _self_described(profile),
        "card": card,
        "behind": card is not None and card.evidence_version != profile.evidence_version,
        "results": [shown(result, ledger, origin=profile.origin) for result in page],
        "tally": _tally(results),
        "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
        "next_url": f"?page={page.number + 1}" if page.has_next() else "",
        "referrals": [_referral(referral, ledger) for referral in referrals],
        "referred": record_of_referrer(profile.pk),
        "complain": _complaint(profile),
        **(_standing(card, standings.fields()[profile.origin]) if card else {}),
        "ledger": rows,
        "total": ledger.total,
        "largest": max((abs(cast("int", row["adds"])) for row in rows), default=0),
    }
    return render(request, "pages/dossier/dossier.html", context)


def _page(request: HttpRequest, results: Sequence[ShownResult]) -> Slice[ShownResult]:
    try:
        return Paginator(results, RESULTS_A_PAGE).page(request.GET.get("page", 1))
    except InvalidPage as absent:
        raise Http404 from absent


def _facts(profile: Profile) -> str:
    facts = (
        whereabouts(profile.place, profile.country),
        spoken(profile.languages),
        day_rate(profile.rate, profile.rate_currency),
        AVAILABILITY.get(profile.availability, ""),
    )
    return " · ".join(fact for fact in facts if fact)


def _self_described(profile: Profile) -> list[dict[str, str]]:
    """What she says of herself, each under the word for what it is."""
    said = [
        {"term": SELF_CLAIMS[claim.kind], "text": _claimed(claim.text, claim.count)}
        for claim in claims_of(profile)
    ]
    if profile.biography:
        said.append({"term": "About", "text": profile.biography})
    return said


def _claimed(text: str, count: int | None) -> str:
    return text if count is None else f"{text}: {number(count)}"


def _standing(card: Scorecard, field: standings.Field) -> dict[str, object]:
    overall = {"mean": card.mean, "low": card.low, "high": card.high, "counted": card.counted}
    weights = {dimension.name: dimension.weight for dimension in PUBLISHED.dimensions}
    return {
        "standing": standings.overall(overall, field),
        "dimensions": [
            {
                "name": DIMENSIONS[name].name,
                "about": DIMENSIONS[name].about,
                "weight": 100 * weights[name],
                "card": (drawn := standings.of_dimension(name, card.dimensions[name], field)),
                "words": standings.against_field(drawn),
            }
            for name in weights
        ],
        "coverage": card.coverage,
        "start": start(card),
    }


def _tally(results: Sequence[ShownResult]) -> str:
    """As in: 7 met, 2 missed, 1 not confirmed."""
    counts = Counter(result.verdict for result in results)
    return ", ".join(f"{number(counts[word])} {words}" for word, words in _TALLY if counts[word])


def _referral(referral: ShownReferral, ledger: Ledger) -> dict[str, object]:
    parts = ledger.parts.get(referral.key, ())
    return {
        "shown": referral,
        "relation": RELATIONS[referral.relation],
        "why": parts[0].reason if parts else referral.why,
        "points": ledger.points.get(referral.key, 0),
    }


def _ledger_rows(
    results: Sequence[ShownResult],
    here: Sequence[ShownResult],
    referrals: Sequence[ShownReferral],
    ledger: Ledger,
    *,
    origin: str,
) -> list[dict[str, object]]:
    """What parts/ledger.html takes: a row for each piece of evidence on this page, one for all others."""
    points = ledger.points
    rows = [ledger_row(result, points[result.key], origin=origin) for result in here if result.key in points]
    rows += [_referral_row(referral, points) for referral in referrals if referral.key in points]
    left = set(points) - {result.key for result in here} - {referral.key for referral in referrals}
    elsewhere = left & {result.key for result in results}
    rows += _together(elsewhere, "on the other pages", ledger)
    return rows + _together(left - elsewhere, "no longer shown, until the score is computed again", ledger)


def _referral_row(referral: ShownReferral, points: Mapping[str, int]) -> dict[str, object]:
    return {
        "what": f"Referral by {referral.name}",
        "url": f"#{referral.key}",
        "when": day(referral.given_on),
        "who": "peer",
        "level": None,
        "adds": points[referral.key],
    }


def _together(keys: set[str], where: str, ledger: Ledger) -> list[dict[str, object]]:
    if not keys:
        return []
    what = f"{counted(len(keys), 'piece,pieces')} of evidence {where}"
    adds = sum(ledger.points[key] for key in keys)
    return [{"what": what, "url": "", "when": "", "who": "", "level": None, "adds": adds}]


def _complaint(profile: Profile) -> str:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return f"mailto:{quote(address, safe='@')}?subject={quote(f'Something is wrong with {profile.slug}')}"
