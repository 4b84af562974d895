"""Who a program speaks for."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.api.callers import BAD_KEY, Caller, problem, with_key, with_session
from tests.builders import AT
from vetting.accounts.actions import create_key
from vetting.accounts.queries import keys_of

NOW = AT + timedelta(hours=2)


@pytest.mark.parametrize(
    "key",
    [
        "touch_" + "0" * 64,
        "touch_",
        "touch_" + "0" * 63,
        "touch_" + "0" * 63 + "g",
        "0" * 64,
        "touch_" + "\u00e9" * 64,
        "\xff\xfe",
    ],
)
def test_a_key_that_is_none_opens_nothing_not_even_what_is_public(key, db):
    for path in ("metrics", "goals"):
        answer = Caller(authorization=f"Bearer {key}").get(path)
        assert (answer.status_code, answer.json()) == (401, BAD_KEY)


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b"])
def test_a_header_that_is_no_key_is_refused(header, db):
    answer = Caller(authorization=header).get("metrics")
    assert (answer.status_code, answer.json()["type"]) == (
        401,
        "urn:touchstone:problem:authentication_failed",
    )


def test_another_scheme_is_not_ours(db):
    assert Caller(authorization="Basic YW5hOmFuYQ==").get("metrics").status_code == 200


def test_the_scheme_is_written_in_any_case(world):
    _, secret = create_key(user=world.owner, name="a", scopes=["read"], at=AT)
    assert Caller(authorization=f"bearer {secret}").get("goals").status_code == 200


def test_an_altered_key_is_refused(world):
    _, secret = create_key(user=world.owner, name="a", scopes=["read"], at=AT)
    altered = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    assert Caller(authorization=f"Bearer {altered}").get("goals").json() == BAD_KEY


def test_an_expired_key_is_refused_and_stays_in_the_list(world, ana):
    keys_of(world.owner.pk).update(expiry=NOW)
    assert ana.get("goals").json() == BAD_KEY
    [key] = with_session(world.owner).get("keys").json()["results"]
    assert key["expires_at"] == "2026-05-04T11:00:00Z"


def test_a_key_of_a_closed_account_is_refused(world, ana):
    world.owner.is_active = False
    world.owner.save()
    assert ana.get("goals").json() == BAD_KEY


def test_a_use_is_remembered_to_the_day(world, ana):
    with time_machine.travel(NOW, tick=False):
        ana.get("goals")
    ana.get("goals")
    assert keys_of(world.owner.pk).get().last_used_at == NOW


def test_a_key_without_read_reads_what_everybody_may(world):
    world.ana.__class__.objects.filter(pk=world.ana.pk).update(slug="ana-hidden")
    assert with_session(world.owner).post("profiles/me/pause").status_code == 200
    assert with_key(world.owner, "work", name="w").get("profiles/ana-hidden").status_code == 404
    assert with_key(world.owner, "read", name="r").get("profiles/ana-hidden").status_code == 200


def test_a_session_token_of_nobody_is_nobody(db):
    assert Caller(**{"x-session-token": "a" * 32}).get("goals").status_code == 401
    assert Caller(**{"x-session-token": "\u00e9"}).get("goals").status_code == 401


def test_a_browser_s_session_changes_nothing_without_the_csrf_token(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    assert client.get("/api/v1/goals").status_code == 200
    refused = client.post("/api/v1/profiles/me/pause")
    assert (refused.status_code, refused.json()) == (
        403,
        problem("permission_denied", 403, "CSRF Failed: CSRF cookie not set."),
    )
    world.ana.refresh_from_db()
    assert world.ana.status == "listed"


def test_no_answer_is_kept_by_a_cache_on_the_way(world, ana, anybody):
    answers = [anybody.get("nothing"), anybody.get("answers/x"), anybody.get(f"answers/{world.key}")]
    answers += [ana.get("goals"), ana.get("profiles/me")]
    assert [answer.status_code for answer in answers] == [404, 404, 200, 200, 200]
    assert [answer["Cache-Control"] for answer in answers] == ["no-store"] * 5
    assert anybody.get("metrics")["Cache-Control"] == "private, no-cache"
