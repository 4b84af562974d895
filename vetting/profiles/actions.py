"""Make, change, list and pause a profile; keep what a consultant says of herself apart."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from vetting.accounts.models import User
from vetting.audit.actions import begin, move, record
from vetting.kernel.actors import Actor
from vetting.kernel.keys import slugify
from vetting.kernel.text import PARAGRAPH, check_text
from vetting.kernel.verdict import RefusedError, refuse, require, require_all
from vetting.kernel.whole import whole
from vetting.profiles import rules
from vetting.profiles.models import Profile, SelfClaim

RESERVED = frozenset({"me"})  # programs find their own profile by this word
FIELDS = (
    "name",
    "biography",
    "country",
    "place",
    "languages",
    "rate",
    "rate_currency",
    "availability",
)


@whole
def create(
    *,
    owner: User | None,
    details: Mapping[str, Any],
    by: Actor,
    at: datetime,
    origin: str = "self",
    is_demo: bool = False,
    source_key: str = "",
) -> Profile:
    """A draft profile. `details` holds any of FIELDS; RefusedError where the account has a profile already.

    `source_key` knows a person of a public record again; only one profile has it.
    """
    if owner is not None:
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        if Profile.objects.filter(owner=owner).exists():
            raise RefusedError(refuse("profile_exists", "You have a profile already; change that one."))
    profile = Profile(owner=owner, origin=origin, created_at=at, is_demo=is_demo, source_key=source_key)
    _fill(profile, details)
    profile.slug = _free_slug(profile)
    return begin(profile, by=by, at=at)


@whole
def change(profile: Profile, *, details: Mapping[str, Any], by: Actor, at: datetime) -> Profile:
    require(rules.may_change(by, profile))
    profile = Profile.objects.select_for_update(no_key=True).get(pk=profile.pk)
    before = {name: getattr(profile, name) for name in FIELDS}
    _fill(profile, details)
    changed = sorted(name for name in FIELDS if before[name] != getattr(profile, name))
    if changed:
        profile.save(update_fields=changed)
        record(profile, "change", by=by, at=at, facts={"fields": changed})
        touch_evidence(profile.pk)  # name, place, languages and rate are shown in search
    return profile


@whole
def submit(profile: Profile, *, by: Actor, at: datetime) -> Profile:
    """List a complete profile. Nothing about it is judged: what counts comes from clients."""
    if not (by.is_staff and profile.origin == "public_record"):
        require(rules.may_change(by, profile))
    require(rules.may_list(profile))
    if profile.status == "paused":
        return _relist(profile, by=by, at=at)
    move(profile, "submitted", by=by, at=at)
    return _relist(profile, by=by, at=at)


@whole
def pause(profile: Profile, *, by: Actor, at: datetime) -> Profile:
    require(rules.may_change(by, profile))
    move(profile, "paused", by=by, at=at)
    touch_evidence(profile.pk)
    return profile


@whole
def suspend(profile: Profile, *, reason: str, by: Actor, at: datetime) -> Profile:
    """Staff take a profile out of sight while something is looked into; `reason` is kept in the audit trail."""
    require(rules.may_moderate(by))
    require_all(check_text(reason, field="reason", most=1_000))
    move(profile, "suspended", by=by, at=at, facts={"reason": reason.strip()})
    touch_evidence(profile.pk)
    return profile


@whole
def restore(profile: Profile, *, by: Actor, at: datetime) -> Profile:
    require(rules.may_moderate(by))
    return _relist(profile, by=by, at=at)


@whole
def add_claim(
    profile: Profile, *, kind: str, text: str, by: Actor, at: datetime, count: int | None = None
) -> SelfClaim:
    """Saying the same twice is saying it once."""
    require(rules.may_change(by, profile))
    require_all(rules.may_be_claim_kind(kind), check_text(text, field="text"), rules.may_be_count(count))
    Profile.objects.select_for_update(no_key=True).get(pk=profile.pk)
    claims = SelfClaim.objects.filter(profile=profile)
    if known := claims.filter(kind=kind, text=text.strip(), count=count).order_by("id").first():
        return known
    require(rules.may_add_claim(so_far=claims.count()))
    claim = SelfClaim.objects.create(
        profile=profile, kind=kind, text=text.strip(), count=count, created_at=at
    )
    record(claim, "add", by=by, at=at, facts={"kind": kind})
    return claim


@whole
def remove_claim(claim: SelfClaim, *, by: Actor, at: datetime) -> None:
    require(rules.may_change(by, claim.profile))
    record(claim, "remove", by=by, at=at, facts={"kind": claim.kind})
    claim.delete()


def touch_evidence(profile_id: UUID) -> None:
    """Called in the transaction that changes what is known of a consultant: cards and search go stale by it."""
    Profile.objects.filter(pk=profile_id).update(evidence_version=F("evidence_version") + 1)


def _relist(profile: Profile, *, by: Actor, at: datetime) -> Profile:
    move(profile, "listed", by=by, at=at)
    touch_evidence(profile.pk)
    return profile


def _fill(profile: Profile, details: Mapping[str, Any]) -> None:
    """Set what `details` names; every wrong field is reported at once."""
    for name in FIELDS:
        if name in details:
            value = details[name]
            setattr(profile, name, value.strip() if isinstance(value, str) else value)
    profile.languages = list(dict.fromkeys(profile.languages))
    if profile.rate is None:
        profile.rate_currency = ""
    require_all(
        check_text(profile.name, field="name"),
        check_text(profile.biography, field="biography", most=PARAGRAPH, required=False),
        check_text(profile.place, field="place", most=80, required=False),
        rules.may_be_country(profile.country),
        rules.may_be_languages(profile.languages),
        rules.may_be_rate(profile.rate, profile.rate_currency),
        rules.may_be_availability(profile.availability),
    )


def _free_slug(profile: Profile) -> str:
    slug = slugify(profile.name, fallback="consultant")
    if slug in RESERVED or Profile.objects.filter(slug=slug).exists():
        return f"{slug}-{profile.pk.hex[-8:]}"
    return slug
