"""Keys for programs: made, shown once, revoked."""

import pytest
import time_machine

from tests import builders as b
from tests.web.consultant import NOW, kept, problems, signed_in
from tests.web.reader import words
from vetting.accounts.actions import MOST_KEYS
from vetting.accounts.models import ApiKey

pytestmark = pytest.mark.django_db
PAGE = "/desk/keys/"
EXPORT = {"name": "Export", "scopes": ["read", "work"]}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_key_is_shown_once_and_opens_the_api():
    client = signed_in(b.consultant())
    made = client.post(PAGE, EXPORT)
    secret = made.context["secret"]
    assert made.status_code == 200
    assert "no-store" in made["Cache-Control"]
    assert secret in words(made)
    page = client.get(PAGE)
    assert secret not in words(page)
    assert "Export" in words(page)
    assert "May: read, work." in words(page)
    assert "never used" in words(page)
    assert client.get("/api/v1/profiles/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert "last used on 4 May 2026" in words(client.get(PAGE))


def test_the_same_form_sent_twice_makes_one_key():
    client = signed_in(b.consultant())
    client.post(PAGE, EXPORT)
    page = client.post(PAGE, EXPORT)
    assert problems(page) == {"name": ["name_taken"]}
    assert ApiKey.objects.count() == 1


def test_revoking():
    ana, eve = signed_in(b.consultant()), signed_in(b.consultant("Eve Pocket"))
    secret = ana.post(PAGE, EXPORT).context["secret"]
    key = ApiKey.objects.get()
    assert eve.post(f"{PAGE}{key.token_key}/revoke/").status_code == 404
    assert ana.post(f"{PAGE}nothing/revoke/").status_code == 404
    page = ana.post(f"{PAGE}{key.token_key}/revoke/", follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "Revoked. “Export” opens nothing any more."
    ]
    assert ApiKey.objects.count() == 0
    assert ana.get("/api/v1/profiles/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"name": ""}, {"name": ["required"]}),
        ({"name": "n" * 81}, {"name": ["too_long"]}),
        ({"name": "a\x00"}, {"name": ["null_characters_not_allowed"]}),
        ({"scopes": []}, {"scopes": ["required"]}),
        ({"scopes": ["read", "everything"]}, {"scopes": ["invalid_choice"]}),
    ],
)
def test_a_wrong_key_comes_back_as_it_was_typed(typed, found):
    page = signed_in(b.consultant()).post(PAGE, EXPORT | typed)
    assert problems(page) == found
    assert kept(page) == EXPORT | typed
    assert ApiKey.objects.count() == 0


def test_there_is_an_end_to_keys():
    client = signed_in(b.consultant())
    for number in range(MOST_KEYS):
        client.post(PAGE, EXPORT | {"name": f"Key {number}"})
    assert problems(client.post(PAGE, EXPORT)) == {"__all__": ["too_many"]}
    assert ApiKey.objects.count() == MOST_KEYS
