"""Who may see and change a profile, and what may stand in it."""

from collections.abc import Sequence
from decimal import Decimal

from vetting.kernel.actors import Actor
from vetting.kernel.places import COUNTRIES, CURRENCIES, LANGUAGES
from vetting.kernel.text import check_number
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.profiles.models import Profile
from vetting.profiles.states import AVAILABILITY, CLAIM_KINDS

PUBLIC = frozenset({"listed"})
MOST_CLAIMS = 20
MOST_FOLLOWERS = 10_000_000_000  # more than there are people


def may_change(actor: Actor, profile: Profile) -> Verdict:
    if actor.is_person(profile.owner_id):
        return ALLOWED
    return refuse("not_yours", "Only the consultant herself changes her profile.")


def may_moderate(actor: Actor) -> Verdict:
    return ALLOWED if actor.is_staff else refuse("staff_only", "Only staff do this.")


def may_list(profile: Profile) -> Verdict:
    """What a reader needs at least: a name, a country, a language."""
    missing = [word for word in ("name", "country", "languages") if not getattr(profile, word)]
    if missing:
        return refuse("incomplete", f"Before it can be listed the profile needs: {', '.join(missing)}.")
    return ALLOWED


def may_be_country(country: str) -> Verdict:
    if country and country not in COUNTRIES:
        return refuse(
            "unknown_country", f"{country}: not an ISO 3166 country code such as DE or LV.", field="country"
        )
    return ALLOWED


def may_be_languages(languages: Sequence[str]) -> Verdict:
    unknown = sorted(set(languages) - set(LANGUAGES))
    if unknown:
        return refuse(
            "unknown_language",
            f"{', '.join(unknown)}: not a two-letter ISO 639 language code such as en or lv.",
            field="languages",
        )
    return ALLOWED


def may_be_rate(rate: Decimal | None, currency: str) -> Verdict:
    if rate is None:
        return ALLOWED
    if rate <= 0:
        return refuse(
            "not_positive", "A day's rate is above zero; leave it empty to say nothing.", field="rate"
        )
    if not (checked := check_number(rate, field="rate")):
        return checked
    if currency not in CURRENCIES:
        return refuse(
            "unknown_currency", "Name the currency by its ISO 4217 code, such as EUR.", field="rate_currency"
        )
    return ALLOWED


def may_be_availability(availability: str) -> Verdict:
    if availability and availability not in AVAILABILITY:
        return refuse(
            "unknown_availability",
            f"{availability}: not one of {', '.join(AVAILABILITY)}.",
            field="availability",
        )
    return ALLOWED


def may_be_claim_kind(kind: str) -> Verdict:
    if kind not in CLAIM_KINDS:
        return refuse("unknown_kind", f"{kind}: not one of {', '.join(CLAIM_KINDS)}.", field="kind")
    return ALLOWED


def may_be_count(count: int | None) -> Verdict:
    if count is not None and not 0 <= count <= MOST_FOLLOWERS:
        return refuse("out_of_range", "A whole number that people could be counted to.", field="count")
    return ALLOWED


def may_add_claim(*, so_far: int) -> Verdict:
    if so_far >= MOST_CLAIMS:
        return refuse("too_many", f"{MOST_CLAIMS} self-descriptions are enough; remove one first.")
    return ALLOWED
