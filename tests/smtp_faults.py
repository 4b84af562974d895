"""An SMTP server that answers as told, line by line: for faults that no honest server makes."""

import contextlib
import socket
import ssl
import threading
from typing import Self

DROP = ""  # hang up instead of answering
HONEST = {
    "CONNECT": "220 box",
    "EHLO": "250 box",
    "STARTTLS": "220 go on",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "LETTER": "250 2.0.0 taken",
    "RSET": "250 OK",
    "AUTH": "235 2.7.0 welcome",
}


class FaultySmtp:
    """`server.says["RCPT"] = "550 5.1.1 nobody"`, or DROP. `letters` are those whose last line arrived, taken or not."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.says = dict(HONEST)
        self.letters: list[bytes] = []
        self.commands: list[str] = []
        self.senders: list[str] = []  # of the envelopes
        self.connections = 0
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            self._dialogue(line, "CONNECT")

    def _dialogue(self, line: socket.socket, greeting: str = "") -> None:
        said = self._say(line, greeting) if greeting else "go on"
        with line.makefile("rb") as heard:
            while said and (words := heard.readline().decode(errors="replace").split()):
                verb = words[0].upper()
                self.commands.append(verb)
                self.senders += words[1:2] if verb == "MAIL" else []
                said = self._say(line, verb)
                if verb == "DATA" and said.startswith("354"):
                    self.letters.append(b"".join(iter(heard.readline, b".\r\n")))
                    said = self._say(line, "LETTER")
                if verb == "STARTTLS" and self._tls is not None:
                    with self._tls.wrap_socket(line, server_side=True) as secured:
                        self._dialogue(secured)
                    return

    def _say(self, line: socket.socket, stage: str) -> str:
        said = self.says.get(stage, "502 5.5.1 unknown")
        if said:
            line.sendall(f"{said}\r\n".encode())
        return said
