"""A raw message taken apart: its own words, where it leads, and what strangers send to break the reader."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replies.messages import complaint, person, raw, report
from vetting.kernel.verdict import RefusedError
from vetting.replies.reading import MOST_BYTES, read, said

OURS = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _house(settings):
    settings.REPLY_ADDRESS = "replies@touchstone.example"


# --- its own words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.\n\nOn Mon, 4 May 2026 at 11:00, Touchstone wrote:\n> Is it?\n> Right?\n", "Yes."),
        (
            "Yes.\n\nOn Mon, 4 May 2026 at 11:00, Touchstone\n<replies+0@touchstone.example> wrote:\n\n> Is it?",
            "Yes.",
        ),
        ("Ja.\nAm 04.05.26 um 11:00 schrieb Touchstone:\n> Is it?", "Ja."),
        ("> Is it?\n\nBelow it I write.\n", "Below it I write."),
        ("First.\n> one?\nYes.\n> two?\nNo.", "First.\nYes.\nNo."),
        ("My answer:\n> one?\nNo.", "My answer:\nNo."),
        ("Yes.\n\n-----Original Message-----\nFrom: Touchstone\nIs it?", "Yes."),
        ("Ja.\n________________________________\nVon: Touchstone\nIs it?", "Ja."),
        ("Ja.\n\nVon: Touchstone <x@y>\nGesendet: Montag, 4. Mai 2026\nAn: Carla\n\nIs it?", "Ja."),
        ("Oui.\n\n*De :* Touchstone\n*Envoyé :* lundi\n\nIs it?", "Oui."),
        ("Да.\n\nОт: Touchstone\nДата: 4 мая\n\nIs it?", "Да."),  # noqa: RUF001 - Russian
        ("Yes.\n-- \nCarla\n+372 000 000", "Yes."),
        ("Before: 9.40\nAfter: 6.10\nDate: 20 April", "Before: 9.40\nAfter: 6.10\nDate: 20 April"),
        ("> Is it?\n> Right?", "> Is it?\n> Right?"),  # nothing else is there: better kept than lost
        ("a\x00b\u202ec\x1b[0m", "abc[0m"),
        ("x" * 20_000, "x" * 10_000),
        ("a\r\n\r\n\r\n\r\nb", "a\n\nb"),
        ("", ""),
    ],
)
def test_what_is_quoted_is_cut(text, own):
    assert said(text) == own


def html(body):
    return read(raw("Content-Type: text/html; charset=utf-8", body)).text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<html><head><style>p { x: y }</style><title>T</title></head><p>Yes,<br>it is.</p>", "Yes,\nit is."),
        ("<p>Yes &amp; no</p><script>alert('<p>x')</script>", "Yes & no"),
        (
            '<div>Yes.</div><div class="q"><div>On 4 May 2026 T wrote:<br></div><blockquote>Is it?<br>Right?</blockquote></div>',
            "Yes.",
        ),
        ("<p>Yes.<p><b>From:</b> Touchstone<br><b>Sent:</b> Monday<br>Is it?", "Yes."),
        ("a<!-- <p>hidden --> b<![if mso]>c", "a bc"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("<p>unclosed <b", "unclosed"),
    ],
)
def test_markup_goes_and_words_stay(body, text):
    assert html(body) == text


def test_of_two_forms_the_plain_one_is_read_and_of_several_texts_all():
    mixed = """
--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

Plain.
--a
Content-Type: text/html

<p>Marked up.</p>
--a--
--m
Content-Type: application/pdf; name="=?utf-8?q?Abschlu=C3=9F.pdf?="
Content-Disposition: attachment
Content-Transfer-Encoding: base64

JVBERi0xLjQ=
--m
Content-Type: text/plain

And on.
--m
Content-Type: text/plain
Content-Disposition: attachment; filename="notes.txt"

Secret.
--m
Content-Type: application/zip
Content-Disposition: attachment; filename*=idna''%ff

x
--m
Content-Type: message/rfc822

Subject: another

Within.
--m
Content-Type: image/png

x
--m--
"""
    found = read(raw("Content-Type: multipart/mixed; boundary=m", mixed))
    assert found.text == "Plain.\nAnd on."
    assert found.attachments == (
        "Abschluß.pdf",
        "notes.txt",
        "application/zip",
        "message/rfc822",
        "image/png",
    )


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        ("Content-Type: text/plain; charset=utf-8", "Grüße".encode("latin-1"), "Grüße"),
        ("Content-Type: text/plain; charset=us-ascii", "Grüße".encode(), "Grüße"),
        ("Content-Type: text/plain; charset=koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("Content-Type: text/plain; charset=x-nobody", "Grüße".encode(), "Grüße"),
        ("Content-Type: text/plain; charset=punycode", b"a-b9", "a-b9"),
        ("Content-Type: text/plain; charset=hex", b"4142", "4142"),
        ('Content-Type: text/plain; charset="utf-8\x00"', b"ok", "ok"),
        ("Content-Type: text/plain; charset*=utf-8''%e2%82", b"ok", "ok"),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: base64", b"R3LDvMOfZQ==", "Grüße"),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: base64", b"!!!", "!!!"),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: x-nobody", b"ok", "ok"),
        ("Content-Type: multipart/mixed; boundary=never", b"no part begins", "no part begins"),
        ("Content-Type: multipart/mixed", b"no boundary", "no boundary"),
        ("Content-Type: ;;;", b"ok", "ok"),
        ("Content-Type: \x00text/plain", b"ok", "ok"),
    ],
)
def test_a_wrong_letter_is_better_than_a_lost_one(head, body, text):
    assert read(head.encode() + b"\n\n" + body).text == text


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?x-nobody?q?a?=", "=?x-nobody?q?a?="),
        ("=?utf-8?b?!?= x", "x"),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
        ("=?utf-8?q?=ff=00?= x", "=?utf-8?q?=ff=00?= x"),
        ("a\r\n b\x00", "a b"),
        ("y" * 5_000, "y" * 254),
    ],
)
def test_a_header_is_one_line_of_words(head, subject):
    assert read(f"Subject: {head}\r\n\r\nx".encode()).subject == subject


# --- where it leads -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        f"To: replies+{OURS}@touchstone.example",
        f'To: "Touchstone, letters" <Replies+{OURS.upper()}@Touchstone.Example>, ana@x.example',
        f"To: ana@x.example\nCc: <replies+{OURS}@touchstone.example>",
        f"To: undisclosed:;\nX-Original-To: replies+{OURS}@touchstone.example",
        f"Delivered-To: replies+{OURS}@touchstone.example",
    ],
)
def test_a_token_leads_to_its_ask_wherever_the_server_left_the_address(head):
    assert read(raw(head, "x")).tokens == (OURS,)


@pytest.mark.parametrize(
    "head",
    [
        f"To: replies+{OURS}@touchstone.example.evil.example",
        f"To: replies+{OURS}@evil.example",
        f"To: replies+{OURS}0@touchstone.example",
        f"To: replies+{OURS[1:]}@touchstone.example",
        f"To: other.replies-{OURS}@touchstone.example",
        f"Subject: replies+{OURS}@touchstone.example",
        f"From: replies+{OURS}@touchstone.example",
    ],
)
def test_another_address_or_another_place_leads_nowhere(head):
    assert read(raw(head, f"replies+{OURS}@touchstone.example")).tokens == ()


# --- what strangers send --------------------------------------------------------------------------------

HOSTILE = {
    "10,000 headers": (b"".join(b"X-%d: y\r\n" % i for i in range(10_000)) + b"\r\nhi", "too_large"),
    "too many bytes": (b"x" * (MOST_BYTES + 1), "too_large"),
    "too many lines": (b"\n" * 200_001, "too_large"),
    "too many lines of an old kind": (b"\r" * 200_001, "too_large"),
    "too many parts": (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1_001, "too_large"),
    "nested messages": (b"Content-Type: message/rfc822\r\n\r\n" * 5_000, "unreadable"),
    "long parameters": (b"Content-Type: multipart/mixed" + b';"' * 100_000 + b"\r\n\r\nhi", "too_large"),
    "folded parameters": (b"Content-Type: multipart/mixed" + b';\r\n "' * 9_000 + b"\r\n\r\nhi", "too_large"),
    "parameters of a part": (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\ncontent-disposition: x" + b";a" * 9_000,
        "too_large",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_costs_more_than_its_length_is_refused_by_name(name):
    message, code = HOSTILE[name]
    begun = time.process_time()
    with pytest.raises(RefusedError) as refused:
        read(message)
    assert refused.value.verdict.code == code
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "message",
    [
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(400)),
        b"Content-Type: text/html\n\n" + b"<!--" * 100_000,
        b"Content-Type: text/html\n\n" + b"<style>" * 100_000,
        b"Content-Type: text/html\n\n" + b"&" * 500_000,
        b"Content-Type: text/plain; charset=idna\n\n" + b"a." * 200_000,
        b"Subject: " + b"=?a?q?" * 100_000 + b"\n\nx",
        b"References: " + b"<0" * 500_000 + b"\n\nx",
        b"To: " + b"replies+" * 200_000 + b"\n\nx",
        b"\n\n" + b"x 2026:\n> a\n" * 16_000,
        bytes(range(256)) * 4_000,
        b"",
    ],
)
def test_other_monsters_are_read_in_passing(message):
    begun = time.process_time()
    found = read(message)
    assert (found.tokens, found.letters, found.report, "\x00" in found.text) == ((), (), "", False)
    assert time.process_time() - begun < 5


LETTER = {
    "Reply-To": f"replies+{OURS}@touchstone.example",
    "Message-ID": f"<{OURS}.ask.{OURS[:16]}@touchstone.example>",
    "Subject": "Right?",
    "From": "Touchstone <letters@touchstone.example>",
    "To": "carla@paper-umbrella.example",
}
MESSAGES = [person(LETTER, "Yes."), report(LETTER), complaint(LETTER)]
BROKEN = [
    b"\x00",
    b"\xff\xfe",
    b"\r",
    b"\n\n",
    b"=?utf-8?b?a?=",
    b"--",
    b"; charset=\x00",
    b"multipart/report",
    b"base64",
    b":",
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(MESSAGES),
    st.lists(
        st.tuples(
            st.integers(0, 2_000), st.integers(0, 40), st.sampled_from(BROKEN) | st.binary(max_size=20)
        ),
        max_size=6,
    ),
)
def test_whatever_arrives_is_read_or_refused_and_what_is_read_can_be_kept(message, cuts):
    for place, length, put in cuts:
        message = message[:place] + put + message[place + length :]
    try:
        found = read(message)
    except RefusedError as refused:
        assert refused.verdict.code in {"unreadable", "too_large"}
        return
    for words in (found.sender, found.subject, found.text, *found.attachments, *found.letters):
        assert "\x00" not in words
        words.encode()
    found.message_id.encode()
