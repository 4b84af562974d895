"""Profiles found, as far as the reader may see them."""

from uuid import UUID

from django.db.models import Q, QuerySet

from vetting.kernel.actors import Actor
from vetting.profiles.models import Profile, SelfClaim
from vetting.profiles.rules import PUBLIC


def visible_to(actor: Actor) -> QuerySet[Profile]:
    """Newest first; the listed ones, one's own, and all for staff."""
    profiles = Profile.objects.order_by("-id")
    if actor.is_staff:
        return profiles
    return profiles.filter(Q(status__in=PUBLIC) | Q(owner_id__isnull=False, owner_id=actor.id))


def owned_by(user_id: UUID) -> Profile | None:
    return Profile.objects.select_related("owner").filter(owner_id=user_id).first()


def imported(source_key: str) -> Profile | None:
    return Profile.objects.filter(source_key=source_key).first()


def claims_of(profile: Profile) -> QuerySet[SelfClaim]:
    return SelfClaim.objects.filter(profile=profile).order_by("kind", "id")
