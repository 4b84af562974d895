"""The local letter box of demo and development: what was sent, readable in the browser. Where letters really go
out there is no such box, and these pages do not exist.
"""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

MOST = 100  # listed, newest first

_NOTHING: dict[str, object] = {name: [NONE] for name in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]}
_POLICY = _NOTHING | {"style-src": [UNSAFE_INLINE], "sandbox": True}
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """`sent_at` is the letter's own date, None where it has none that can be read."""

    key: str
    sender: str
    recipient: str
    subject: str
    sent_at: datetime | None


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    newest = sorted(_files().items(), key=lambda entry: entry[1].stat().st_mtime_ns, reverse=True)
    listed = [_head(key, _read(path)) for key, path in newest[:MOST]]
    return render(request, "pages/letterbox/letters.html", {"letters": listed, "in_all": len(newest)})


@require_safe
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """Its text first, as somebody reads it who sees no HTML."""
    mail = _one(key)
    text = _body(mail, "plain")
    page = {
        "letter": _head(key, mail),
        "pieces": _pieces(text),
        "links": list(dict.fromkeys(_LINK.findall(text))),
        "has_html": bool(_body(mail, "html")),
    }
    return render(request, "pages/letterbox/letter.html", page)


@csp_replace(_POLICY)  # type: ignore[arg-type]  # typed for pages without a key
@require_safe
def letter_html(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """The other half, as sent. Its own styles hold and nothing else: no script, no picture, no form, no origin."""
    html = _body(_one(key), "html")
    if not html:
        raise Http404
    return HttpResponse(html)


def _files() -> dict[str, Path]:
    """The Maildir's letters by key; none where nothing was ever sent."""
    box = settings.LETTER_BOX
    if box is None:
        raise Http404
    return {path.name: path for part in ("new", "cur") for path in (box / part).glob("*") if path.is_file()}


def _one(key: str) -> EmailMessage:
    path = _files().get(key)
    if path is None:
        raise Http404
    return _read(path)


def _read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=email.policy.default)


def _head(key: str, mail: EmailMessage) -> Letter:
    return Letter(
        key=key,
        sender=str(mail["From"] or ""),
        recipient=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        sent_at=_date(str(mail["Date"] or "")),
    )


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _pieces(text: str) -> list[tuple[str, str]]:
    """The text cut into (words, link that follows), so that the page makes its links itself."""
    pieces, at = [], 0
    for found in _LINK.finditer(text):
        pieces.append((text[at : found.start()], found.group()))
        at = found.end()
    return [*pieces, (text[at:], "")]
