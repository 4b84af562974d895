"""The letter box of the tests: a real SMTP server on a loopback port that remembers what it took."""

import asyncio
import email
import email.policy
import socket
import threading
import time
from collections.abc import Awaitable
from email.message import EmailMessage
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Server(Controller):
    """On a socket that is already bound: aiosmtpd itself cannot take the port the system gives."""

    def __init__(self, handler: object, listener: socket.socket) -> None:
        self._listener = listener
        super().__init__(handler, hostname="127.0.0.1", port=listener.getsockname()[1], ready_timeout=10)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)


class Letterbox:
    """Takes letters, or answers as told: `letterbox.refuse["carla@x.example"] = "550 5.1.1 nobody here"`."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        self.refuse_data: str | None = None
        self._changed = threading.Condition()
        self._server = _Server(self, socket.create_server(("127.0.0.1", 0)))

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def port(self) -> int:
        return self._server.port

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to one address, oldest first."""
        return [letter for letter in self.letters if address.lower() in str(letter["To"]).lower()]

    def wait(self, address: str, *, count: int = 1, seconds: float = 60) -> EmailMessage:
        """The `count`-th letter to the address, once it is there."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while len(self.to(address)) < count:
                left = deadline - time.monotonic()
                if left <= 0:
                    message = f"{len(self.to(address))} of {count} letters to {address} within {seconds} s"
                    raise AssertionError(message)
                self._changed.wait(left)
        return self.to(address)[count - 1]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it so
        if self.refuse_data is not None:
            return self.refuse_data
        letter = email.message_from_bytes(bytes(envelope.content or b""), policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        with self._changed:
            self.letters.append(letter)
            self._changed.notify_all()
        return "250 OK"
