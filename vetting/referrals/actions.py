"""Ask a peer, take her word, withdraw it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from vetting.accounts.queries import users_with_mailbox
from vetting.audit.actions import begin, move
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.followups.rules import may_answer
from vetting.kernel.actors import Actor
from vetting.kernel.actors import referee as as_referee
from vetting.kernel.verdict import RefusedError, refuse, require, require_all
from vetting.kernel.whole import whole
from vetting.profiles.actions import touch_evidence
from vetting.profiles.models import Profile
from vetting.profiles.queries import owned_by
from vetting.profiles.rules import may_change
from vetting.referrals import rules
from vetting.referrals.models import Referral
from vetting.referrals.queries import given_in, words_in
from vetting.referrals.rules import Words


@whole
def ask_peer(
    *, profile: Profile, name: str, email: str, language: str = "", by: Actor, at: datetime
) -> Referral:
    """One letter to one person who saw the work. RefusedError where that person was asked already."""
    require(may_change(by, profile))
    if profile.owner is None:
        raise RefusedError(refuse("no_owner", "Nobody speaks for this profile yet."))
    referral = Referral(profile=profile, created_at=at)
    ask = followups.ask(
        kind="peer",
        subject_id=referral.pk,
        consultant=profile.owner,
        name=name,
        email=email,
        language=language,
        about=about(profile),
        at=at,
    )
    referral.ask, referral.referee = ask, ask.referee
    try:
        with transaction.atomic():
            begin(referral, by=by, at=at)
    except IntegrityError as duplicate:
        raise RefusedError(refuse("asked_already", "You have asked this person before.")) from duplicate
    return referral


@whole
def answer(ask_id: UUID, *, words: Words, at: datetime) -> Referral:
    """What the peer saw. One who gets a fee for it is shown, but set aside: it weighs nothing."""
    ask = followups.lock(ask_id)
    require(may_answer(ask, at=at))
    require_all(*rules.check_words(words, at=at))
    referral = Referral.objects.select_for_update(no_key=True).get(pk=ask.subject_id)
    _give(referral, words, ask=ask, at=at)
    followups.close_answered(ask, at=at)
    return referral


@whole
def correct(ask_id: UUID, *, words: Words, at: datetime) -> Referral:
    """A further version of the peer's word, in the place of the last. The same once more is no version."""
    ask = followups.lock(ask_id)
    before = given_in(ask.pk)
    require(rules.may_correct(ask, before))
    require_all(*rules.check_words(words, at=at))
    assert before is not None
    if words_in(before) == replace(words, skill=words.skill.strip(), saw=words.saw.strip()):
        return before
    by = as_referee(ask.referee_id)
    move(before, "superseded", by=by, at=at)  # first: a peer has one word for a consultant at a time
    referral = Referral(
        profile_id=before.profile_id, referee_id=before.referee_id, ask=ask, supersedes=before, created_at=at
    )
    begin(referral, by=by, at=at)
    _give(referral, words, ask=ask, at=at)
    return referral


@whole
def withdraw(referral: Referral, *, by: Actor, at: datetime) -> Referral:
    """The peer takes her word back, or the consultant her request."""
    followups.cancel(referral.pk, by=by, at=at)  # first, since an answer locks its ask before the referral
    referral = (
        Referral.objects.select_for_update(of=("self",), no_key=True)
        .select_related("profile")
        .get(pk=referral.pk)
    )
    owner = by.is_person(referral.profile.owner_id) and referral.given_at is None
    if not (owner or by.is_staff or (by.kind == "referee" and by.id == referral.referee_id)):
        raise RefusedError(refuse("not_yours", "Only the person who gave this referral withdraws it."))
    require(rules.may_withdraw(referral))
    move(referral, "withdrawn", by=by, at=at)
    touch_evidence(referral.profile_id)
    return referral


@whole
def note_silence(referral_id: UUID, *, by: Actor, at: datetime) -> None:
    """The ask has closed without an answer."""
    referral = Referral.objects.select_for_update(no_key=True).get(pk=referral_id)
    if referral.status == "requested":
        move(referral, "unanswered", by=by, at=at)


def about(profile: Profile) -> Mapping[str, Any]:
    """The plain values that letters to a peer are set from."""
    return {"consultant": profile.name, "consultant_slug": profile.slug}


def empty_words(referee_id: UUID) -> None:
    """Erase what she wrote herself, from every version."""
    Referral.objects.filter(referee_id=referee_id).update(skill="", saw="")


def _give(referral: Referral, words: Words, *, ask: Ask, at: datetime) -> None:
    by = as_referee(ask.referee_id)
    referral.referrer = _own_profile(ask, referral)
    referral.relation, referral.skill, referral.saw = words.relation, words.skill.strip(), words.saw.strip()
    referral.seen_from, referral.seen_to = words.seen_from, words.seen_to
    referral.gets_fee, referral.given_at = words.gets_fee, at
    referral.save()
    move(referral, "answered", by=by, at=at)
    move(referral, "set_aside" if words.gets_fee else "accepted", by=by, at=at)
    touch_evidence(referral.profile_id)


def _own_profile(ask: Ask, referral: Referral) -> Profile | None:
    """The peer's profile, by her mailbox; the address must have been proved by signing in with it."""
    for user in users_with_mailbox(ask.referee.email):
        found = owned_by(user.pk)
        if found is not None and found.pk != referral.profile_id:
            return found
    return None
