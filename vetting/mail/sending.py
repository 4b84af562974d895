"""Hand letters to the post in two phases: the last check stands between RCPT and DATA.

Until DATA begins nothing can have been delivered; once it has begun, only the server's word tells. A line that breaks
in between is ambiguous, and is reported as such instead of being guessed at.
"""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from django.conf import settings

TIMEOUT = 10.0  # seconds for each answer of the server; ten letters stay within the lease of one claim


class Fate(StrEnum):
    SENT = "sent"
    STOPPED = "stopped"  # the last check said no; nothing went out
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    AMBIGUOUS = "ambiguous"  # DATA began and no word came back


@dataclass(frozen=True, slots=True)
class Delivery:
    fate: Fate
    detail: str = ""


class Post(Protocol):
    """Whatever takes letters: an SMTP line, or a drawer in the demo world's past."""

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

    def send(self, mail: EmailMessage, *, before_data: Callable[[], bool]) -> Delivery:
        try:
            smtp = self._connected()
            refusal = self._envelope(smtp, mail)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Delivery(Fate.TEMPORARY, _safe(error))
        if refusal is not None:
            self._reset(smtp)
            return refusal
        if not before_data():
            self._reset(smtp)
            return Delivery(Fate.STOPPED)
        return self._data(smtp, mail)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
            smtp = kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=TIMEOUT)
            if settings.EMAIL_USE_TLS:
                smtp.starttls()
            if settings.EMAIL_HOST_USER:
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            self._smtp = smtp
        return self._smtp

    def _envelope(self, smtp: smtplib.SMTP, mail: EmailMessage) -> Delivery | None:
        """None when the server takes this sender and this recipient."""
        smtp.ehlo_or_helo_if_needed()
        for code, answer in (
            smtp.mail(parseaddr(mail["From"])[1]),
            smtp.rcpt(parseaddr(mail["To"])[1]),
        ):
            if code >= 400:
                fate = Fate.PERMANENT if code >= 500 else Fate.TEMPORARY
                return Delivery(fate, _answer(code, answer))
        return None

    def _data(self, smtp: smtplib.SMTP, mail: EmailMessage) -> Delivery:
        if "Date" not in mail:
            mail["Date"] = formatdate(localtime=False)
        try:
            code, answer = smtp.data(mail.as_bytes())
        except (
            smtplib.SMTPDataError
        ) as refused:  # the server would not take DATA at all: nothing was delivered
            self._reset(smtp)
            fate = Fate.PERMANENT if refused.smtp_code >= 500 else Fate.TEMPORARY
            return Delivery(fate, _answer(refused.smtp_code, refused.smtp_error))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Delivery(Fate.AMBIGUOUS, _safe(error))
        if code >= 400:
            return Delivery(Fate.PERMANENT if code >= 500 else Fate.TEMPORARY, _answer(code, answer))
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


def _answer(code: int, answer: bytes | str) -> str:
    """The server's code and nothing of its text, which often repeats the address."""
    enhanced = (answer.decode(errors="replace") if isinstance(answer, bytes) else answer).split(" ", 1)[0]
    return f"{code} {enhanced}" if enhanced.count(".") == 2 else str(code)


def _safe(error: Exception) -> str:
    return type(error).__name__
