"""The letters of the house: registered by name, set from plain values, text first and HTML second."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string


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
    Letter("peer_ask", to_referee=True, purpose="asks a peer what he saw of a consultant's work"),
    Letter("peer_reminder", to_referee=True, purpose="reminds a peer of that question"),
    Letter(
        "ask_silent", to_referee=False, purpose="tells a consultant on day 11 that nobody has answered yet"
    ),
    Letter("ask_expired", to_referee=False, purpose="tells a consultant on day 30 that an ask has run out"),
    Letter("ask_failed", to_referee=False, purpose="tells a consultant that a letter could not be delivered"),
    Letter("ask_answered", to_referee=False, purpose="tells a consultant that an ask has been answered"),
)
LETTERS: Mapping[str, Letter] = {letter.name: letter for letter in _ALL}


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(name: str, values: Mapping[str, Any]) -> Rendered:
    """Set the letter `name` from `values`; KeyError where no such letter is registered."""
    letter = LETTERS[name]
    context = {**values, "letter": letter, "site_url": settings.SITE_URL}
    subject = " ".join(render_to_string(f"mail/{name}.subject.txt", context).split())
    html = css_inline.inline(render_to_string(f"mail/{name}.html", context))
    return Rendered(
        subject=subject, text=render_to_string(f"mail/{name}.txt", context).strip() + "\n", html=html
    )


def message_id(name: str) -> str:
    """The same for the same name, so that a letter sent twice in doubt shows once in a mailbox."""
    return f"<{name}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2]}>"


def message(rendered: Rendered, *, to: str, id_: str, thread: str = "", stop_url: str = "") -> EmailMessage:
    """The letter as it goes out. `thread` is the Message-ID it follows; `stop_url` answers a POST (RFC 8058)."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["To"] = to
    mail["Subject"] = rendered.subject
    mail["Message-ID"] = id_
    mail["Auto-Submitted"] = "auto-generated"
    if thread:
        mail["In-Reply-To"] = thread
        mail["References"] = thread
    if stop_url:
        mail["List-Unsubscribe"] = f"<{stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    return mail
