"""A raw message taken apart: where it leads, what it reports, what it says. Made for what strangers send.

Whatever costs more than its length is bounded first: headers, parts, encodings, markup.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from html import unescape
from typing import Any

from django.conf import settings

from vetting.kernel.keys import fold
from vetting.kernel.text import without_controls
from vetting.kernel.verdict import RefusedError, refuse

MOST_BYTES = 10_000_000
_MOST_LINES, _MOST_HEADERS, _MOST_PARTS = 200_000, 1_000, 1_000
_READ, _KEPT = 200_000, 10_000  # of a text: looked at, and kept
_HEADER = 1_000
# The parser's time for the parameters of such a header grows with the square of its length.
_LONG_HEADER = re.compile(
    rb"(?:^|[\r\n])content-(?:type|disposition):(?:[^\r\n]|(?:\r\n|\r|\n)[ \t]){4000}", re.IGNORECASE
)
_WHERE = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "Return-Path", "Reply-To")
_OUR_LETTER = re.compile(r"<[0-9a-f]{32}\.[a-z0-9_]{1,12}\.[0-9a-f]{16}@[A-Za-z0-9.-]{1,100}>")
_PROGRAMS = frozenset({"bulk", "junk", "list", "auto_reply"})
# Codecs that are no character sets of mail; some of them take a second for each thousand bytes.
_NO_CHARSETS = frozenset("punycode idna unicode_escape raw_unicode_escape undefined".split())


@dataclass(frozen=True, slots=True)
class Incoming:
    """`tokens` and `letters` lead to an ask: what stood in our Reply-To, and Message-IDs of ours.

    `report` is one of the kinds that are reports, or empty; `is_automatic` is what the headers say.
    """

    message_id: str
    tokens: tuple[str, ...]
    letters: tuple[str, ...]
    report: str
    is_automatic: bool
    sender: str
    subject: str
    text: str
    attachments: tuple[str, ...]


def read(raw: bytes) -> Incoming:
    """RefusedError where it is too large to look at, or nothing a mail program would write."""
    if not _is_bounded(raw):
        raise RefusedError(refuse("too_large", "This message is larger than what is read here."))
    try:
        return _incoming(message_from_bytes(raw))
    except Exception as error:  # the parser of the library has met less than strangers send
        raise RefusedError(refuse("unreadable", "This is not a message that can be read.")) from error


def _is_bounded(raw: bytes) -> bool:
    if len(raw) > MOST_BYTES or max(raw.count(b"\n"), raw.count(b"\r")) > _MOST_LINES:
        return False
    head = re.split(rb"\r?\n\r?\n", raw[:_READ], maxsplit=1)[0]
    headers, parts = max(head.count(b"\n"), head.count(b"\r")), raw.count(b"\n--") + raw.count(b"\r--")
    return headers <= _MOST_HEADERS and parts <= _MOST_PARTS and _LONG_HEADER.search(raw) is None


def _incoming(mail: "Message[Any, Any]") -> Incoming:
    enclosed = list(_enclosed(mail))
    named = " ".join(value for each in (mail, *enclosed) for name in _WHERE for value in _all(each, name))
    ids = [value for each in enclosed for value in _all(each, "Message-ID")]
    ids += [value for name in ("In-Reply-To", "References") for value in _all(mail, name)]
    texts, attachments = _parts(mail)
    return Incoming(
        message_id=_first(mail, "Message-ID").strip(),
        tokens=tuple(_token().findall(named.lower())),
        letters=tuple(_OUR_LETTER.findall(" ".join(ids))),
        report=_report(mail) if mail.get_content_type() == "multipart/report" else "",
        is_automatic=_is_automatic(mail),
        sender=_words(_first(mail, "From")),
        subject=_words(_first(mail, "Subject")),
        text=said(texts),
        attachments=attachments,
    )


def _token() -> re.Pattern[str]:
    local, _, domain = settings.REPLY_ADDRESS.rpartition("@")
    return re.compile(rf"\b{re.escape(local)}\+([0-9a-f]{{32}})@{re.escape(domain)}(?![\w.-])")


def _all(mail: "Message[Any, Any]", name: str) -> list[str]:
    return [str(value)[: 10 * _HEADER] for value in mail.get_all(name, [])[:20]]


def _first(mail: "Message[Any, Any]", name: str) -> str:
    return str(mail.get(name, ""))[:_HEADER]


def _words(header: str) -> str:
    """A header as a person reads it, in one line."""
    try:
        decoded = str(make_header(decode_header(header)))
    except (LookupError, ValueError, HeaderParseError):  # a character set nobody has, or not what it says
        decoded = header
    return " ".join(without_controls(decoded).split())[:254]


# --- what programs say ----------------------------------------------------------------------------------


def _is_automatic(mail: "Message[Any, Any]") -> bool:
    """RFC 3834 and what older programs do in its place."""
    submitted = _first(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _first(mail, "Precedence").strip().lower() in _PROGRAMS
        or "X-Auto-Response-Suppress" in mail
        or _first(mail, "Return-Path").strip() == "<>"
    )


def _children(mail: "Message[Any, Any]") -> "Sequence[Message[Any, Any]]":
    payload = mail.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _enclosed(mail: "Message[Any, Any]") -> "Iterator[Message[Any, Any]]":
    """The letter a report is about, or its headers alone."""
    for part in _children(mail) if mail.get_content_type() == "multipart/report" else ():
        if part.get_content_type() == "message/rfc822":
            yield from _children(part)
        elif part.get_content_type() == "text/rfc822-headers":
            yield message_from_bytes(_bytes(part))


def _report(mail: "Message[Any, Any]") -> str:
    for part in _children(mail):
        if part.get_content_type() == "message/delivery-status":
            return _delivery([(_field(each, "Action"), _field(each, "Status")) for each in _children(part)])
        if part.get_content_type() == "message/feedback-report":
            kinds = [_field(each, "Feedback-Type") for each in _children(part)]
            return "complaint" if kinds == ["abuse"] else "notice"
    return "notice"


def _delivery(recipients: list[tuple[str, str]]) -> str:
    """RFC 3464: what failed for good, by the class of its status."""
    failed = [status for action, status in recipients if action == "failed"]
    if any(status.startswith("5.") for status in failed):
        return "failed"
    return "given_up" if failed else "notice"


def _field(mail: "Message[Any, Any]", name: str) -> str:
    return _first(mail, name).strip().lower()


# --- what people say ------------------------------------------------------------------------------------


def _parts(mail: "Message[Any, Any]") -> tuple[str, tuple[str, ...]]:
    """The text, from plain parts or else from HTML, and what else came along, by name."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[str] = []
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        kind = without_controls(part.get_content_type()).strip()
        family = kind.partition("/")[0]
        disposition = _first(part, "Content-Disposition").strip().lower()
        if family == "multipart":
            waiting += reversed(_children(part))
            plain += [] if part.is_multipart() else [_decoded(part)]  # no part of it ever begins
        elif kind in {"text/plain", "text/html"} and not disposition.startswith("attachment"):
            (plain if kind == "text/plain" else html).append(_decoded(part))
        elif family != "message" or kind == "message/rfc822":
            attachments.append(_name(part) or kind[:120])
    text = "\n".join(plain)
    if not text.strip():
        text = _stripped("\n".join(html)[:_READ])
    return text[:_READ], tuple(attachments[:20])


def _name(part: "Message[Any, Any]") -> str:
    try:
        return _words(part.get_filename() or "")[:120]
    except (LookupError, ValueError, TypeError):
        return ""


def _bytes(part: "Message[Any, Any]") -> bytes:
    payload = part.get_payload(decode=True)
    if not payload:  # not in the encoding it names
        payload = str(part.get_payload()).encode(errors="replace")
    return payload[:_READ] if isinstance(payload, bytes) else b""


def _decoded(part: "Message[Any, Any]") -> str:
    """By the character set it names, or by the one that fits; a wrong letter is better than none."""
    payload = _bytes(part)
    named = str(part.get_content_charset("utf-8")).replace("-", "_")
    for charset in (*({named} - _NO_CHARSETS), "utf-8"):
        try:
            return payload.decode(charset)
        except (LookupError, ValueError):
            continue
    return payload.decode("cp1252", errors="replace")


_MARKUP = re.compile(
    r"<!--(?:.*?-->|.*)|<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*)[^>]*>?|<[!?][^>]*>?", re.DOTALL | re.IGNORECASE
)
_BREAKS = frozenset("br p div li tr h1 h2 h3 h4 blockquote table hr".split())


def _stripped(html: str) -> str:
    """The words of HTML, one line a line; what stands in a quotation is marked as plain text marks it."""
    lines, line, depth, unseen, end = [], "", 0, "", 0
    for found in _MARKUP.finditer(html):
        if not unseen:
            line += unescape(html[end : found.start()])
        end, tag = found.end(), (found["tag"] or "").lower()
        if tag in {"style", "script", "title"}:
            unseen = "" if found["end"] else tag
        if tag in _BREAKS:
            lines.append("> " * min(depth, 1) + " ".join(line.split()))
            line = ""
        if tag == "blockquote":
            depth = max(0, depth - 1) if found["end"] else depth + 1
    if not unseen:
        line += unescape(html[end:])
    return "\n".join([*lines, "> " * min(depth, 1) + " ".join(line.split())])


_DASHED = re.compile(r"-{3,}[^-]{3,60}-{3,}|_{20,}")
_FROM = re.compile(r"\W{0,3}(?:from|von|de|от|no)\W{0,3}:")
_SENT = re.compile(
    r"\W{0,3}(?:sent|date|gesendet|datum|envoye|enviado|fecha|отправлено|дата|nosutits|datums)\W{0,3}:"
)
_YEAR = re.compile(r"\b20\d\d\b")


def said(text: str) -> str:
    """Without what is quoted and without a signature; all of it where nothing else would be left."""
    whole = without_controls("\n".join(line.rstrip() for line in text.splitlines())).strip()
    kept: list[str] = []
    lines = whole.split("\n")
    for number, line in enumerate(lines):
        following = fold(next((each for each in lines[number + 1 : number + 3] if each.strip()), "")[:80])
        if line in {"--", "-- "} or _DASHED.fullmatch(line.strip()):
            break
        if _FROM.match(fold(line[:80])) and _SENT.match(following):
            break
        if line.startswith(">"):
            _drop_attribution(kept)
        else:
            kept.append(line)
    own = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return (own or whole)[:_KEPT]


def _drop_attribution(kept: list[str]) -> None:
    """The line before a quotation, as "On 4 May 2026 at 11:00 Touchstone wrote:", which may be broken in two or three."""
    while kept and not kept[-1]:
        kept.pop()
    if not kept or not kept[-1].endswith(":") or not re.search(r"\d|@", "".join(kept[-2:])):
        return
    last = kept[-3:]
    begins = next(
        (number for number in (-1, -2, -3) if number >= -len(last) and _YEAR.search(last[number])), -1
    )
    del kept[begins:]
