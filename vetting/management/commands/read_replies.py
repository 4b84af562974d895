"""manage.py read_replies MAILDIR | --imap: take the messages of a mailbox, each once."""

import imaplib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from vetting.jobs.bell import ring
from vetting.kernel.verdict import RefusedError
from vetting.replies.actions import take
from vetting.replies.reading import MOST_BYTES

TIMEOUT = 30.0  # seconds for each answer of the server
TAKEN, LEFT = True, False
_Take = Callable[[str, bytes], bool]


class Command(BaseCommand):
    help = "Take the new messages of a Maildir or an IMAP mailbox; running it again takes none twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("maildir", nargs="?", type=Path, help="a folder with new/ and cur/")
        parser.add_argument("--imap", action="store_true", help="the mailbox of REPLY_IMAP_URL")

    def handle(self, **options: Any) -> None:
        maildir, imap = options["maildir"], options["imap"]
        if (maildir is None) == (not imap):
            message = "Name a Maildir, or --imap: one of the two."
            raise CommandError(message)
        self.counted: Counter[str] = Counter()
        try:
            _read_imap(self._take) if imap else _read_maildir(maildir, self._take)
        except (OSError, UnicodeError, imaplib.IMAP4.error, DatabaseError) as error:
            message = f"The mailbox cannot be read: {_without_secrets(error)}. {self._summary()}"
            raise CommandError(message) from error
        self.stdout.write(self._summary())

    def _take(self, name: str, raw: bytes) -> bool:
        """TAKEN, now or before, or LEFT for a person to look at."""
        try:
            taken = take(raw, at=timezone.now())
        except RefusedError as refused:
            self.counted[f"left: {refused.verdict.code}"] += 1
            self.stdout.write(f"{name}: left, {refused.verdict.code}: {refused.verdict.reason}")
            return LEFT
        self.counted[taken.reply.kind if taken.is_new else "known already"] += 1
        self.stdout.write(f"{name}: {taken.reply.kind}{'' if taken.is_new else ', known already'}")
        ring("followups")
        return TAKEN

    def _summary(self) -> str:
        counts = ", ".join(f"{count} {what}" for what, count in sorted(self.counted.items()))
        return f"{self.counted.total()} messages{': ' if counts else ''}{counts}."


def _read_maildir(folder: Path, take_one: _Take) -> None:
    """From new/ to cur/ after the commit: seen where taken, flagged where a person has to look.

    A run that dies in between leaves the message in new/, and the next one finds it known.
    """
    for path in sorted((folder / "new").iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            continue  # another run was quicker
        flag = "S" if take_one(path.name, raw) is TAKEN else "F"
        try:
            path.rename(folder / "cur" / f"{path.name.partition(':')[0]}:2,{flag}")
        except FileNotFoundError:
            if not (folder / "cur").is_dir():
                raise


def _read_imap(take_one: _Take) -> None:
    """What is neither seen nor flagged; then seen where taken, flagged where a person has to look."""
    url = urlsplit(settings.REPLY_IMAP_URL)
    if url.scheme not in {"imap", "imaps", "imap+tls"} or not url.hostname:
        message = "Set REPLY_IMAP_URL to imaps://user:password@host:993/INBOX."
        raise CommandError(message)
    kind = imaplib.IMAP4_SSL if url.scheme == "imaps" else imaplib.IMAP4
    port = url.port or (993 if url.scheme == "imaps" else 143)
    with kind(url.hostname, port, timeout=TIMEOUT) as box:
        if url.scheme == "imap+tls":
            box.starttls()
        box.login(unquote(url.username or ""), unquote(url.password or ""))
        folder = unquote(url.path.strip("/")) or "INBOX"
        _said(box.select('"{}"'.format(folder.replace("\\", "\\\\").replace('"', '\\"'))))
        for uid in _said(box.uid("SEARCH", "UNSEEN", "UNFLAGGED"))[0].split():
            name = uid.decode()
            parts = _said(box.uid("FETCH", name, f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)"))
            raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
            if raw is None:
                continue  # gone meanwhile
            flag = "\\Seen" if take_one(f"message {name}", raw) is TAKEN else "\\Flagged"
            _said(box.uid("STORE", name, "+FLAGS.SILENT", f"({flag})"))


def _said(answer: tuple[str, list[Any]]) -> list[Any]:
    """What the server sent; its no is an error."""
    if answer[0] != "OK":
        message = f"the server says {answer[0]}"
        raise imaplib.IMAP4.error(message)
    return answer[1]


def _without_secrets(error: Exception) -> str:
    """What a server answers to a log-in may repeat it."""
    return str(error) if isinstance(error, OSError) else type(error).__name__
