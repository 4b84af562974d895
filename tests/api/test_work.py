"""Organizations, engagements, goals and outcomes."""

import pytest

from tests import builders
from tests.api.callers import problem, with_key, wrong
from tests.builders import AT
from vetting.companies.models import Organization
from vetting.engagements import actions as engagements
from vetting.engagements.models import Engagement, Goal
from vetting.followups.models import Ask
from vetting.outcomes.models import Outcome

CLIENT = {
    "name": "Quiet Harbour",
    "domain": "quiet-harbour.example",
    "kind": "company",
    "country": "DE",
    "industry": "47",
    "size_band": "50-249",
}
WORK = {"work": "Returns desk", "starts_on": "2026-03-02"}
AIM = {
    "metric": "cost_per_ticket",
    "baseline": "9.40",
    "target": 7,
    "due_on": "2026-09-30",
    "currency": "EUR",
}
RESULT = {"achieved": 6.1, "measured_on": "2026-04-30", "source": "system_of_record"}
CARLA = {"name": "Carla Controller", "email": "carla@quiet-harbour.example"}


def errors(answer):
    assert answer.status_code == 400, answer.json()
    return {each["pointer"].removeprefix("/"): each["code"] for each in answer.json()["errors"]}


@pytest.fixture
def place(ana):
    return ana.post("organizations", CLIENT).json()["id"]


@pytest.fixture
def work(ana, place):
    return ana.post("engagements", WORK | {"organization": place}).json()["id"]


@pytest.fixture
def aim(ana, work):
    return ana.post("goals", AIM | {"engagement": work}).json()["id"]


def test_a_client_is_registered_once(world, ana, eve):
    first = ana.post("organizations", CLIENT)
    found = first.json()
    assert first.status_code == 201
    assert found == {
        **{name: value for name, value in CLIENT.items() if name != "domain"},
        "id": found["id"],
        "slug": found["slug"],
    }
    again = ana.post("organizations", CLIENT)
    hers = eve.post(
        "organizations", CLIENT | {"domain": " Quiet-Harbour.EXAMPLE", "name": "QH Ltd", "country": "FR"}
    )
    assert (again.status_code, again.json(), hers.json()) == (201, found, found)
    assert Organization.objects.filter(slug=found["slug"]).count() == 1
    assert [each["id"] for each in ana.get("organizations").json()["results"]] == [found["id"]]
    assert eve.get("organizations").json()["results"] == []
    eve.post("engagements", WORK | {"organization": found["id"]})
    assert Engagement.objects.filter(organization_id=found["id"], profile=world.eve).count() == 1


def test_a_client_without_a_domain_sent_twice_is_one(ana, eve):
    wish = {"name": "Corner Shop", "country": "LV"}
    answers = [caller.post("organizations", wish).json() for caller in (ana, ana, eve)]
    assert answers[0] == answers[1] != answers[2]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "a" * 1_000_000}, "name", "too_long"),
        ({"name": "Q\x00"}, "name", "null_characters_not_allowed"),
        ({"domain": "quiet harbour"}, "domain", "invalid_domain"),
        ({"domain": "http://quiet-harbour.example"}, "domain", "invalid_domain"),
        ({"domain": "gmail.com"}, "domain", "free_provider"),
        ({"domain": "mail.quiet-harbour.example"}, "domain", "not_registered"),
        ({"domain": "\x00"}, "domain", "null_characters_not_allowed"),
        ({"kind": ""}, "kind", "unknown_kind"),
        ({"kind": "event "}, "kind", "unknown_kind"),
        ({"country": "de"}, "country", "unknown_country"),
        ({"industry": "00"}, "industry", "unknown_industry"),
        ({"size_band": "7"}, "size_band", "unknown_size"),
    ],
)
def test_a_wrong_client_is_told_at_its_place(change, field, code, ana):
    assert errors(ana.post("organizations", CLIENT | change)) == {field: code}


def test_work_is_declared_with_its_defaults(world, ana, place):
    answer = ana.post("engagements", WORK | {"organization": place})
    body = answer.json()
    assert answer.status_code == 201
    assert {
        name: body[name] for name in body if name not in {"id", "organization", "status_at", "created_at"}
    } == {
        **WORK,
        "description": "",
        "ends_on": None,
        "mode": "deliver",
        "confidentiality": "named",
        "fee": None,
        "fee_currency": "",
        "status": "declared",
    }
    assert body["organization"]["name"] == "Quiet Harbour"
    assert ana.get(f"engagements/{body['id']}").json() == body
    assert ana.get("engagements").json()["results"][0] == body


def test_work_declared_twice_is_declared_once(world, ana, place):
    answers = [ana.post("engagements", WORK | {"organization": place}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Engagement.objects.filter(organization_id=place).count() == 1


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"work": ""}, "work", "required"),
        ({"work": "w" * 161}, "work", "too_long"),
        ({"description": "d" * 1_000_000}, "description", "too_long"),
        ({"starts_on": "2026-02-30"}, "starts_on", "invalid"),
        ({"starts_on": "yesterday"}, "starts_on", "invalid"),
        ({"starts_on": 20260302}, "starts_on", "invalid"),
        ({"starts_on": None}, "starts_on", "null"),
        ({"starts_on": "0001-01-01"}, "starts_on", "too_early"),
        ({"starts_on": "1949-12-31"}, "starts_on", "too_early"),
        ({"starts_on": "9999-12-31"}, "starts_on", "too_late"),
        ({"ends_on": "2026-03-01"}, "ends_on", "ends_before_start"),
        ({"mode": "hire"}, "mode", "unknown_mode"),
        ({"confidentiality": "secret"}, "confidentiality", "unknown_confidentiality"),
        ({"fee": 0, "fee_currency": "EUR"}, "fee", "not_positive"),
        ({"fee": "1e309", "fee_currency": "EUR"}, "fee", "out_of_range"),
        ({"fee": 100}, "fee_currency", "unknown_currency"),
        ({"fee": 100, "fee_currency": "XAU"}, "fee_currency", "unknown_currency"),
        ({"organization": "quiet-harbour"}, "organization", "invalid"),
        ({"organization": 7}, "organization", "not_text"),
        ({"organization": None}, "organization", "null"),
    ],
)
def test_wrong_work_is_told_at_its_place(change, field, code, ana, place):
    assert errors(ana.post("engagements", WORK | {"organization": place} | change)) == {field: code}
    assert Engagement.objects.filter(organization_id=place).count() == 0


def test_work_needs_a_profile(db):
    caller = with_key(builders.user("dora@draft.example"))
    place = caller.post("organizations", CLIENT).json()["id"]
    assert caller.post("engagements", WORK | {"organization": place}).status_code == 404


def test_work_is_closed_once_the_client_has_confirmed_it(world, ana, work):
    early = ana.post(f"engagements/{work}/close", {"ends_on": "2026-04-17"})
    assert (early.status_code, early.json()) == (
        409,
        problem("move_not_allowed", 409, "This engagement is declared by now."),
    )
    assert ana.get(f"engagements/{work}").json()["ends_on"] is None
    engagements.confirm(Engagement.objects.get(pk=work), by=builders.staff(), at=AT)
    assert errors(ana.post(f"engagements/{work}/close", {"ends_on": "2026-03-01"})) == {
        "ends_on": "ends_before_start"
    }
    assert errors(ana.post(f"engagements/{work}/close", {})) == {"ends_on": "required"}
    closed = ana.post(f"engagements/{work}/close", {"ends_on": "2026-04-17"}).json()
    assert (closed["status"], closed["ends_on"]) == ("closed", "2026-04-17")
    assert ana.post(f"engagements/{work}/close", {"ends_on": "2026-04-18"}).status_code == 409
    assert ana.get(f"engagements/{work}").json() == closed


def test_work_is_withdrawn_once(ana, work):
    assert ana.post(f"engagements/{work}/withdraw").json()["status"] == "withdrawn"
    again = ana.post(f"engagements/{work}/withdraw")
    assert again.json() == problem("move_not_allowed", 409, "This engagement is withdrawn by now.")


def test_a_goal_is_drafted(ana, work):
    answer = ana.post("goals", AIM | {"engagement": work, "note": "By the helpdesk's own count"})
    body = answer.json()
    assert answer.status_code == 201
    assert {name: body[name] for name in body if name not in {"id", "status_at", "created_at"}} == {
        "engagement": work,
        "metric": "cost_per_ticket",
        "baseline": "9.4",
        "target": "7",
        "currency": "EUR",
        "due_on": "2026-09-30",
        "note": "By the helpdesk's own count",
        "status": "draft",
        "consultant_accepted_at": None,
        "client_accepted_at": None,
        "agreed_hash": "",
        "preregistered": False,
    }
    assert ana.get(f"goals/{body['id']}").json() == body
    assert ana.get("goals").json()["results"][0] == body


def test_a_goal_drafted_twice_is_one(ana, work):
    answers = [ana.post("goals", AIM | {"engagement": work}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Goal.objects.filter(engagement_id=work).count() == 1


@pytest.mark.parametrize(
    ("change", "wrong_fields"),
    [
        ({"target": 9.4}, {"target": "wrong_side"}),
        ({"target": "9.5"}, {"target": "wrong_side"}),
        ({"metric": "conversion_rate", "currency": "", "target": 5}, {"target": "wrong_side"}),
        ({"metric": "happiness"}, {"metric": "unknown_metric"}),
        ({"metric": "m" * 1_000_000}, {"metric": "unknown_metric"}),
        ({"currency": ""}, {"currency": "unknown_currency"}),
        ({"currency": "eur"}, {"currency": "unknown_currency"}),
        ({"metric": "first_contact_resolution", "baseline": 60, "target": 75}, {"currency": "no_currency"}),
        (
            {"metric": "first_contact_resolution", "currency": "", "baseline": 60, "target": 101},
            {"target": "out_of_range"},
        ),
        ({"baseline": -1, "target": -2}, {"baseline": "out_of_range", "target": "out_of_range"}),
        ({"baseline": "1e309"}, {"baseline": "out_of_range"}),
        (
            {"baseline": "1e1000000", "target": "-1e1000000"},
            {"baseline": "out_of_range", "target": "out_of_range"},
        ),
        ({"baseline": "NaN"}, {"baseline": "invalid"}),
        ({"baseline": None}, {"baseline": "null"}),
        ({"baseline": ""}, {"baseline": "invalid"}),
        ({"due_on": "2026-03-01"}, {"due_on": "due_before_start"}),
        ({"note": "n" * 401}, {"note": "too_long"}),
        ({"note": "n\x00"}, {"note": "null_characters_not_allowed"}),
    ],
)
def test_a_wrong_goal_is_told_at_its_place(change, wrong_fields, ana, work):
    assert errors(ana.post("goals", AIM | {"engagement": work} | change)) == wrong_fields
    assert Goal.objects.filter(engagement_id=work).count() == 0


def test_the_nearest_metrics_are_named(ana, work):
    answer = ana.post("goals", AIM | {"engagement": work, "metric": "cost_per_tiket"})
    [error] = answer.json()["errors"]
    assert error["detail"].startswith('There is no metric "cost_per_tiket". The nearest: cost_per_ticket')


def test_a_goal_is_proposed_by_letter(ana, aim):
    answer = ana.post(f"goals/{aim}/propose", CARLA)
    ask = answer.json()
    assert answer.status_code == 201
    assert (ask["kind"], ask["subject"], ask["referee"], ask["status"], ask["held"]) == (
        "goal",
        aim,
        "Carla Controller",
        "queued",
        None,
    )
    assert ana.get(f"goals/{aim}").json()["status"] == "proposed"
    again = ana.post(f"goals/{aim}/propose", CARLA)
    assert again.json() == problem("not_a_draft", 409, "This goal is proposed already.")
    assert Ask.objects.filter(subject_id=aim).count() == 1


OWN_MAILBOX = ("own_mailbox", "This is your own mailbox; ask somebody who was there.")
OWN_DOMAIN = (
    "own_domain",
    "This mailbox lies at your own domain, advice.example; ask somebody at the client.",
)


NOBODY = [
    ("ana.kalnina@advice.example", OWN_MAILBOX),
    ("ANA.Kalnina@Advice.Example", OWN_MAILBOX),
    ("anakalnina@advice.example", OWN_MAILBOX),
    ("ana.kalnina+carla@advice.example", OWN_MAILBOX),
    (" ana.kalnina@advice.example ", OWN_MAILBOX),
    ("carla@advice.example", OWN_DOMAIN),
    ("carla@mail.advice.example", OWN_DOMAIN),
    ("carla", ("invalid_email", "This is not an address a letter can reach.")),
    ("carla@", ("invalid_email", "This is not an address a letter can reach.")),
    (
        "carla@quiet-harbour.example\nBcc: all@quiet-harbour.example",
        ("invalid_email", "This is not an address a letter can reach."),
    ),
    (
        "c" * 1_000_000 + "@quiet-harbour.example",
        ("invalid_email", "This is not an address a letter can reach."),
    ),
    (
        "carla\x00@quiet-harbour.example",
        ("null_characters_not_allowed", "Null characters are not allowed."),
    ),
    ("", ("invalid_email", "This is not an address a letter can reach.")),
]


@pytest.mark.parametrize("way", ["goal", "outcome", "peer"])
def test_nobody_vouches_for_herself(way, world, ana):
    path = {
        "goal": f"goals/{world.draft.pk}/propose",
        "outcome": f"outcomes/{world.reported.pk}/ask",
        "peer": "referrals",
    }[way]
    before = Ask.objects.count()
    for email, expected in NOBODY:
        answer = ana.post(path, {"name": "Carla Controller", "email": email})
        assert (answer.status_code, answer.json()) == (400, wrong(email=expected)), email
    assert Ask.objects.count() == before


def test_a_gmail_address_has_many_spellings(db):
    caller = with_key(builders.user("g.o.o.d@gmail.com"))
    caller.post("profiles/me", {"name": "Good", "country": "LV", "languages": ["lv"]})
    answer = caller.post("referrals", {"name": "Ben", "email": "good+ben@googlemail.com"})
    assert answer.json() == wrong(email=OWN_MAILBOX)


def test_an_outcome_is_reported(world, ana, aim):
    answer = ana.post("outcomes", RESULT | {"goal": aim, "share": 60})
    body = answer.json()
    assert answer.status_code == 201
    assert {name: body[name] for name in body if name not in {"id", "status_at", "created_at"}} == {
        "goal": aim,
        "achieved": "6.1",
        "measured_on": "2026-04-30",
        "source": "system_of_record",
        "statement": "",
        "share": 60,
        "money": None,
        "money_currency": "",
        "status": "submitted",
        "level": 0,
        "verified_at": None,
        "follow_up_on": None,
        "follow_ups": [],
    }
    assert ana.get(f"outcomes/{body['id']}").json() == body
    assert ana.get("outcomes").json()["results"][0] == body


def test_one_goal_has_one_live_outcome(ana, aim):
    first = ana.post("outcomes", RESULT | {"goal": aim}).json()
    again = ana.post("outcomes", RESULT | {"goal": aim, "achieved": 5})
    assert again.json() == problem("reported_already", 409, "This goal has a result already.")
    assert Outcome.objects.filter(goal_id=aim).count() == 1
    assert ana.post(f"outcomes/{first['id']}/withdraw").json()["status"] == "withdrawn"
    assert ana.post("outcomes", RESULT | {"goal": aim, "achieved": 5}).status_code == 201


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"achieved": -1}, "achieved", "out_of_range"),
        ({"achieved": "1e309"}, "achieved", "out_of_range"),
        ({"measured_on": "2026-03-01"}, "measured_on", "before_start"),
        ({"measured_on": "2026-05-05"}, "measured_on", "in_future"),
        ({"source": "memory"}, "source", "unknown_source"),
        ({"share": 101}, "share", "out_of_range"),
        ({"share": -1}, "share", "out_of_range"),
        ({"share": 10**30}, "share", "out_of_range"),
        ({"share": "60"}, "share", "not_a_whole_number"),
        ({"money": 5}, "money_currency", "unknown_currency"),
        ({"money": 5, "money_currency": "USD"}, "money_currency", "wrong_currency"),
        ({"statement": "s" * 1_000_000}, "statement", "too_long"),
    ],
)
def test_a_wrong_outcome_is_told_at_its_place(change, field, code, ana, place):
    declared = ana.post(
        "engagements", WORK | {"organization": place, "fee": 5_000, "fee_currency": "EUR"}
    ).json()
    goal = ana.post("goals", AIM | {"engagement": declared["id"]}).json()["id"]
    assert errors(ana.post("outcomes", RESULT | {"goal": goal} | change)) == {field: code}
    assert Outcome.objects.filter(goal_id=goal).count() == 0


def test_a_withdrawn_goal_has_no_outcome(ana, aim):
    assert ana.post(f"goals/{aim}/withdraw").json()["status"] == "withdrawn"
    answer = ana.post("outcomes", RESULT | {"goal": aim})
    assert answer.json() == problem("goal_closed", 409, "This goal was withdrawn; draft another one.")


def test_what_has_a_result_is_not_withdrawn(ana, work):
    goal = ana.post("goals", AIM | {"engagement": work}).json()["id"]
    outcome = ana.post("outcomes", RESULT | {"goal": goal}).json()["id"]
    answer = ana.post(f"goals/{goal}/withdraw")
    assert answer.json() == problem("has_result", 409, "Withdraw its result first.")
    answer = ana.post(f"engagements/{work}/withdraw")
    reason = "Withdraw its results first; one that a client has answered stays."
    assert answer.json() == problem("has_result", 409, reason)
    assert ana.post(f"outcomes/{outcome}/withdraw").status_code == 200
    assert ana.post(f"goals/{goal}/withdraw").json()["status"] == "withdrawn"
    assert ana.post(f"engagements/{work}/withdraw").json()["status"] == "withdrawn"


def test_a_client_is_asked_once_at_a_time(world, ana):
    path = f"outcomes/{world.reported.pk}/ask"
    assert ana.post(path, CARLA).status_code == 201
    again = ana.post(path, CARLA)
    assert again.json() == problem("asked_already", 409, "A client is being asked about this result already.")
    assert Ask.objects.filter(subject_id=world.reported.pk).count() == 1
    assert ana.post(f"outcomes/{world.reported.pk}/withdraw").json()["status"] == "withdrawn"
    assert [ask.status for ask in Ask.objects.filter(subject_id=world.reported.pk)] == ["cancelled"]


def test_an_answered_outcome_is_not_taken_back(world, ana):
    answered = next(each for each in ana.get("outcomes").json()["results"] if each["status"] == "confirmed")
    answer = ana.post(f"outcomes/{answered['id']}/withdraw")
    reason = "Your client has answered this; it cannot be taken back. You may reply to it."
    assert (answer.status_code, answer.json()) == (409, problem("answered", 409, reason))
