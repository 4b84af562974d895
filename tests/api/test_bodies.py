"""What a body may be: JSON, exact, each name once and known."""

import json

import pytest

from tests.api.callers import problem, wrong
from vetting.profiles.models import Profile

DEEP = "[" * 200_000


UTF8 = "a character in it is none, or is not written in UTF-8."
NO_JSON = {
    "{": "Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
    "name=Ana": "Expecting value: line 1 column 1 (char 0).",
    '{"rate": NaN}': "NaN is not a number.",
    '{"rate": Infinity}': "Infinity is not a number.",
    '{"rate": -Infinity}': "-Infinity is not a number.",
    f'{{"rate": 1e{"9" * 20}}}': f"1e{'9' * 20} and so on is not a number anybody could count.",
    f'{{"rate": {"9" * 101}}}': f"{'9' * 24} and so on is not a number anybody could count.",
    '{"place": "a", "name": "b", "place": "c"}': "'place' is given twice.",
    "\ufeff{}": "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0).",
    b'\xff\xfe{"place": 1}': UTF8,
    '{"place": "\\ud800"}': UTF8,
    '{"\\udfff": 1}': UTF8,
}


@pytest.mark.parametrize("body", NO_JSON)
def test_what_is_no_json_is_said(body, ana):
    answer = ana.patch("profiles/me", body)
    detail = f"This is not JSON: {NO_JSON[body]}"
    assert (answer.status_code, answer.json()) == (400, problem("parse_error", 400, detail))


def test_an_empty_body_changes_nothing(world, ana):
    before = ana.get("profiles/me").json()
    answer = ana.patch("profiles/me", "")
    assert (answer.status_code, answer.json()) == (200, before)


def test_a_whole_character_may_be_written_in_two_halves(ana):
    assert ana.patch("profiles/me", '{"place": "\\ud83d\\ude00"}').json()["place"] == "\N{GRINNING FACE}"


@pytest.mark.parametrize("body", [DEEP, '{"place": ' + DEEP])
def test_what_is_nested_too_deeply_is_said(body, ana):
    answer = ana.patch("profiles/me", body)
    detail = "This is not JSON we can read: it is nested too deeply."
    assert (answer.status_code, answer.json()) == (400, problem("parse_error", 400, detail))


@pytest.mark.parametrize(
    ("body", "kind"), [("[]", "list"), ('"a"', "str"), ("7", "int"), ("true", "bool"), ("1.5", "Decimal")]
)
def test_a_body_is_an_object(body, kind, ana):
    answer = ana.patch("profiles/me", body)
    detail = f"Invalid data. Expected a dictionary, but got {kind}."
    expected = {
        **problem("invalid", 400, "One value is wrong."),
        "errors": [{"pointer": "", "code": "invalid", "detail": detail}],
    }
    assert (answer.status_code, answer.json()) == (400, expected)


def test_a_form_is_not_json(world, ana):
    answer = ana.client.post("/api/v1/profiles/me/claims", {"kind": "title", "text": "Guru"})
    detail = "Send the body as JSON, with Content-Type: application/json."
    assert (answer.status_code, answer.json()) == (415, problem("unsupported_media_type", 415, detail))


def test_a_body_too_large_is_refused_before_it_is_read(ana):
    answer = ana.patch("profiles/me", json.dumps({"biography": "a" * 2_621_440}))
    assert (answer.status_code, answer.json()) == (
        413,
        problem("too_large", 413, "This is more than one request may carry."),
    )


def test_a_million_letters_are_refused_at_their_field(world, ana):
    answer = ana.patch("profiles/me", {"biography": "a" * 1_000_000})
    assert (answer.status_code, answer.json()) == (
        400,
        wrong(biography=("too_long", "This has 1,000,000 characters; 4,000 fit here.")),
    )
    assert Profile.objects.get(pk=world.ana.pk).biography == ""


def test_a_name_we_do_not_know_is_named(ana):
    answer = ana.patch("profiles/me", {"place": "Riga", "followers": 1, "a/b~c": 2, "x" * 200: 3})
    errors = [
        {"pointer": f"/{name}", "code": "unknown_field", "detail": "There is no such field."}
        for name in ("a~1b~0c", "followers", "x" * 80)
    ]
    assert answer.json() == {**problem("invalid", 400, "3 values are wrong."), "errors": errors}


def test_not_every_one_of_a_thousand_such_names_is_repeated(ana):
    assert len(ana.patch("profiles/me", {f"f{n}": n for n in range(1_000)}).json()["errors"]) == 20


def test_what_is_known_and_wrong_is_told_beside_what_is_unknown(ana):
    answer = ana.post("profiles/me/claims", {"kind": 7, "wrong": 1})
    assert answer.json() == wrong(
        kind=("not_text", "Write this as text."),
        text=("required", "This field is required."),
        wrong=("unknown_field", "There is no such field."),
    )


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", 7, "not_text"),
        ("name", True, "not_text"),
        ("name", ["Ana"], "not_text"),
        ("name", {"first": "Ana"}, "not_text"),
        ("name", None, "null"),
        ("name", "", "required"),
        ("name", " \t ", "required"),
        ("name", "A" * 161, "too_long"),
        ("name", "Ana\x00", "null_characters_not_allowed"),
        ("name", "Ana\x07", "control_character"),
        ("name", "Ana\u202e", "control_character"),
        ("place", "\x00", "null_characters_not_allowed"),
        ("country", "Latvia", "unknown_country"),
        ("country", "\x01", "unknown_country"),
        ("languages", "lv", "not_a_list"),
        ("languages", ["lv", 7], "not_text"),
        ("languages", ["latvian"], "unknown_language"),
        ("languages", ["lv"] * 41, "max_length"),
        ("rate", "a lot", "invalid"),
        ("rate", True, "not_a_number"),
        ("rate", [1], "not_a_number"),
        ("rate", "NaN", "invalid"),
        ("rate", "sNaN", "invalid"),
        ("rate", "-Infinity", "invalid"),
        ("rate", "9" * 1_001, "max_string_length"),
        ("rate", 10**15, "out_of_range"),
        ("rate", "1e1000000", "out_of_range"),
        ("rate", "1e-1000000", "too_fine"),
        ("rate", "1.0000001", "too_fine"),
        ("rate", 0, "not_positive"),
        ("rate", -5, "not_positive"),
        ("rate", 900, None),
        ("rate_currency", "euro", None),
        ("availability", "soon", "unknown_availability"),
    ],
)
def test_a_wrong_value_is_told_at_its_place(field, value, code, ana):
    """A rate without a currency is wrong at the currency; a currency without a rate says nothing and is dropped."""
    answer = ana.patch("profiles/me", {field: value})
    if (field, value) == ("rate_currency", "euro"):
        assert (answer.status_code, answer.json()["rate_currency"]) == (200, "")
        return
    pointer, expected = f"/{field}", code
    if (field, code) == ("languages", "not_text"):
        pointer = "/languages/1"
    if code is None:
        pointer, expected = "/rate_currency", "unknown_currency"
    assert answer.status_code == 400
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, expected)]


@pytest.mark.parametrize("number", ["1e309", "-1e309", "1e400", "123456789012345678901234567890"])
def test_a_number_too_large_is_told_at_its_place(number, world, ana):
    answer = ana.patch("profiles/me", f'{{"rate": {number}, "rate_currency": "EUR"}}')
    assert (answer.status_code, answer.json()) == (
        400,
        wrong(rate=("out_of_range", "This number is too large to be a business figure.")),
    )


@pytest.mark.parametrize("written", ["9.40", '"9.40"', "9.4", '"9.4"', "94e-1"])
def test_a_number_keeps_every_digit_whichever_way_it_is_written(written, ana):
    answer = ana.patch("profiles/me", f'{{"rate": {written}, "rate_currency": "EUR"}}')
    assert (answer.status_code, answer.json()["rate"]) == (200, "9.4")


def test_no_digit_is_lost(ana):
    answer = ana.patch("profiles/me", '{"rate": 123456789012345.678901, "rate_currency": "EUR"}')
    assert answer.json()["rate"] == "123456789012345.678901"
