"""An SMTP server that takes letters, and now and then does what servers do: refuse, stall, hang up.

What befalls a letter follows from the seed, its recipient and how often it was tried, so a run can be told apart from
another by its seed alone. Every letter whose last line arrived and was not refused is kept, with who sent it when.
"""

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

# What befalls an attempt, in ten thousandths. Where the rest of the hundred per cent falls, the letter is taken.
MOODS = {
    "421 RCPT": 80,
    "451 RCPT": 200,
    "452 RCPT": 80,
    "550 RCPT": 120,
    "drop RCPT": 60,
    "hang RCPT": 8,
    "451 DATA": 50,
    "451 LETTER": 60,
    "550 LETTER": 40,
    "drop LETTER": 60,  # hung up on before it was whole: not there
    "slow KEPT": 100,
    "drop KEPT": 120,  # there, and never said so
    "hang KEPT": 12,
}
IN_DOUBT = {"drop LETTER", "drop KEPT", "hang KEPT"}
SLOW = 3.0
_HANGS = 30.0  # longer than anybody waits
_TEXTS = {
    "421": "421 4.3.2 closing",
    "450": "450 4.2.0 later",
    "451": "451 4.7.1 later",
    "452": "452 4.2.2 full",
    "550": "550 5.1.1 nobody",
}


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One letter that is there. Times are seconds of this machine's clock."""

    message_id: str
    to: str
    worker: str
    begun: float
    kept: float
    mood: str


class Sink:
    """`watch(stage, address)` is called at RCPT, DATA and KEPT, before the answer; `strike(stage, worker)` too."""

    def __init__(self, seed: int, *, calm: bool = False) -> None:
        self.copies: list[Copy] = []
        self.moods: Counter[str] = Counter()
        self.watch: Callable[[str, str], None] = lambda _stage, _address: None
        self.strike: Callable[[str, str], None] = lambda _stage, _worker: None
        self.talking = 0
        self.heard = time.time()
        self._seed, self._calm = seed, calm
        self._attempts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, name="sink", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def quiet_for(self) -> float:
        """Seconds since the last word of anybody; none while somebody waits for an answer of ours."""
        return 0.0 if self.talking else time.time() - self.heard

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line, line.makefile("rb") as heard:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _say(line, "220 chaos")
            worker = to = mood = ""
            while words := heard.readline().decode(errors="replace").split(maxsplit=1):
                verb, rest = words[0].upper(), words[1].strip() if len(words) > 1 else ""
                self.heard = time.time()
                if verb == "EHLO":
                    worker = rest.removesuffix(".chaos.example")
                elif verb == "RCPT":
                    to = rest.partition("<")[2].partition(">")[0].lower()
                    mood = self._mood_of(to)
                    if not self._stage(line, "RCPT", worker, to, mood):
                        return
                    continue
                elif verb == "DATA":
                    if not self._take(line, heard.readline, worker, to, mood):
                        return
                    continue
                _say(line, "221 bye" if verb == "QUIT" else "250 OK")

    def _take(self, line: socket.socket, read: Callable[[], bytes], worker: str, to: str, mood: str) -> bool:
        begun = time.time()
        if not self._stage(line, "DATA", worker, to, mood, well="354 go on"):
            return False
        if mood == "451 DATA":
            return True
        content = b"".join(iter(read, b".\r\n"))
        if mood.endswith("LETTER"):
            return self._stage(line, "LETTER", worker, to, mood)
        message_id = next(row[12:] for row in content.splitlines() if row.lower().startswith(b"message-id: "))
        copy = Copy(
            message_id=message_id.decode(), to=to, worker=worker, begun=begun, kept=time.time(), mood=mood
        )
        with self._lock:
            self.copies.append(copy)
        return self._stage(line, "KEPT", worker, to, mood)

    def _stage(
        self, line: socket.socket, stage: str, worker: str, to: str, mood: str, well: str = "250 2.0.0 OK"
    ) -> bool:
        """Answer as the mood is; False where the line is to be hung up."""
        self.watch(stage, to)
        self.strike(stage, worker)
        what, _, when = mood.partition(" ")
        if when != stage:
            _say(line, well)
            return True
        with self._lock:
            self.moods[mood] += 1
            self.talking += what in {"hang", "slow"}
        try:
            return self._misbehave(line, what, well)
        finally:
            with self._lock:
                self.talking -= what in {"hang", "slow"}

    def _misbehave(self, line: socket.socket, what: str, well: str) -> bool:
        if what == "drop":
            return False
        if what == "hang":
            line.settimeout(_HANGS)
            line.recv(1)  # returns when the other side has had enough
            return False
        if what == "slow":
            time.sleep(SLOW)
            _say(line, well)
            return True
        _say(line, _TEXTS[what])
        return what != "421"

    def _mood_of(self, to: str) -> str:
        with self._lock:
            self._attempts[to] += 1
            attempt = self._attempts[to]
        if self._calm:
            return ""
        dice = random.Random(f"{self._seed} {to} {attempt}").randrange(10_000)
        for mood, share in MOODS.items():
            dice -= share
            if dice < 0:
                return mood
        return ""


def _say(line: socket.socket, words: str) -> None:
    line.sendall(f"{words}\r\n".encode())
