"""A post that delivers at once: for tests that need the letter, or the key in it, and no SMTP."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

from vetting.followups.models import Ask
from vetting.followups.outbox import chase_due, tidy
from vetting.mail.sending import Delivery, Fate

KEY = re.compile(r"/r/([A-Za-z0-9_-]{43})/")


class Drawer:
    """Keeps what was sent. Tests of the post itself use a real SMTP server."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    def send(self, mail: EmailMessage, *, before_data: Callable[[], bool]) -> Delivery:
        if not before_data():
            return Delivery(Fate.STOPPED)
        self.letters.append(mail)
        return Delivery(Fate.SENT, "250")


def sweep(at: datetime, drawer: Drawer | None = None) -> list[EmailMessage]:
    """Send everything that is due then; the letters of this sweep, in order."""
    drawer = drawer or Drawer()
    before = len(drawer.letters)
    tidy(at=at)
    while chase_due(posts=[drawer], at=at):
        pass
    return drawer.letters[before:]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def key_of(ask: Ask, *, at: datetime) -> str:
    """The key in the letter of this ask, sent on the next working day at the latest."""
    for day in range(4):
        for letter in sweep(at + timedelta(days=day)):
            if str(letter["Message-ID"]).startswith(f"<{ask.pk.hex}.ask."):
                ask.refresh_from_db()
                return KEY.findall(text_of(letter))[0]
    message = "no letter of this ask went out"
    raise AssertionError(message)
