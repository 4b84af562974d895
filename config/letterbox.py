"""The local letter box: takes every letter on a loopback port and keeps it in a folder. Delivers nothing."""

import asyncio
import contextlib
import signal
import socket
from pathlib import Path

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP

LARGEST = 10 * 1024 * 1024


async def keep_letters(listener: socket.socket, folder: Path) -> None:
    """Take letters from the listening socket and keep them as a Maildir, until cancelled."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    keeper = Mailbox(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=LARGEST, enable_SMTPUTF8=True, loop=loop), sock=listener
    )
    async with server:
        await server.serve_forever()


def run(listener: socket.socket, folder: Path) -> None:
    """Keep letters until the process is asked to end."""

    async def until_asked() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(keep_letters(listener, folder))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(until_asked())
