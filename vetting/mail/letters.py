"""The letters of the house: registered by name, set from plain values, text first and HTML second."""

import re
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import formataddr, parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string

from vetting.kernel.keys import keyed_hash, uuid7
from vetting.kernel.languages import ENGLISH, spoken
from vetting.kernel.mailboxes import clean_address


@dataclass(frozen=True, slots=True)
class Letter:
    """`to_referee` letters carry the way to stop; the others answer something their reader did."""

    name: str
    to_referee: bool
    purpose: str


_ALL = (
    Letter("goal_ask", to_referee=True, purpose="asks a client to accept a goal before the work"),
    Letter("goal_reminder", to_referee=True, purpose="reminds a client of a goal to accept"),
    Letter("outcome_ask", to_referee=True, purpose="asks a client whether a result is right"),
    Letter("outcome_reminder", to_referee=True, purpose="reminds a client of a result to confirm"),
    Letter(
        "sustain_ask", to_referee=True, purpose="asks a client months later whether her number still holds"
    ),
    Letter("sustain_reminder", to_referee=True, purpose="reminds a client of that question, once"),
    Letter("peer_ask", to_referee=True, purpose="asks a peer what he saw of a consultant's work"),
    Letter("peer_reminder", to_referee=True, purpose="reminds a peer of that question"),
    Letter(
        "ask_silent", to_referee=False, purpose="tells a consultant on day 11 that nobody has answered yet"
    ),
    Letter("ask_expired", to_referee=False, purpose="tells a consultant on day 30 that an ask has run out"),
    Letter("ask_failed", to_referee=False, purpose="tells a consultant that a letter could not be delivered"),
    Letter("ask_answered", to_referee=False, purpose="tells a consultant that an ask has been answered"),
    Letter("referee_code", to_referee=False, purpose="brings a referee the code to her own page"),
)
LETTERS: Mapping[str, Letter] = {letter.name: letter for letter in _ALL}


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str
    language: str = ENGLISH


_INLINER = css_inline.CSSInliner(
    keep_at_rules=True, load_remote_stylesheets=False
)  # at-rules carry the dark colours


def render(name: str, values: Mapping[str, Any]) -> Rendered:
    """Set the letter `name` from `values` in the language now spoken; KeyError where no such letter is registered."""
    context = {
        **values,
        "letter": LETTERS[name],
        "site_url": settings.SITE_URL,
        "house": house_address(),
        "language": spoken(),
    }
    subject = " ".join(render_to_string(f"mail/{name}.subject.txt", context).split())
    text = re.sub(r"\n{3,}", "\n\n", render_to_string(f"mail/{name}.txt", context)).strip() + "\n"
    return Rendered(
        subject=subject,
        text=text,
        html=_INLINER.inline(render_to_string(f"mail/{name}.html", context)),
        language=spoken(),
    )


def house_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def message_id(name: str) -> str:
    """The same for the same name, so that a letter sent twice in doubt shows once in a mailbox.

    Nobody guesses its tag: whoever names the whole of it has had the letter.
    """
    tag = keyed_hash(f"letter:{name}", key=settings.ADDRESS_HASH_KEY)[:16]
    return f"<{name}.{tag}@{house_address().rpartition('@')[2]}>"


def reply_address(token: str) -> str:
    """Where replies to a letter with this token go; empty where the site takes none."""
    local, _, domain = settings.REPLY_ADDRESS.rpartition("@")
    return f"{local}+{token}@{domain}" if domain else ""


class _Plain(EmailPolicy):
    """A header is what was said, in one line unless it needs encoded words.

    The library's own policy takes each value apart to fold it, which takes longer than setting the letter, and makes of
    a long address encoded words that no program reads.
    """

    def header_max_count(self, name: str) -> None:  # noqa: ARG002 - the library's
        return None

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        if "\r" in value or "\n" in value:
            message = f"{name} has more than one line"
            raise ValueError(message)
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 - see above
        return value

    def fold_binary(self, name: str, value: str) -> bytes:
        if not value.isascii():
            value = Header(value, "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {value}{self.linesep}".encode()


_POLICY = _Plain(linesep="\r\n")


def message(
    rendered: Rendered, *, to: str, id_: str, thread: str = "", stop_url: str = "", reply_to: str = ""
) -> EmailMessage:
    """The letter as it goes out. `thread` is the Message-ID it follows; `stop_url` answers a POST (RFC 8058)."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = formataddr(parseaddr(settings.DEFAULT_FROM_EMAIL))
    mail["To"] = clean_address(to) or to
    if reply_to:
        mail["Reply-To"] = reply_to
    mail["Subject"] = rendered.subject
    mail["Message-ID"] = id_
    mail["Auto-Submitted"] = "auto-generated"
    if thread:
        mail["In-Reply-To"] = thread
        mail["References"] = thread
    if stop_url:
        mail["List-Unsubscribe"] = f"<{stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Content-Language"] = rendered.language
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = f'multipart/alternative; boundary="=_{uuid7().hex}"'
    mail.set_payload([_part(rendered.text, "plain"), _part(rendered.html, "html")])
    return mail


def _part(text: str, subtype: str) -> MIMEPart:
    """Not every server between us and her takes eight bits."""
    part = MIMEPart(policy=_POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(text.encode()).decode("ascii"))
    return part
