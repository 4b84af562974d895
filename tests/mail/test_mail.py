import email
import email.policy
from datetime import date, timedelta

import pytest

from tests.builders import AT
from vetting.kernel.languages import day_words
from vetting.mail.actions import suppress
from vetting.mail.letters import Rendered, house_address, message, message_id, reply_address
from vetting.mail.models import Suppression
from vetting.mail.queries import is_suppressed

LONG = f"https://a-rather-long-name.of-a-department.touchstone.example/r/{'k' * 43}/stop/"
SAID = Rendered(
    " ".join(["Žanete fragt: ist diese Zahl richtig?"] * 4), "Grüße, 9,40 € → 6,10 €\n", "<p>Grüße</p>"
)


def test_headers_that_programs_read_stay_in_one_line():
    """Folded, the standard library writes them as encoded words, and no mail program can stop anything."""
    mail = message(SAID, to="carla@x.example", id_="<2@x>", thread=f"<{'1' * 90}@x.example>", stop_url=LONG)
    lines = mail.as_bytes().decode().split("\r\n")
    assert f"List-Unsubscribe: <{LONG}>" in lines
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert f"References: <{'1' * 90}@x.example>" in lines
    assert f"In-Reply-To: <{'1' * 90}@x.example>" in lines
    assert "Auto-Submitted: auto-generated" in lines


@pytest.mark.parametrize("where", ["subject", "to"])
def test_no_value_begins_a_header_of_its_own(where):
    values = {"subject": "A question", "to": "carla@x.example"} | {where: "a\r\nBcc: everybody@x.example"}
    with pytest.raises(ValueError, match="more than one line"):
        message(Rendered(values["subject"], "Text\n", "<p>Text</p>"), to=values["to"], id_="<2@x>")


def test_a_name_beyond_ascii_in_the_sender_is_encoded(settings):
    settings.DEFAULT_FROM_EMAIL = "Pr\u00fcfstein <letters@touchstone.example>"
    raw = message(SAID, to="carla@x.example", id_="<2@x>").as_bytes()
    assert raw.splitlines()[0] == b"From: =?utf-8?q?Pr=C3=BCfstein?= <letters@touchstone.example>"


def test_the_letter_reads_back_as_it_was_set():
    raw = message(SAID, to="carla@x.example", id_="<2@x>").as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 998
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["Subject"] == SAID.subject
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content().strip() == SAID.text.strip()
    assert mail.get_body(("html",)).get_content().strip() == SAID.html


def test_a_first_letter_to_a_consultant_has_no_thread_and_no_stop():
    mail = message(SAID, to="ana@x.example", id_="<2@x>")
    assert {"In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post"}.isdisjoint(mail.keys())


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("anna@m\u00fcller.example", "anna@xn--mller-kva.example"),
        ("Anna@X.Example", "Anna@x.example"),
        ("a@localhost", "a@localhost"),
    ],
)
def test_an_address_is_written_as_servers_read_it(typed, written):
    assert message(SAID, to=typed, id_="<2@x>")["To"] == written


def test_a_name_makes_always_the_same_message_id(settings):
    settings.DEFAULT_FROM_EMAIL = "Touchstone <letters@touchstone.example>"
    assert house_address() == "letters@touchstone.example"
    settings.ADDRESS_HASH_KEY = "k"
    assert message_id("abc.ask") == "<abc.ask.aa4cb8a52897b1ae@touchstone.example>"
    settings.SECRET_KEY = "another"
    assert message_id("abc.ask") == "<abc.ask.aa4cb8a52897b1ae@touchstone.example>"
    settings.ADDRESS_HASH_KEY = "another"
    assert message_id("abc.ask") != "<abc.ask.aa4cb8a52897b1ae@touchstone.example>"


def test_the_longest_message_id_stands_in_one_line():
    id_ = message_id(f"{'0a' * 16}.reminder_11")
    mail = message(SAID, to="a@x.example", id_=id_, thread=id_)
    for name in ("Message-ID", "In-Reply-To", "References"):
        assert f"\r\n{name}: {id_}\r\n".encode() in mail.as_bytes()


def test_an_address_for_replies_stands_in_one_line_however_long_it_is(settings):
    settings.REPLY_ADDRESS = ""
    assert reply_address("0a") == ""
    settings.REPLY_ADDRESS = f"replies@{'long-' * 9}name.touchstone.example"
    address = reply_address("0a" * 16)
    assert address == f"replies+{'0a' * 16}@{'long-' * 9}name.touchstone.example"
    sent = message(SAID, to="a@x.example", id_="<2@x>", reply_to=address).as_bytes()
    assert f"\r\nReply-To: {address}\r\n".encode() in sent


def test_days_in_words():
    assert [day_words(date(2026, 5, 4)), day_words(date(2027, 12, 31))] == ["4 May 2026", "31 December 2027"]


@pytest.mark.django_db
def test_a_mailbox_is_stopped_in_every_spelling_and_once():
    row = suppress("Carla.Conti+news@gmail.com", reason="stopped", at=AT)
    assert suppress("carlaconti@googlemail.com", reason="bounced", at=AT + timedelta(days=1)) is None
    assert [is_suppressed(each) for each in ("CARLACONTI@gmail.com", "carla@gmail.com")] == [True, False]
    assert Suppression.objects.get() == row
    assert (row.reason, row.at, str(row)) == ("stopped", AT, "stopped 2026-05-04")
    assert "carla" not in row.mailbox_hash


@pytest.mark.django_db
def test_a_stop_outlives_a_new_secret_key(settings):
    suppress("carla@x.example", reason="stopped", at=AT)
    settings.SECRET_KEY = "another"
    assert is_suppressed("carla@x.example")
