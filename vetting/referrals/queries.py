"""Referrals found, and the figures by which a peer's word weighs."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Count, QuerySet

from vetting.followups.models import Ask
from vetting.followups.states import OPEN
from vetting.kernel.actors import Actor
from vetting.referrals.models import Referral


def visible_to(actor: Actor) -> QuerySet[Referral]:
    """Newest first: those about oneself, all for staff. The public sees accepted ones in the dossier."""
    referrals = Referral.objects.select_related("profile", "referrer", "referee").order_by("-id")
    if actor.is_staff:
        return referrals
    return referrals.filter(profile__owner_id=actor.id) if actor.id else referrals.none()


def referral_of(referral_id: UUID) -> Referral:
    """For a reader who holds the key of the ask about it."""
    return Referral.objects.select_related("profile", "referee").get(pk=referral_id)


def given_for(profile_id: UUID) -> QuerySet[Referral]:
    """Those that stand, weighed or set aside, oldest first."""
    referrals = Referral.objects.select_related("referrer", "referee")
    return referrals.filter(profile_id=profile_id, status__in=["accepted", "set_aside"]).order_by(
        "given_at", "id"
    )


def accepted_of(profile_ids: Iterable[UUID]) -> QuerySet[Referral]:
    return Referral.objects.filter(profile_id__in=list(profile_ids), status="accepted").order_by(
        "profile_id", "id"
    )


def given_by(referrer_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """How many consultants each of these referred in all: a word given often is worth less each time."""
    rows = Referral.objects.filter(referrer_id__in=list(referrer_ids), status="accepted")
    counted = (
        rows.order_by("referrer_id").values_list("referrer_id").annotate(n=Count("profile_id", distinct=True))
    )
    return dict(counted)


def reciprocal_pairs(profile_ids: Iterable[UUID]) -> set[tuple[UUID, UUID]]:
    """(profile, referrer) where the profile's owner has referred that referrer too."""
    ids = list(profile_ids)
    backwards = Referral.objects.filter(referrer_id__in=ids, status="accepted").order_by("id")
    return set(backwards.values_list("referrer_id", "profile_id"))


def silent(*, most: int) -> list[UUID]:
    """Referrals still requested although no ask about them is open any more."""
    asked = Ask.objects.filter(kind="peer", status__in=OPEN).values("subject_id")
    waiting = Referral.objects.filter(status="requested").exclude(pk__in=asked).order_by("id")
    return list(waiting.values_list("id", flat=True)[:most])
