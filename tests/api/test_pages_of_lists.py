"""Lists in pages."""

from urllib.parse import urlsplit

import pytest
from django.core import signing

from tests import builders
from tests.api.callers import problem, with_key
from vetting.engagements.models import Engagement


@pytest.fixture
def declared(world):
    more = [builders.engagement(world.ana, world.planned.organization, work=f"Round {n}") for n in range(3)]
    return [str(each.pk) for each in [*reversed(more), world.planned, world.worked]]


def walk(caller, path):
    """The ids on each page, until there is no next one."""
    pages = []
    while path:
        body = caller.get(path).json()
        pages.append([each["id"] for each in body["results"]])
        assert body["next"] is None or body["next"].startswith("http://testserver/api/v1/")
        path = (
            body["next"] and urlsplit(body["next"])._replace(scheme="", netloc="").geturl()[len("/api/v1/") :]
        )
    return pages


def test_every_row_stands_on_one_page(declared, ana):
    assert walk(ana, "engagements?limit=2") == [declared[:2], declared[2:4], declared[4:]]
    assert walk(ana, "engagements?limit=5") == [declared]
    assert walk(ana, "engagements") == [declared]


def test_what_is_new_does_not_shift_the_pages(declared, world, ana):
    first = ana.get("engagements?limit=2").json()
    builders.engagement(world.ana, world.planned.organization, work="Newest")
    second = ana.get(first["next"].partition("/api/v1/")[2]).json()
    assert [each["id"] for each in second["results"]] == declared[2:4]


def test_a_cursor_shows_nobody_else_s_rows(declared, ana, eve):
    cursor = ana.get("engagements?limit=2").json()["next"].partition("?")[2]
    assert eve.get(f"engagements?{cursor}").json() == {"results": [], "next": None}


def test_a_page_is_of_a_bounded_number_of_queries(declared, ana, django_assert_num_queries):
    ana.get("engagements")  # the first use of a key is written down
    with django_assert_num_queries(3):  # the key, how often it came, the rows
        ana.get("engagements")
    with django_assert_num_queries(4):  # and what holds their letters
        ana.get("asks")
    with django_assert_num_queries(3):
        ana.get("referrals")


LISTS = ["profiles", "organizations", "engagements", "goals", "outcomes", "asks", "referrals", "search"]
WRONG = {
    "limit=0": ("limit", "min_value", "Ensure this value is greater than or equal to 1."),
    "limit=-1": ("limit", "min_value", "Ensure this value is greater than or equal to 1."),
    "limit=101": ("limit", "max_value", "Ensure this value is less than or equal to 100."),
    "limit=1000000000000": ("limit", "max_value", "Ensure this value is less than or equal to 100."),
    f"limit={'9' * 5_000}": ("limit", "max_string_length", "String value too large."),
    "limit=ten": ("limit", "invalid", "A valid integer is required."),
    "limit=": ("limit", "invalid", "A valid integer is required."),
    "limit=1.5": ("limit", "invalid", "A valid integer is required."),
    "limit=%00": ("limit", "invalid", "A valid integer is required."),
    "limit=1&limit=2": ("limit", "repeated", "Give this once."),
    "cursor=%00": ("cursor", "null_characters_not_allowed", "Null characters are not allowed."),
    "cursor=nonsense": ("cursor", "bad_cursor", "This cursor is not one of ours; start again."),
    "cursor=%FF": ("cursor", "bad_cursor", "This cursor is not one of ours; start again."),
    "offset=20": ("offset", "unknown_field", "There is no such field."),
    "format=xml": ("format", "unknown_field", "There is no such field."),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_wrong_question_is_refused_by_name(path, ana):
    for query, (name, code, detail) in WRONG.items():
        answer = ana.get(f"{path}?{query}")
        errors = [{"parameter": name, "code": code, "detail": detail}]
        assert (answer.status_code, answer.json()) == (
            400,
            {**problem("invalid", 400, "One value is wrong."), "errors": errors},
        )


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_made_elsewhere_is_refused(path, ana):
    """Signed by us, for another purpose; signed by another; cut; with other content."""
    foreign = [
        signing.dumps("01234567-89ab-7def-8123-456789abcdef"),
        signing.dumps(["0x1p+0", "01234567-89ab-7def-8123-456789abcdef"]),
        signing.dumps("01234567-89ab-7def-8123-456789abcdef", key="another", salt="api-cursor"),
        signing.dumps("01234567-89ab-7def-8123-456789abcdef", salt="api-cursor")[:-1],
        "." + signing.dumps("01234567-89ab-7def-8123-456789abcdef", salt="api-cursor"),
    ]
    for cursor in foreign:
        answer = ana.get(f"{path}?cursor={cursor}")
        assert [each["code"] for each in answer.json()["errors"]] == ["bad_cursor"]


def test_staff_see_all_and_a_person_her_own(declared, world, ana, eve):
    sue = with_key(builders.user("sue@touchstone.example", staff=True))
    seen = [len(each.get("engagements").json()["results"]) for each in (ana, eve, sue)]
    assert seen == [len(declared), 0, Engagement.objects.count()]
