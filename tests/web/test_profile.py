"""The consultant makes, changes, lists and pauses her profile; what she says of herself stands apart."""

from decimal import Decimal

import pytest
import time_machine

from tests import builders as b
from tests.web.consultant import NOW, PROFILE, brief, kept, problems, signed_in
from tests.web.reader import words
from vetting.profiles.actions import suspend
from vetting.profiles.models import Profile, SelfClaim
from vetting.profiles.rules import MOST_CLAIMS

pytestmark = pytest.mark.django_db
PAGE = "/desk/profile/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_profile_is_made_and_then_changed():
    nora = b.user("nora@new.example")
    client = signed_in(nora)
    assert "Make your profile" in words(client.get(PAGE))
    made = client.post(PAGE, PROFILE | {"rate": "1 200,50", "rate_currency": "EUR", "availability": "now"})
    assert (made.status_code, made["Location"]) == (302, "/desk/")
    profile = Profile.objects.get(owner=nora)
    assert (profile.name, profile.languages, profile.rate, profile.status) == (
        "Ana Kalnina",
        ["lv", "en", "de"],
        Decimal("1200.5"),
        "draft",
    )
    page = client.get(PAGE)
    assert (kept(page)["languages"], kept(page)["rate"]) == ("Latvian, English, German", "1200.5")
    changed = client.post(PAGE, PROFILE | {"place": "Cesis"})
    assert (changed.status_code, changed["Location"]) == (302, PAGE)
    profile.refresh_from_db()
    assert (profile.place, profile.rate, profile.rate_currency) == ("Cesis", None, "")


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("name", "", "required"),
        ("name", "n" * 1_000_000, "too_long"),
        ("name", "Ana\x00", "null_characters_not_allowed"),
        ("name", "A\u202ena", "control_character"),
        ("place", "p" * 81, "too_long"),
        ("country", "XX", "invalid_choice"),
        ("country", "x" * 1_000_000, "invalid_choice"),
        ("languages", "Klingon", "unknown_language"),
        ("languages", "Norw", "ambiguous_language"),
        ("languages", ",".join(["en"] * 13), "too_many"),
        ("languages", "e" * 401, "too_many"),
        ("languages", " ,", "required"),
        ("availability", "always", "invalid_choice"),
        ("rate", "1e309", "invalid_number"),
        ("rate", "-5", "not_positive"),
        ("rate", "1.500", "invalid_number"),
        ("rate", "9" * 30, "out_of_range"),
        ("rate_currency", "EURO", "invalid_choice"),
        ("rate_currency", "", "unknown_currency"),
        ("biography", "b" * 4_001, "too_long"),
    ],
    ids=brief,
)
def test_what_is_wrong_comes_back_as_it_was_typed(field, typed, code):
    typed_in = PROFILE | {"rate": "900", "rate_currency": "EUR"} | {field: typed}
    page = signed_in(b.user("nora@new.example")).post(PAGE, typed_in)
    assert problems(page) == {field: [code]}
    assert {name: kept(page)[name] for name in typed_in} == typed_in
    assert "<title>Error: Your profile" in page.content.decode()
    assert Profile.objects.count() == 0


def test_a_second_profile_is_the_first():
    ana = b.consultant()
    client = signed_in(ana)
    assert client.post(PAGE, PROFILE | {"name": "Ana Again"}).status_code == 302
    assert list(Profile.objects.values_list("name", flat=True)) == ["Ana Again"]


def test_listing_and_pausing():
    ana = b.consultant(listed=False)
    client = signed_in(ana)
    assert "List it" in words(client.get(PAGE))
    for path, status, says in (
        ("list/", "listed", "Listed. Companies find it by what your clients confirm."),
        ("list/", "listed", ""),
        ("pause/", "paused", "Paused. Nobody else sees it until you list it again."),
        ("pause/", "paused", ""),
        ("list/", "listed", "Listed. Companies find it by what your clients confirm."),
    ):
        page = client.post(f"{PAGE}{path}", follow=True)
        assert [str(message) for message in page.context["messages"]] == ([says] if says else [])
        ana.refresh_from_db()
        assert ana.status == status


def test_what_cannot_be_listed_says_why():
    ana = b.consultant(listed=False, languages=[])
    client = signed_in(ana)
    says = "Before it can be listed the profile needs: languages."
    assert says in words(client.get(PAGE))
    page = client.post(f"{PAGE}list/", follow=True)
    assert [str(message) for message in page.context["messages"]] == [says]
    draft = client.post(f"{PAGE}pause/", follow=True)
    assert [str(message) for message in draft.context["messages"]] == ["This profile is draft by now."]


def test_a_suspended_profile_has_no_buttons():
    ana = b.consultant()
    suspend(ana, reason="A case is open.", by=b.staff(), at=b.AT)
    page = words(signed_in(ana).get(PAGE))
    assert "Suspended while a case is open." in page
    assert "List it" not in page
    assert "Pause it" not in page


def test_self_description_is_kept_apart_and_the_form_says_so():
    ana = b.consultant()
    client = signed_in(ana)
    assert "They never move a score" in words(client.get(PAGE))
    before = Profile.objects.get().evidence_version
    typed = {"kind": "followers", "text": "Followers on a network", "count": "12400"}
    for _ in range(2):  # the same twice is one
        assert client.post(f"{PAGE}claims/", typed).status_code == 302
    claim = SelfClaim.objects.get()
    assert (claim.kind, claim.text, claim.count) == ("followers", "Followers on a network", 12400)
    assert "“" not in claim.text
    assert "Followers on a network: 12 400" in words(client.get(PAGE)).replace("\u202f", " ")
    assert Profile.objects.get().evidence_version == before
    assert client.post(f"{PAGE}claims/{claim.pk}/remove/").status_code == 302
    assert SelfClaim.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("kind", "guru", "invalid_choice"),
        ("text", "", "required"),
        ("text", "t" * 161, "too_long"),
        ("text", "a\x00b", "null_characters_not_allowed"),
        ("count", "-1", "out_of_range"),
        ("count", "9" * 20, "out_of_range"),
        ("count", "1e309", "invalid"),
        ("count", "9" * 1_000_000, "invalid"),
    ],
    ids=brief,
)
def test_a_wrong_self_description_comes_back(field, typed, code):
    typed_in = {"kind": "followers", "text": "Followers", "count": "5"} | {field: typed}
    page = signed_in(b.consultant()).post(f"{PAGE}claims/", typed_in)
    assert problems(page, "claim_form") == {field: [code]}
    assert kept(page, "claim_form") == typed_in
    assert SelfClaim.objects.count() == 0


def test_there_is_an_end_to_self_description():
    client = signed_in(b.consultant())
    for number in range(MOST_CLAIMS):
        client.post(f"{PAGE}claims/", {"kind": "award", "text": f"Prize {number}"})
    page = client.post(f"{PAGE}claims/", {"kind": "award", "text": "One more"})
    assert problems(page, "claim_form") == {"__all__": ["too_many"]}


def test_nobody_touches_anothers_self_description():
    ana, eve = b.consultant(), b.consultant("Eve Pocket")
    signed_in(ana).post(f"{PAGE}claims/", {"kind": "title", "text": "Lead"})
    claim = SelfClaim.objects.get()
    assert signed_in(eve).post(f"{PAGE}claims/{claim.pk}/remove/").status_code == 404
    assert SelfClaim.objects.count() == 1


@pytest.mark.parametrize(
    "path", ["list/", "pause/", "claims/", "claims/01a2083e-96c1-79bc-a844-f04fbda87d42/remove/"]
)
def test_without_a_profile_one_is_led_to_make_it(path):
    page = signed_in(b.user("nora@new.example")).post(f"{PAGE}{path}")
    assert (page.status_code, page["Location"]) == (302, PAGE)
