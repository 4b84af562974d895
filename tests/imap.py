"""A mailbox behind IMAP (RFC 9051), as much of it as a reader of new messages needs, on a loopback port."""

import contextlib
import re
import socket
import threading
from typing import Self


class ImapBox:
    """`box.messages[uid]` are raw, `box.flags[uid]` what was set; `box.refuses` is a command answered with NO."""

    def __init__(self, *messages: bytes) -> None:
        self.messages = dict(enumerate(messages, start=1))
        self.flags: dict[int, set[str]] = {uid: set() for uid in self.messages}
        self.refuses = ""
        self.heard: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @property
    def url(self) -> str:
        return f"imap://carla%40box:p%20w@127.0.0.1:{self._listener.getsockname()[1]}/Replies"

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), line, line.makefile("rwb") as stream:
                stream.write(b"* OK IMAP4rev1 ready\r\n")
                stream.flush()
                while said := stream.readline().decode().strip():
                    tag, command = said.split(" ", 1)
                    self.heard.append(command)
                    refused = self.refuses and command.startswith(self.refuses)
                    stream.write(b"" if refused else self._answer(command))
                    stream.write(f"{tag} {'NO [X] carla@box p w' if refused else 'OK'} done\r\n".encode())
                    stream.flush()
                    if command == "LOGOUT":
                        break

    def _answer(self, command: str) -> bytes:
        if command == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if command == "UID SEARCH UNSEEN UNFLAGGED":
            return (
                f"* SEARCH {' '.join(str(uid) for uid, set_ in self.flags.items() if not set_)}\r\n".encode()
            )
        if found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
            raw = self.messages.get(int(found[1]), b"")[: int(found[2])]
            head = f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(raw)}}}\r\n".encode()
            return head + raw + b")\r\n" if raw else b""
        if found := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \((.*)\)", command):
            self.flags[int(found[1])].add(found[2])
        return b""
