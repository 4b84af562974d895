"""Referrals found, and the figures by which a peer's word weighs."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Count, QuerySet

from vetting.followups.models import Ask
from vetting.followups.states import OPEN
from vetting.kernel.actors import Actor
from vetting.referrals.models import Referral
from vetting.referrals.rules import Words


def visible_to(actor: Actor) -> QuerySet[Referral]:
    """Newest first: those about oneself, all for staff. The public sees accepted ones in the dossier."""
    referrals = Referral.objects.select_related("profile", "referrer", "referee").order_by("-id")
    if actor.is_staff:
        return referrals
    return referrals.filter(profile__owner_id=actor.id) if actor.id else referrals.none()


def versions_in(ask_id: UUID) -> list[Referral]:
    """Every version of what was answered to that ask, the one that stands last."""
    rows = Referral.objects.select_related("profile", "referee").filter(ask_id=ask_id)
    later = {row.supersedes_id: row for row in rows.exclude(given_at=None).order_by("id")}
    versions: list[Referral] = []
    while (following := later.get(versions[-1].pk if versions else None)) is not None:
        versions.append(following)
    return versions


def given_in(ask_id: UUID) -> Referral | None:
    """The last version of what was answered to that ask."""
    return next(reversed(versions_in(ask_id)), None)


def words_in(row: Referral) -> Words:
    """A peer's word as it was given."""
    return Words(
        relation=row.relation,
        skill=row.skill,
        saw=row.saw,
        seen_from=row.seen_from or 0,
        seen_to=row.seen_to or 0,
        gets_fee=bool(row.gets_fee),
    )


def given_for(profile_id: UUID) -> QuerySet[Referral]:
    """Those that stand, weighed or set aside, oldest first."""
    referrals = Referral.objects.select_related("referrer", "referee")
    return referrals.filter(profile_id=profile_id, status__in=["accepted", "set_aside"]).order_by(
        "given_at", "id"
    )


def given_by(referrer_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """How many consultants each of these referred in all: a word given often is worth less each time."""
    rows = Referral.objects.filter(referrer_id__in=list(referrer_ids), status="accepted")
    counted = (
        rows.order_by("referrer_id").values_list("referrer_id").annotate(n=Count("profile_id", distinct=True))
    )
    return dict(counted)


def silent(*, most: int) -> list[UUID]:
    """Referrals still requested although no ask about them is open any more."""
    asked = Ask.objects.filter(kind="peer", status__in=OPEN).values("subject_id")
    waiting = Referral.objects.filter(status="requested").exclude(pk__in=asked).order_by("id")
    return list(waiting.values_list("id", flat=True)[:most])
