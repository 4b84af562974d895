"""Verdicts, moves, keys, text and mailboxes."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.kernel import mailboxes
from vetting.kernel.actors import ANONYMOUS, Actor, system
from vetting.kernel.keys import digest, fold, keyed_hash, new_secret, slugify, uuid7
from vetting.kernel.moves import moves
from vetting.kernel.text import check_number, check_text
from vetting.kernel.verdict import ALLOWED, InvalidError, RefusedError, refuse, require, require_all


def test_every_wrong_field_is_named_at_once_and_the_first_reason_of_a_field_stays():
    with pytest.raises(InvalidError) as invalid:
        require_all(
            ALLOWED,
            refuse("required", "Fill in.", field="name"),
            refuse("no", "No."),
            refuse("too_long", "Too long.", field="name"),
            refuse("unknown", "Not known.", field="country"),
        )
    assert invalid.value.problems == {"name": ("required", "Fill in."), "country": ("unknown", "Not known.")}
    assert str(invalid.value) == "country: Not known.; name: Fill in."


def test_a_refusal_without_a_field_is_raised_when_no_field_is_wrong():
    with pytest.raises(RefusedError) as refused:
        require_all(ALLOWED, refuse("no", "No."))
    assert refused.value.verdict == refuse("no", "No.")
    require(ALLOWED)
    with pytest.raises(InvalidError):
        require(refuse("required", "Fill in.", field="name"))


def test_a_table_of_moves_must_have_a_line_for_each_state():
    table = moves("door", "shut", shut="open", open="shut broken", broken="")
    assert table.allows("open", "broken")
    assert not table.allows("shut", "broken")
    assert not table.allows("gone", "open")
    assert table.choices == [("shut", "shut"), ("open", "open"), ("broken", "broken")]
    with pytest.raises(ValueError, match="door: no line in the table of moves for broken"):
        moves("door", "shut", shut="broken")


def test_actors_know_themselves():
    key = UUID(int=7)
    assert Actor(kind="person", id=key).is_person(key)
    assert Actor(kind="staff", id=key).is_person(key)
    assert Actor(kind="staff", id=key).is_staff
    assert not Actor(kind="referee", id=key).is_person(key)
    assert not Actor(kind="person", id=None).is_person(None)
    assert not ANONYMOUS.is_person(None)
    assert system("clock") == Actor(kind="system", name="clock")


def test_keys():
    first = uuid7()
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert len(new_secret()) == 43
    assert new_secret() != new_secret()
    assert digest("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert keyed_hash("a", key="k") != keyed_hash("a", key="l")
    assert fold("Kalniņa ÉCOLE Straße") == "kalnina ecole strasse"
    assert fold("Mirosław Ødegård Æsir Þór") == "miroslaw odegard aesir thor"
    assert slugify("Ana  Kalniņa!", fallback="x") == "ana-kalnina"
    assert slugify("Łódź-Elkjær", fallback="x") == "lodz-elkjaer"
    assert slugify("日本", fallback="x") == "x"
    assert len(slugify("word " * 40, fallback="x")) <= 60


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fine\nwith a line", ""),
        ("   ", "required"),
        ("x" * 161, "too_long"),
        ("nul\x00", "control_character"),
        ("turned \u202e around", "control_character"),
        ("half \ud800", "control_character"),
    ],
)
def test_text(text, code):
    assert check_text(text, field="name").code == code


def test_an_empty_text_is_fine_where_none_is_needed():
    assert check_text("", field="note", required=False) == ALLOWED


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("0", ""),
        ("-999999999999999.999999", ""),
        ("1e15", "out_of_range"),
        ("1e309", "out_of_range"),
        ("NaN", "out_of_range"),
        ("-Infinity", "out_of_range"),
        ("0.1234567", "too_fine"),
    ],
)
def test_numbers(number, code):
    assert check_number(Decimal(number), field="value").code == code


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        (" Ana@Example.COM ", "Ana@example.com"),
        ("ana@localhost", None),
        ("ana", None),
        ("a b@example.com", None),
        ("ana@exa\x00mple.com", None),
        ("", None),
    ],
)
def test_an_address_a_letter_can_reach(typed, clean):
    assert mailboxes.clean_address(typed) == clean


def test_one_mailbox_has_one_spelling():
    assert mailboxes.mailbox_of("A.na+x@GoogleMail.com") == "ana@gmail.com"
    assert mailboxes.mailbox_of("A.na+x@firm.example") == "a.na@firm.example"
    assert mailboxes.loose_mailbox_of("A.na+x@firm.example") == "ana@firm.example"
    assert mailboxes.registered_domain("ana@mail.firm.co.uk") == "firm.co.uk"
    assert mailboxes.registered_domain("localhost") == "localhost"


def test_a_mailbox_at_a_domain():
    assert mailboxes.at_domain("ana@firm.example", "firm.example")
    assert mailboxes.at_domain("ana@mail.firm.example", "firm.example")
    assert not mailboxes.at_domain("ana@notfirm.example", "firm.example")
    assert not mailboxes.at_domain("ana@gmail.com", "gmail.com")
    assert mailboxes.is_free_provider("ana@mail.gmx.de")


@given(st.emails())
def test_spelling_a_mailbox_twice_changes_nothing(address):
    once = mailboxes.mailbox_of(address)
    assert mailboxes.mailbox_of(once) == once
