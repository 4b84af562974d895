"""Profiles, and what a consultant says of herself."""

from decimal import Decimal

import pytest

from tests import builders as b
from vetting.audit.queries import trail
from vetting.kernel.actors import ANONYMOUS
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.profiles import actions, rules
from vetting.profiles.models import Profile, SelfClaim
from vetting.profiles.queries import claims_of, imported, owned_by, visible_to

pytestmark = pytest.mark.django_db


def test_a_complete_profile_is_listed_and_an_incomplete_one_says_what_it_lacks():
    ana = b.user("ana@advice.example")
    draft = actions.create(owner=ana, details={"name": "Ana Kalniņa"}, by=ana.actor, at=b.AT)
    assert (draft.status, draft.slug, str(draft)) == ("draft", "ana-kalnina", "Ana Kalniņa")
    with pytest.raises(RefusedError, match="the profile needs: country, languages"):
        actions.submit(draft, by=ana.actor, at=b.AT)
    changed = actions.change(
        draft, details={"country": "LV", "languages": ["lv", "lv"]}, by=ana.actor, at=b.AT
    )
    assert changed.languages == ["lv"]
    assert actions.submit(changed, by=ana.actor, at=b.AT).status == "listed"


def test_one_account_has_one_profile():
    profile = b.consultant()
    with pytest.raises(RefusedError, match="You have a profile already"):
        actions.create(owner=profile.owner, details={"name": "Ana"}, by=profile.owner.actor, at=b.AT)
    assert Profile.objects.count() == 1


def test_two_people_of_one_name_have_two_addresses():
    first = b.consultant("Ana Kalnina")
    ben = b.user("ben@advice.example")
    second = actions.create(owner=ben, details={"name": "Ana Kalnina"}, by=ben.actor, at=b.AT)
    assert (first.slug, second.slug) == ("ana-kalnina", f"ana-kalnina-{second.pk.hex[-8:]}")


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"biography": "x" * 4_001}, "biography", "too_long"),
        ({"place": "a\x00b"}, "place", "control_character"),
        ({"country": "Latvia"}, "country", "unknown_country"),
        ({"languages": ["lv", "klingon"]}, "languages", "unknown_language"),
        ({"rate": Decimal(0), "rate_currency": "EUR"}, "rate", "not_positive"),
        ({"rate": Decimal("1e20"), "rate_currency": "EUR"}, "rate", "out_of_range"),
        ({"rate": Decimal(900), "rate_currency": "ECU"}, "rate_currency", "unknown_currency"),
        ({"availability": "always"}, "availability", "unknown_availability"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_changes(wrong, field, code):
    profile = b.consultant()
    with pytest.raises(InvalidError) as invalid:
        actions.change(profile, details=wrong, by=profile.owner.actor, at=b.AT)
    assert [(f, c) for f, (c, _) in invalid.value.problems.items()] == [(field, code)]
    again = Profile.objects.get(pk=profile.pk)
    assert (again.name, again.country, again.rate) == ("Ana Kalnina", "LV", None)


def test_changing_nothing_writes_nothing_and_a_change_makes_the_card_stale():
    profile = b.consultant()
    before, version = trail(profile.pk).count(), Profile.objects.get(pk=profile.pk).evidence_version
    actions.change(profile, details={"name": " Ana Kalnina "}, by=profile.owner.actor, at=b.AT)
    assert trail(profile.pk).count() == before
    actions.change(
        profile, details={"rate": Decimal(900), "rate_currency": "EUR"}, by=profile.owner.actor, at=b.AT
    )
    assert trail(profile.pk).last().facts == {"fields": ["rate", "rate_currency"]}
    assert Profile.objects.get(pk=profile.pk).evidence_version == version + 1


def test_only_the_consultant_changes_and_only_staff_suspend():
    profile, eve = b.consultant(), b.user("eve@advice.example").actor
    for verb in (
        lambda: actions.change(profile, details={"name": "Eve"}, by=eve, at=b.AT),
        lambda: actions.pause(profile, by=eve, at=b.AT),
        lambda: actions.submit(profile, by=eve, at=b.AT),
        lambda: actions.add_claim(profile, kind="title", text="Guru", by=eve, at=b.AT),
        lambda: actions.suspend(profile, reason="x", by=profile.owner.actor, at=b.AT),
        lambda: actions.restore(profile, by=profile.owner.actor, at=b.AT),
    ):
        with pytest.raises(RefusedError):
            verb()
    assert Profile.objects.get(pk=profile.pk).status == "listed"


def test_pausing_and_suspending_and_their_way_back():
    profile = b.consultant()
    actions.pause(profile, by=profile.owner.actor, at=b.AT)
    assert list(visible_to(ANONYMOUS)) == []
    assert list(visible_to(profile.owner.actor)) == [profile]
    assert actions.submit(profile, by=profile.owner.actor, at=b.AT).status == "listed"
    assert list(visible_to(ANONYMOUS)) == [profile]
    with pytest.raises(InvalidError):
        actions.suspend(profile, reason=" ", by=b.staff(), at=b.AT)
    actions.suspend(profile, reason="looked into", by=b.staff(), at=b.AT)
    assert trail(profile.pk).last().facts == {"reason": "looked into"}
    assert list(visible_to(b.staff())) == [profile]
    assert actions.restore(profile, by=b.staff(), at=b.AT).status == "listed"


def test_what_she_says_of_herself_stands_apart_and_moves_nothing():
    profile = b.consultant()
    me, version = profile.owner.actor, Profile.objects.get(pk=profile.pk).evidence_version
    title = actions.add_claim(profile, kind="title", text=" Guru of gurus ", by=me, at=b.AT)
    actions.add_claim(profile, kind="followers", text="followers", count=2_000_000, by=me, at=b.AT)
    assert [str(claim) for claim in claims_of(profile)] == ["followers: followers", "title: Guru of gurus"]
    actions.remove_claim(title, by=me, at=b.AT)
    assert [claim.kind for claim in claims_of(profile)] == ["followers"]
    assert Profile.objects.get(pk=profile.pk).evidence_version == version


@pytest.mark.parametrize(
    ("kind", "text", "field", "code"),
    [
        ("rank", "First", "kind", "unknown_kind"),
        ("title", "", "text", "required"),
        ("title", "x" * 161, "text", "too_long"),
    ],
)
def test_a_wrong_self_description_is_named(kind, text, field, code):
    profile = b.consultant()
    with pytest.raises(InvalidError) as invalid:
        actions.add_claim(profile, kind=kind, text=text, by=profile.owner.actor, at=b.AT)
    assert [(f, c) for f, (c, _) in invalid.value.problems.items()] == [(field, code)]


def test_there_is_an_end_to_self_description():
    profile = b.consultant()
    for number in range(rules.MOST_CLAIMS):
        actions.add_claim(profile, kind="award", text=f"Prize {number}", by=profile.owner.actor, at=b.AT)
    with pytest.raises(RefusedError, match="are enough"):
        actions.add_claim(profile, kind="award", text="One more", by=profile.owner.actor, at=b.AT)
    assert SelfClaim.objects.count() == rules.MOST_CLAIMS


def test_finding_a_profile():
    profile = b.consultant()
    assert owned_by(profile.owner_id) == profile
    assert imported("k") is None
