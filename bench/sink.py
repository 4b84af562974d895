"""An SMTP server in a process of its own that takes everything and keeps nothing: what it costs is not ours."""

import contextlib
import multiprocessing
import socket
import threading
from collections.abc import Iterator

_ANSWERS = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """Its port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_serve, args=(listener,), daemon=True)
    process.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        process.kill()  # a thread of it may take a signal that asks, and its main one would wait for ever
        process.join()
        listener.close()


def _serve(listener: socket.socket) -> None:
    while True:
        line, _ = listener.accept()
        threading.Thread(target=_talk, args=(line,), daemon=True).start()


def _talk(line: socket.socket) -> None:
    with contextlib.suppress(OSError), line, line.makefile("rb") as heard:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(b"220 sink\r\n")
        while words := heard.readline():
            verb = words[:4].upper()
            line.sendall(_ANSWERS.get(verb, b"250 OK\r\n"))
            if verb == b"QUIT":
                return
            if verb == b"DATA":
                for each in heard:
                    if each == b".\r\n":
                        break
                line.sendall(b"250 2.0.0 taken\r\n")
