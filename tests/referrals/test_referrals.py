"""The word of peers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import builders as b
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.kernel.actors import ANONYMOUS, referee, system
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.profiles.models import Profile
from vetting.referrals import actions, queries
from vetting.referrals.models import Referral
from vetting.referrals.rules import Words

pytestmark = pytest.mark.django_db
WORDS = Words(
    relation="hired", skill="pricing", saw="I saw it.", seen_from=2024, seen_to=2025, gets_fee=False
)

LATER = b.AT + timedelta(days=3)


def test_a_peer_without_a_profile_is_nobody_s_referrer():
    given = b.referral(b.consultant())
    assert (given.status, given.referrer, str(given)) == ("accepted", None, "worked_with service design")


def test_a_peer_with_a_profile_is_known_again():
    ben = b.consultant("Ben Peer")
    owner = b.user("ana@elsewhere.example")
    from vetting.profiles import actions as profiles

    ana = profiles.create(
        owner=owner, details={"name": "Ana", "country": "LV", "languages": ["lv"]}, by=owner.actor, at=b.AT
    )
    given = b.referral(ana, ("Ben", "Ben.Peer+work@advice.example"))
    assert given.referrer == ben
    assert queries.given_by([ben.pk]) == {ben.pk: 1}
    assert (given.status, list(queries.given_for(ana.pk))) == ("accepted", [given])


def test_a_paid_word_is_shown_and_set_aside():
    ana = b.consultant()
    given = b.referral(ana, gets_fee=True)
    assert given.status == "set_aside"
    assert list(queries.given_for(ana.pk)) == [given]


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"relation": "follows"}, ["relation"]),
        ({"skill": "", "saw": ""}, ["saw", "skill"]),
        ({"seen_from": 1900}, ["seen_from"]),
        ({"seen_to": 2027}, ["seen_to"]),
        ({"seen_from": 2025, "seen_to": 2024}, ["seen_to"]),
    ],
)
def test_a_wrong_word_is_named(wrong, fields):
    asked = actions.ask_peer(
        profile=(ana := b.consultant()), name=b.BEN[0], email=b.BEN[1], by=ana.owner.actor, at=b.AT
    )
    with pytest.raises(InvalidError) as invalid:
        actions.answer(asked.ask_id, words=replace(WORDS, **wrong), at=b.AT)
    assert sorted(invalid.value.problems) == fields
    asked.refresh_from_db()
    assert asked.status == "requested"


def test_a_peer_is_asked_once_and_answers_once():
    ana = b.consultant()
    asked = actions.ask_peer(profile=ana, name=b.BEN[0], email=b.BEN[1], by=ana.owner.actor, at=b.AT)
    with pytest.raises(RefusedError, match="asked this person before"):
        actions.ask_peer(profile=ana, name=b.BEN[0], email="Ben+2@peer.example", by=ana.owner.actor, at=b.AT)
    assert (Referral.objects.count(), Ask.objects.count()) == (1, 1)
    actions.answer(asked.ask_id, words=WORDS, at=b.AT)
    with pytest.raises(RefusedError, match="answered this already"):
        actions.answer(asked.ask_id, words=WORDS, at=b.AT)


def test_who_may_ask_and_take_back():
    ana = b.consultant()
    with pytest.raises(RefusedError):
        actions.ask_peer(profile=ana, name=b.BEN[0], email=b.BEN[1], by=ANONYMOUS, at=b.AT)
    with pytest.raises(RefusedError):
        actions.ask_peer(profile=b.recorded(), name=b.BEN[0], email=b.BEN[1], by=b.staff(), at=b.AT)
    given = b.referral(ana)
    with pytest.raises(RefusedError, match="Only the person who gave this"):
        actions.withdraw(given, by=ana.owner.actor, at=b.AT)
    actions.withdraw(given, by=referee(given.referee_id), at=b.AT)
    with pytest.raises(RefusedError, match="withdrawn already"):
        actions.withdraw(given, by=b.staff(), at=b.AT)
    asked = actions.ask_peer(profile=ana, name="Dan", email="dan@peer.example", by=ana.owner.actor, at=b.AT)
    actions.withdraw(asked, by=ana.owner.actor, at=b.AT)
    assert Ask.objects.get(pk=asked.ask_id).status == "cancelled"


def test_a_word_given_meanwhile_is_not_the_consultants_to_take_back():
    """Her page showed a request; the peer answered before she pressed the button."""
    ana = b.consultant()
    shown = actions.ask_peer(profile=ana, name=b.BEN[0], email=b.BEN[1], by=ana.owner.actor, at=b.AT)
    words = Words(
        relation="observed", skill="pricing", saw="Little.", seen_from=2025, seen_to=2025, gets_fee=False
    )
    actions.answer(shown.ask_id, words=words, at=b.AT)
    with pytest.raises(RefusedError) as refused:
        actions.withdraw(shown, by=ana.owner.actor, at=b.AT)
    assert refused.value.verdict.code == "not_yours"
    assert Referral.objects.get().status == "accepted"


def test_a_silent_peer():
    ana = b.consultant()
    asked = actions.ask_peer(profile=ana, name=b.BEN[0], email=b.BEN[1], by=ana.owner.actor, at=b.AT)
    assert queries.silent(most=9) == []
    followups.expire(asked.ask_id, at=b.AT + timedelta(days=200))
    assert queries.silent(most=9) == [asked.pk]
    for _ in range(2):
        actions.note_silence(asked.pk, by=system("followups"), at=b.AT)
    asked.refresh_from_db()
    assert asked.status == "unanswered"


def test_who_sees_which_referrals():
    ana = b.consultant()
    given = b.referral(ana)
    assert list(queries.visible_to(ana.owner.actor)) == [given] == list(queries.visible_to(b.staff()))
    assert list(queries.visible_to(ANONYMOUS)) == []


def test_a_peer_corrects_his_word_and_the_old_one_stays_on_record():
    ana = b.consultant()
    first = b.referral(ana)
    version = Profile.objects.get(pk=ana.pk).evidence_version
    second = actions.correct(first.ask_id, words=replace(WORDS, gets_fee=True), at=LATER)
    first.refresh_from_db()
    assert (first.status, first.saw) == ("superseded", "She had the team count its own tickets.")
    assert (second.status, second.saw, second.supersedes, second.given_at) == (
        "set_aside",
        "I saw it.",
        first,
        LATER,
    )
    assert list(queries.given_for(ana.pk)) == [second]
    assert [row.pk for row in queries.versions_in(first.ask_id)] == [first.pk, second.pk]
    assert Profile.objects.get(pk=ana.pk).evidence_version == version + 1
    again = actions.correct(first.ask_id, words=replace(WORDS, gets_fee=True, saw=" I saw it. "), at=LATER)
    assert (again, Referral.objects.count()) == (second, 2)


def test_a_word_taken_back_is_not_corrected():
    first = b.referral(b.consultant())
    actions.withdraw(first, by=referee(first.referee_id), at=LATER)
    with pytest.raises(RefusedError) as refused:
        actions.correct(first.ask_id, words=WORDS, at=LATER)
    assert refused.value.verdict.code == "withdrawn"


def test_a_word_not_given_yet_is_not_corrected():
    ana = b.consultant()
    asked = actions.ask_peer(profile=ana, name="Ben", email="ben@peer.example", by=ana.owner.actor, at=b.AT)
    with pytest.raises(RefusedError) as refused:
        actions.correct(asked.ask_id, words=WORDS, at=LATER)
    assert refused.value.verdict.code == "not_answered"


def test_a_bad_correction_writes_nothing():
    first = b.referral(b.consultant())
    with pytest.raises(InvalidError):
        actions.correct(first.ask_id, words=replace(WORDS, saw="x\x00", seen_to=1900), at=LATER)
    assert [row.status for row in Referral.objects.all()] == ["accepted"]
