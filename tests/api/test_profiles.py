"""Profiles: what anybody reads, and what only the consultant changes."""

import pytest

from tests import builders
from tests.api.callers import NOT_FOUND, problem, with_key, with_session, wrong
from tests.builders import AT
from vetting.accounts.models import User
from vetting.audit.queries import trail
from vetting.profiles.actions import suspend
from vetting.profiles.models import Profile, SelfClaim

DETAILS = {
    "name": "Dora Draft",
    "biography": "Twenty years of tickets.",
    "country": "LV",
    "place": "Riga",
    "languages": ["lv", "en"],
    "rate": "900",
    "rate_currency": "EUR",
    "availability": "month",
}
SHOWN = {
    "slug": "dora-draft",
    "status": "draft",
    "origin": "self",
    "demo": False,
    "status_at": "2026-05-04T11:00:00Z",
    "created_at": "2026-05-04T11:00:00Z",
    **DETAILS,
}


def profiles_of(user):
    return Profile.objects.filter(owner=user)


def claims_of(user):
    return SelfClaim.objects.filter(profile__owner=user)


@pytest.fixture
def newcomer(db) -> User:
    return builders.user("dora@draft.example")


@pytest.fixture
def dora(newcomer, time_stands_still):
    return with_key(newcomer)


def test_a_profile_from_nothing_to_listed(dora, newcomer, anybody):
    assert dora.get("profiles/me").json() == NOT_FOUND
    for path in ("profiles/me/submit", "profiles/me/pause"):
        assert dora.post(path).json() == NOT_FOUND
    answer = dora.post("profiles/me", DETAILS)
    assert (answer.status_code, answer.json()) == (201, SHOWN)
    assert dora.get("profiles/me").json() == SHOWN
    assert anybody.get("profiles/dora-draft").json() == NOT_FOUND
    assert dora.post("profiles/me/submit").json() == SHOWN | {"status": "listed"}
    assert anybody.get("profiles/dora-draft").json()["name"] == "Dora Draft"
    assert dora.post("profiles/me/pause").json()["status"] == "paused"
    assert anybody.get("profiles/dora-draft").json() == NOT_FOUND
    assert dora.post("profiles/me/submit").json()["status"] == "listed"
    assert [entry.actor_id for entry in trail(profiles_of(newcomer).get().pk)] == [newcomer.pk] * 5


def test_one_account_has_one_profile(dora, newcomer):
    assert dora.post("profiles/me", DETAILS).status_code == 201
    answer = dora.post("profiles/me", DETAILS | {"name": "Dora Twice"})
    expected = problem("profile_exists", 409, "You have a profile already; change that one.")
    assert (answer.status_code, answer.json()) == (409, expected)
    assert list(profiles_of(newcomer).values_list("name", flat=True)) == ["Dora Draft"]


def test_a_profile_needs_a_name(dora, newcomer):
    answer = dora.post("profiles/me", {"place": "Riga"})
    assert (answer.status_code, answer.json()) == (400, wrong(name=("required", "This field is required.")))
    assert not profiles_of(newcomer).exists()


def test_an_unfinished_profile_is_not_listed(dora):
    dora.post("profiles/me", {"name": "Dora Draft"})
    answer = dora.post("profiles/me/submit")
    reason = "Before it can be listed the profile needs: country, languages."
    assert (answer.status_code, answer.json()) == (409, problem("incomplete", 409, reason))


def test_a_patch_changes_what_it_names(dora):
    dora.post("profiles/me", DETAILS)
    answer = dora.patch("profiles/me", {"place": " Liepaja ", "languages": ["lv", "lv", "de"]})
    assert answer.json() == SHOWN | {"place": "Liepaja", "languages": ["lv", "de"]}


def test_a_put_empties_what_it_leaves_out(dora):
    dora.post("profiles/me", DETAILS)
    answer = dora.put("profiles/me", {"name": "Dora Draft", "languages": ["en"]})
    emptied = {"biography": "", "country": "", "place": "", "rate_currency": "", "availability": ""}
    assert answer.json() == SHOWN | emptied | {"languages": ["en"], "rate": None}


def test_without_a_rate_there_is_no_currency(dora):
    dora.post("profiles/me", DETAILS)
    assert dora.patch("profiles/me", {"rate": None}).json() == SHOWN | {"rate": None, "rate_currency": ""}


def test_nothing_is_changed_where_one_value_is_wrong(dora):
    dora.post("profiles/me", DETAILS)
    answer = dora.patch("profiles/me", {"place": "Liepaja", "country": "XX", "rate": "-1"})
    assert answer.json() == wrong(
        rate=("not_positive", "A day's rate is above zero; leave it empty to say nothing."),
        country=("unknown_country", "XX: not an ISO 3166 country code such as DE or LV."),
    )
    assert dora.get("profiles/me").json() == SHOWN


def test_what_she_says_of_herself_stands_apart(dora, anybody):
    dora.post("profiles/me", DETAILS)
    dora.post("profiles/me/submit")
    title = dora.post("profiles/me/claims", {"kind": "title", "text": "Growth guru"})
    crowd = dora.post("profiles/me/claims", {"kind": "followers", "text": "on the network", "count": 90_000})
    assert (title.status_code, title.json() | {"id": ""}) == (
        201,
        {"id": "", "kind": "title", "text": "Growth guru", "count": None},
    )
    claims = [crowd.json(), title.json()]
    assert dora.get("profiles/me/claims").json() == {"results": claims}
    dossier = anybody.get("profiles/dora-draft").json()
    assert dossier["self_described"] == {"biography": DETAILS["biography"], "claims": claims}
    assert dora.delete(f"profiles/me/claims/{title.json()['id']}").status_code == 204
    assert dora.delete(f"profiles/me/claims/{title.json()['id']}").json() == NOT_FOUND
    assert dora.get("profiles/me/claims").json() == {"results": claims[:1]}


def test_the_same_claim_twice_is_one(dora, newcomer):
    dora.post("profiles/me", DETAILS)
    answers = [dora.post("profiles/me/claims", {"kind": "title", "text": "Guru"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert claims_of(newcomer).count() == 1


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"kind": "stars", "text": "five"}, "kind", "unknown_kind"),
        ({"kind": "title", "text": ""}, "text", "required"),
        ({"kind": "title", "text": "a" * 161}, "text", "too_long"),
        ({"kind": "followers", "text": "x", "count": -1}, "count", "out_of_range"),
        ({"kind": "followers", "text": "x", "count": 10**30}, "count", "out_of_range"),
        ({"kind": "followers", "text": "x", "count": "9000"}, "count", "not_a_whole_number"),
        ({"kind": "followers", "text": "x", "count": 9.5}, "count", "not_a_whole_number"),
        ({"kind": "followers", "text": "x", "count": True}, "count", "not_a_whole_number"),
    ],
)
def test_a_wrong_claim_is_told_at_its_place(body, field, code, dora, newcomer):
    dora.post("profiles/me", DETAILS)
    answer = dora.post("profiles/me/claims", body)
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(f"/{field}", code)]
    assert claims_of(newcomer).count() == 0


def test_a_claim_of_somebody_else_is_absent(world, eve):
    assert eve.delete(f"profiles/me/claims/{world.claim.pk}").json() == NOT_FOUND
    assert SelfClaim.objects.filter(pk=world.claim.pk).exists()


def test_twenty_claims_are_enough(dora):
    dora.post("profiles/me", DETAILS)
    codes = [
        dora.post("profiles/me/claims", {"kind": "award", "text": f"No {n}"}).status_code for n in range(21)
    ]
    assert codes == [201] * 20 + [409]


def test_a_suspended_profile_is_hers_to_read_and_not_to_list(world, ana, anybody):
    suspend(world.ana, reason="Looked into", by=builders.staff(), at=AT)
    assert ana.get("profiles/me").json()["status"] == "suspended"
    assert ana.get(f"profiles/{world.ana.slug}").status_code == 200
    assert anybody.get(f"profiles/{world.ana.slug}").json() == NOT_FOUND
    assert ana.post("profiles/me/submit").status_code == 409
    assert anybody.get(f"scorecards/{world.ana.slug}").json() == NOT_FOUND


def test_the_list_holds_what_is_listed_newest_first(world, anybody, newcomer):
    with_key(newcomer, name="draft").post("profiles/me", DETAILS)
    seen = [with_key(newcomer, name="reader").get("profiles"), anybody.get("profiles")]
    slugs = [[each["slug"] for each in answer.json()["results"]] for answer in seen]
    assert slugs == [["dora-draft", "eve-pocket", "ana-kalnina"], ["eve-pocket", "ana-kalnina"]]


def test_a_dossier_holds_all_of_it(world, anybody):
    body = anybody.get(f"profiles/{world.ana.slug}").json()
    confirmed = next(each for each in body["results"] if each["status"] == "confirmed")
    assert confirmed["baseline"] == {"number": 9.4, "text": "9.40 EUR"}
    assert confirmed["achieved"] == {"number": 6.1, "text": "6.10 EUR"}
    assert (confirmed["verdict"], confirmed["level"], confirmed["client"]) == ("met", 3, "Paper Umbrella")
    assert sorted(each["status"] for each in body["results"]) == ["awaiting_client", "confirmed", "submitted"]
    assert {name: body["coverage"][name] for name in ("declared", "asked", "answered")} == {
        "declared": 2,
        "asked": 1,
        "answered": 1,
    }
    assert body["standing"]["counted"] == 1
    assert body["referrals"] == []


def test_a_dossier_says_so_where_nothing_is_computed_yet(dora, anybody):
    dora.post("profiles/me", DETAILS)
    dora.post("profiles/me/submit")
    body = anybody.get("profiles/dora-draft").json()
    assert (body["standing"], body["coverage"], body["results"]) == (None, None, [])
    assert anybody.get("scorecards/dora-draft").json() == NOT_FOUND


def test_a_profile_named_me_is_reached_under_another_name(newcomer, anybody):
    profile = builders.consultant("Me")
    assert profile.slug != "me"
    assert anybody.get(f"profiles/{profile.slug}").json()["name"] == "Me"
    assert with_session(newcomer).get("profiles/me").json() == NOT_FOUND
