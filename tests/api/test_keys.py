"""API keys."""

import pytest

from tests.api.callers import BAD_KEY, Caller, problem, with_session, wrong
from vetting.accounts.models import ApiKey

MADE = {
    "name": "Importer",
    "scopes": ["read", "work"],
    "created_at": "2026-05-04T11:00:00Z",
    "expires_at": "2027-05-04T11:00:00Z",
    "last_used_at": None,
}


@pytest.fixture
def person(world, time_stands_still):
    return with_session(world.owner)


def test_a_key_is_shown_once_and_opens_what_it_was_made_for(person):
    answer = person.post("keys", {"name": " Importer ", "scopes": ["work", "read", "work"]})
    body = answer.json()
    secret, prefix = body.pop("secret"), body.pop("prefix")
    assert (answer.status_code, body) == (201, MADE)
    assert secret.startswith(prefix)
    assert ApiKey.objects.filter(digest=secret).count() == 0
    program = Caller(authorization=f"Bearer {secret}")
    assert program.get("goals").status_code == 200
    assert program.post("profiles/me/pause").json()["type"] == "urn:touchstone:problem:scope_missing"
    used = MADE | {"prefix": prefix, "last_used_at": "2026-05-04T11:00:00Z"}
    assert person.get("keys").json() == {"results": [used]}
    assert person.delete(f"keys/{prefix}").status_code == 204
    assert program.get("goals").json() == BAD_KEY
    assert person.get("keys").json() == {"results": []}
    assert person.delete(f"keys/{prefix}").status_code == 404


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {},
            {
                "name": ("required", "This field is required."),
                "scopes": ("required", "This field is required."),
            },
        ),
        ({"name": "", "scopes": ["read"]}, {"name": ("required", "Please fill this in.")}),
        (
            {"name": "a" * 81, "scopes": ["read"]},
            {"name": ("too_long", "This has 81 characters; 80 fit here.")},
        ),
        ({"name": "a", "scopes": []}, {"scopes": ("required", "Name at least one permission.")}),
        (
            {"name": "a", "scopes": ["root", "read"]},
            {"scopes": ("unknown_scope", "root: not a permission. There are: read, profile, work, asks.")},
        ),
        (
            {"name": "a", "scopes": "read"},
            {"scopes": ("not_a_list", 'Expected a list of items but got type "str".')},
        ),
    ],
)
def test_a_wrong_wish_is_told_at_its_place(body, expected, person):
    answer = person.post("keys", body)
    assert (answer.status_code, answer.json()) == (400, wrong(**expected))
    assert ApiKey.objects.count() == 0


def test_the_same_key_is_not_made_twice(person):
    wish = {"name": "Importer", "scopes": ["read"]}
    assert person.post("keys", wish).status_code == 201
    reason = "You have a key of this name already; revoke it, or choose another name."
    assert person.post("keys", wish).json() == wrong(name=("name_taken", reason))
    assert ApiKey.objects.count() == 1


def test_twenty_keys_are_enough(person):
    codes = [person.post("keys", {"name": f"{n}", "scopes": ["read"]}).status_code for n in range(21)]
    assert codes == [201] * 20 + [409]
    assert person.post("keys", {"name": "more", "scopes": ["read"]}).json() == problem(
        "too_many", 409, "20 keys are enough; revoke one first."
    )


def test_a_key_of_somebody_else_stays(person, world):
    prefix = person.post("keys", {"name": "Importer", "scopes": ["read"]}).json()["prefix"]
    assert with_session(world.stranger).delete(f"keys/{prefix}").status_code == 404
    assert ApiKey.objects.count() == 1
