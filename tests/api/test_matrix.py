"""Every operation of the API, and every role that may knock at it."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from tests import builders
from tests.api.callers import (
    BAD_KEY,
    NOT_FOUND,
    NOT_SIGNED_IN,
    Caller,
    drawn,
    problem,
    with_key,
    with_session,
)
from tests.api.conftest import World
from vetting.accounts.actions import revoke_key
from vetting.accounts.queries import keys_of
from vetting.accounts.states import SCOPES

ABSENT = "01234567-89ab-7def-8123-456789abcdef"
CARLA = {"name": "Carla Controller", "email": "carla@paper-umbrella.example"}
ANA = {"name": "Ana Kalnina", "country": "LV", "languages": ["lv"]}
ANSWER = {"worked_together": "yes", "baseline": "confirm", "result": "confirm", "publish": "named"}


@dataclass(frozen=True)
class Row:
    """`gives` is what the right caller gets, and `foreign` what Eve gets with all scopes of her own."""

    method: str
    path: str
    scope: str
    gives: int = 200
    body: Any = None
    foreign: int | None = None

    @property
    def names_a_thing(self) -> bool:
        return "{" in self.path


ROWS = {
    "search": Row("GET", "search?q=ticket", "public"),
    "profiles_list": Row("GET", "profiles", "public"),
    "profiles_retrieve": Row("GET", "profiles/{ana}", "public"),
    "scorecards_retrieve": Row("GET", "scorecards/{ana}", "public"),
    "scorecards_evidence": Row("GET", "scorecards/{ana}/evidence", "public"),
    "forecasts_retrieve": Row("GET", "forecasts", "public"),
    "metrics_list": Row("GET", "metrics", "public"),
    "industries_list": Row("GET", "industries", "public"),
    "answers_retrieve": Row("GET", "answers/{key}", "public"),
    "answers_give": Row("POST", "answers/{key}", "public", body=ANSWER),
    "answers_decline": Row("POST", "answers/{key}/decline", "public", body={}),
    "answers_stop": Row("POST", "answers/{key}/stop", "public"),
    "answers_said": Row("GET", "answers/{key}/said", "public", 409),
    "answers_correct": Row("PUT", "answers/{key}/said", "public", 409, ANSWER),
    "answers_take_back": Row("DELETE", "answers/{key}/said", "public", 409),
    "profiles_me_retrieve": Row("GET", "profiles/me", "read"),
    "profiles_me_create": Row("POST", "profiles/me", "profile", 409, ANA),
    "profiles_me_replace": Row("PUT", "profiles/me", "profile", body=ANA),
    "profiles_me_change": Row("PATCH", "profiles/me", "profile", body={"place": "Liepaja"}),
    "profiles_me_submit": Row("POST", "profiles/me/submit", "profile", 409),
    "profiles_me_pause": Row("POST", "profiles/me/pause", "profile"),
    "profiles_me_evidence": Row("GET", "profiles/me/evidence", "read"),
    "profiles_me_narrowing": Row("GET", "profiles/me/narrowing", "read"),
    "profiles_me_claims_list": Row("GET", "profiles/me/claims", "read"),
    "profiles_me_claims_add": Row(
        "POST", "profiles/me/claims", "profile", 201, {"kind": "title", "text": "Guru"}
    ),
    "profiles_me_claims_remove": Row("DELETE", "profiles/me/claims/{claim}", "profile", 204, foreign=404),
    "keys_list": Row("GET", "keys", "person"),
    "keys_create": Row("POST", "keys", "person", 201, {"name": "another", "scopes": ["read"]}),
    "keys_revoke": Row("DELETE", "keys/{prefix}", "person", 204, foreign=404),
    "organizations_list": Row("GET", "organizations", "read"),
    "organizations_register": Row("POST", "organizations", "work", 201, {"name": "Quiet Harbour"}),
    "engagements_list": Row("GET", "engagements", "read"),
    "engagements_declare": Row(
        "POST",
        "engagements",
        "work",
        201,
        {"organization": "{place}", "work": "A third round", "starts_on": "2026-03-02"},
    ),
    "engagements_retrieve": Row("GET", "engagements/{planned}", "read", foreign=404),
    "engagements_close": Row(
        "POST", "engagements/{worked}/close", "work", body={"ends_on": "2026-04-17"}, foreign=404
    ),
    "engagements_withdraw": Row("POST", "engagements/{planned}/withdraw", "work", foreign=404),
    "goals_list": Row("GET", "goals", "read"),
    "goals_draft": Row(
        "POST",
        "goals",
        "work",
        201,
        {
            "engagement": "{planned}",
            "metric": "conversion_rate",
            "baseline": "2.1",
            "target": 2.8,
            "due_on": "2026-09-30",
        },
        foreign=400,
    ),
    "goals_retrieve": Row("GET", "goals/{draft}", "read", foreign=404),
    "goals_propose": Row("POST", "goals/{draft}/propose", "asks", 201, CARLA, foreign=404),
    "goals_withdraw": Row("POST", "goals/{draft}/withdraw", "work", foreign=404),
    "outcomes_list": Row("GET", "outcomes", "read"),
    "outcomes_report": Row(
        "POST",
        "outcomes",
        "work",
        201,
        {"goal": "{draft}", "achieved": 6.4, "measured_on": "2026-04-30", "source": "dashboard"},
        foreign=400,
    ),
    "outcomes_retrieve": Row("GET", "outcomes/{outcome}", "read", foreign=404),
    "outcomes_ask": Row("POST", "outcomes/{reported}/ask", "asks", 201, CARLA, foreign=404),
    "outcomes_withdraw": Row("POST", "outcomes/{outcome}/withdraw", "work", foreign=404),
    "asks_list": Row("GET", "asks", "read"),
    "asks_retrieve": Row("GET", "asks/{ask}", "read", foreign=404),
    "referrals_list": Row("GET", "referrals", "read"),
    "referrals_ask": Row(
        "POST", "referrals", "asks", 201, {"name": "Bea Peer", "email": "bea@another.example"}
    ),
}


def operations():
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in drawn()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_has_its_row():
    assert sorted(operations()) == sorted(ROWS)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_document_says_who_may(name):
    method, _, operation = operations()[name]
    row = ROWS[name]
    sessions = [{"sessionToken": []}, {"cookieAuth": []}]
    expected = {
        "public": [{"apiKey": []}, *sessions, {}],
        "person": sessions,
    }.get(row.scope, [{"apiKey": [row.scope]}, *sessions])
    assert (method, operation["security"]) == (row.method, expected)


def filled(value: Any, world: World) -> Any:
    """The row's path or body with the world's things in it."""
    if isinstance(value, dict):
        return {name: filled(inner, world) for name, inner in value.items()}
    if not isinstance(value, str):
        return value
    prefix = keys_of(world.owner.pk)[0].token_key if "{prefix}" in value else ""
    names = {
        "ana": world.ana.slug,
        "key": world.key,
        "prefix": prefix,
        "place": world.planned.organization_id,
        **{each: getattr(world, each).pk for each in ("claim", "planned", "worked", "draft", "outcome")},
        **{each: getattr(world, each).pk for each in ("reported", "ask", "referral")},
    }
    return value.format(**names)


def knock(caller: Caller, row: Row, world: World):
    """The answer, with all that it did undone."""
    with transaction.atomic():
        answer = caller.call(row.method, filled(row.path, world), filled(row.body, world))
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("name", sorted(ROWS))
def test_who_may(name, world, anybody):
    row = ROWS[name]
    ana, eve, session = with_key(world.owner), with_key(world.stranger), with_session(world.owner)
    public, person = row.scope == "public", row.scope == "person"

    answer = knock(anybody, row, world)
    assert answer.status_code == (row.gives if public else 401)
    if not public:
        assert answer.json() == NOT_SIGNED_IN
        assert answer["WWW-Authenticate"] == "Bearer"

    assert knock(session, row, world).status_code == row.gives
    assert knock(ana, row, world).status_code == (403 if person else row.gives)

    revoked = with_key(world.owner, name="revoked")
    revoke_key(key=keys_of(world.owner.pk).get(name="revoked"), by=world.owner, at=builders.AT)
    assert (knock(revoked, row, world).status_code, knock(revoked, row, world).json()) == (401, BAD_KEY)

    if person:
        why = "A key cannot do this; sign in and use X-Session-Token."
        assert knock(ana, row, world).json() == problem("person_only", 403, why)
    elif not public:
        others = with_key(world.owner, *(set(SCOPES) - {row.scope}), name="without")
        answer = knock(others, row, world)
        why = f'This key has not the scope "{row.scope}".'
        assert (answer.status_code, answer.json()) == (403, problem("scope_missing", 403, why))

    if row.foreign is not None:
        stranger = with_session(world.stranger) if person else eve
        answer = knock(stranger, row, world)
        assert answer.status_code == row.foreign
        if row.foreign == 404:
            assert answer.json() == NOT_FOUND


THINGS = [name for name, row in ROWS.items() if row.names_a_thing]


@pytest.mark.parametrize("name", sorted(THINGS))
def test_what_is_foreign_is_absent_byte_for_byte(name, world):
    row, path = ROWS[name], ROWS[name].path
    with_key(world.owner)
    caller = with_session(world.stranger)
    absent = path.format_map(dict.fromkeys(_names(path), ABSENT))
    answers = [caller.call(row.method, absent, filled(row.body, world))]
    if row.foreign == 404:
        answers.append(knock(caller, row, world))
    for answer in answers:
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
        assert sorted(answer.headers) == sorted(answers[0].headers)
        assert answer.content == answers[0].content


def _names(path):
    return [part.strip("{}") for part in path.split("/") if part.startswith("{")]


@pytest.mark.parametrize("field", ["organization", "engagement", "goal"])
def test_a_foreign_thing_in_a_body_is_absent_byte_for_byte(field, world, eve, ana):
    """An organization that has no domain is known to those who registered it alone."""
    name = {"organization": "engagements_declare", "engagement": "goals_draft", "goal": "outcomes_report"}[
        field
    ]
    row = ROWS[name]
    body = filled(row.body, world)
    if field == "organization":
        body["organization"] = ana.post("organizations", {"name": "Quiet Harbour"}).json()["id"]
    foreign = eve.post(row.path, body)
    absent = eve.post(row.path, body | {field: ABSENT})
    assert foreign.status_code == absent.status_code == 400
    assert foreign.content == absent.content
    assert foreign.json()["errors"] == [
        {
            "pointer": f"/{field}",
            "code": "not_found",
            "detail": f"There is no such {field}, or it is not yours.",
        }
    ]


WRITES_ON_THINGS = [name for name, row in ROWS.items() if row.foreign == 404 and row.method == "POST"]


@pytest.mark.parametrize("name", sorted(WRITES_ON_THINGS))
def test_staff_see_and_do_not_do_it_for_her(name, world):
    row = ROWS[name]
    answer = knock(with_key(builders.user("sue@touchstone.example", staff=True)), row, world)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:touchstone:problem:not_yours")


def test_staff_read_everything(world):
    sue = with_key(builders.user("sue@touchstone.example", staff=True))
    for path in ("engagements/{planned}", "goals/{draft}", "outcomes/{outcome}", "asks/{ask}"):
        assert sue.get(filled(path, world)).status_code == 200


@pytest.mark.parametrize("path", sorted({path for _, path, _ in operations().values()}))
def test_other_methods_are_refused(path, db, anybody):
    known = {method for method, template, _ in operations().values() if template == path}
    below = path.removeprefix("/api/v1/").format_map(dict.fromkeys(_names(path), ABSENT))
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"} - known:
        answer = anybody.call(method, below)
        detail = f'Method "{method}" not allowed.'
        assert (answer.status_code, answer.json()) == (405, problem("method_not_allowed", 405, detail))
        assert set(answer["Allow"].split(", ")) - {"HEAD"} == known


def test_a_head_says_what_a_get_would(world, anybody):
    answer = anybody.client.head(f"/api/v1/profiles/{world.ana.slug}")
    assert (answer.status_code, answer.content) == (200, b"")
