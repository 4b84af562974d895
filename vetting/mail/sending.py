"""Hand letters to the post in two phases: the last check stands between RCPT and DATA.

Until DATA begins nothing can have been delivered; once it has begun, only the server's word tells. A line that breaks
in between is ambiguous, and is reported as such instead of being guessed at.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from django.conf import settings
from django.core.mail.utils import DNS_NAME

TIMEOUT = 10.0  # seconds for each answer of the server

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")  # RFC 3463
_GREY = re.compile(r"gr[ae]y-?\s?list", re.IGNORECASE)
_RATE = re.compile(
    r"\brate\b|\brate-?limit|too (many|much|fast|quickly)|throttl|slow down|volume", re.IGNORECASE
)


class Fate(StrEnum):
    SENT = "sent"
    STOPPED = "stopped"  # the last check said no; nothing went out
    TEMPORARY = "temporary"
    GREYLISTED = "greylisted"  # come again: the server does so with all strangers
    SLOWED = "slowed"  # too much or too fast for that server, whoever the letter is to
    PERMANENT = "permanent"
    AMBIGUOUS = "ambiguous"  # DATA began and no word came back


@dataclass(frozen=True, slots=True)
class Delivery:
    fate: Fate
    detail: str = ""


class Post(Protocol):
    """Whatever takes letters: an SMTP line, or a drawer in the demo world's past."""

    def opens(self) -> bool:
        """Does the server take one line more? Asked of all but the first."""
        return True

    def send(self, mail: EmailMessage, *, before_data: Callable[[], bool]) -> Delivery: ...


class SmtpLine:
    """One SMTP connection, opened at the first letter and reused for a batch."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def opens(self) -> bool:
        try:
            self._connected()
        except (OSError, smtplib.SMTPException):
            self._drop()
            return False
        return True

    def send(self, mail: EmailMessage, *, before_data: Callable[[], bool]) -> Delivery:
        if "Date" not in mail:
            mail["Date"] = formatdate(localtime=False)
        try:
            content = mail.as_bytes()
        except Exception as error:  # noqa: BLE001 - whatever the folding of a header stumbles over
            return Delivery(Fate.TEMPORARY, _safe(error))
        try:
            smtp = self._connected()
            refusal = self._envelope(smtp, mail)
        except UnicodeError as error:  # an address that no plain SMTP command can hold
            self._drop()
            return Delivery(Fate.PERMANENT, _safe(error))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Delivery(Fate.TEMPORARY, _safe(error))
        if refusal is not None:
            self._reset(smtp)
            return refusal
        if not before_data():
            self._reset(smtp)
            return Delivery(Fate.STOPPED)
        return self._data(smtp, content)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = smtp = _dial()
            if settings.EMAIL_USE_TLS:
                smtp.starttls(context=ssl.create_default_context())
            if settings.EMAIL_HOST_USER:
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        return self._smtp

    def _envelope(self, smtp: smtplib.SMTP, mail: EmailMessage) -> Delivery | None:
        """None when the server takes this sender and this recipient."""
        smtp.ehlo_or_helo_if_needed()
        # What servers and programs report goes to the envelope's sender (RFC 3464, 3834): to the ask's own address.
        code, answer = smtp.mail(parseaddr(mail["Reply-To"] or mail["From"])[1])
        if code >= 400:  # whatever is wrong with our sender says nothing about the recipient
            return Delivery(Fate.TEMPORARY, _answer(code, answer))
        code, answer = smtp.rcpt(parseaddr(mail["To"])[1])
        return _refusal(code, answer) if code >= 400 else None

    def _data(self, smtp: smtplib.SMTP, content: bytes) -> Delivery:
        try:
            code, answer = smtp.data(content)
        except smtplib.SMTPDataError as refused:
            self._reset(smtp)  # the server would not take DATA at all: nothing was delivered
            return _refusal(refused.smtp_code, refused.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Delivery(Fate.AMBIGUOUS, _safe(error))
        if code >= 400:
            self._reset(smtp)
            return _refusal(code, answer)
        return Delivery(Fate.SENT, _answer(code, answer))

    def _reset(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _dial() -> smtplib.SMTP:
    name = DNS_NAME.get_fqdn()  # looked up once; the library would ask again for every connection
    if settings.EMAIL_USE_SSL:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            settings.EMAIL_HOST, settings.EMAIL_PORT, name, timeout=TIMEOUT, context=context
        )
    return smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, name, timeout=TIMEOUT)


def _refusal(code: int, answer: bytes | str) -> Delivery:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    if code >= 500:
        return Delivery(Fate.PERMANENT, _answer(code, text))
    return Delivery(_for_now(code, _enhanced(text), text), _answer(code, text))


def _for_now(code: int, status: str, text: str) -> Fate:
    """Why not now. Servers give 4.7.x (RFC 3463: policy) for both of these reasons, so their words come first."""
    if code in {450, 451} and _GREY.search(text):
        return Fate.GREYLISTED
    if code in {421, 450, 451, 452} and _RATE.search(text):
        return Fate.SLOWED
    if code in {450, 451} and status == "4.7.1":
        return Fate.GREYLISTED
    return Fate.SLOWED if code in {421, 450, 452} and status.startswith("4.7.") else Fate.TEMPORARY


def _answer(code: int, answer: bytes | str) -> str:
    """The server's code and nothing of its text, which often repeats the address."""
    status = _enhanced(answer.decode(errors="replace") if isinstance(answer, bytes) else answer)
    return f"{code} {status}" if status else str(code)


def _enhanced(text: str) -> str:
    found = _STATUS.match(text)
    return found[0] if found else ""


def _safe(error: Exception) -> str:
    return type(error).__name__
