"""Simulated time: stories that wait for their moment, and a drawer for the letters of the past."""

import heapq
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from itertools import count
from uuid import UUID

from vetting.followups.actions import expire
from vetting.followups.outbox import admitted, claim, deliver
from vetting.followups.queries import expired
from vetting.mail.sending import Delivery, Fate, Post
from vetting.management.demo.script import Reaction

# A story does something, and yields the moment at which it wants to go on.
Story = Iterator[datetime]
Act = Callable[[UUID, datetime], object]
# In office hours from India to the Americas: a letter that finds its reader asleep at one finds her awake at the other.
_MOST = 1_000  # closed at one hour
POST_HOURS = (time(10), time(15))


class Stage:
    """Runs stories in order of time. Letters go out twice a weekday, up to and with `last_post`."""

    def __init__(self, *, opens: datetime, closes: datetime, last_post: datetime) -> None:
        self.now = opens
        self.fell_silent = (
            False  # some ask has closed without an answer; whoever looks after these takes it back
        )
        self._opens, self._closes, self._last_post = opens, closes, last_post
        self._order = count()
        self._waiting: list[tuple[datetime, int, Story]] = []
        self.drawer = Drawer(self)

    def begin(self, story: Story) -> None:
        """Start the story now: it runs up to its first moment of waiting."""
        moment = next(story, None)
        if moment is not None:
            heapq.heappush(self._waiting, (max(moment, self.now), next(self._order), story))

    def run(self, *, at_night: Callable[[datetime], None], on_day: Callable[[float], None]) -> None:
        """Play all days. `at_night` is called at the end of each, `on_day` with the part that is over, 0 to 1."""
        midnight = datetime.combine(self._opens.date(), time(), tzinfo=UTC)
        while midnight < self._closes:
            for hour in POST_HOURS:
                self._until(datetime.combine(midnight.date(), hour, tzinfo=UTC))
                self._post()
            midnight += timedelta(days=1)
            self._until(midnight)
            at_night(self.now)
            on_day(min(1.0, (self.now - self._opens) / (self._closes - self._opens)))

    def _post(self) -> None:
        """What followups.outbox.chase_due does, in no line: these letters reach no server."""
        if self.now <= self._last_post and self.now.weekday() < 5:
            for ask_id in expired(at=self.now, most=_MOST):
                expire(ask_id, at=self.now)
                self.fell_silent = True
            while steps := claim(at=self.now):
                deliver(admitted(steps, at=self.now), posts=[self.drawer], at=self.now)

    def _until(self, moment: datetime) -> None:
        """Run what lies before that moment, which is never after the close."""
        moment = min(moment, self._closes)
        while self._waiting and self._waiting[0][0] < moment:
            self.now, _, story = heapq.heappop(self._waiting)
            self.begin(story)
        self.now = max(self.now, moment)


class Drawer(Post):
    """A post that keeps letters from the network and lets their readers react as their reaction says."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._readers: dict[UUID, tuple[Reaction, Act]] = {}
        self._closed: set[str] = set()

    def reaches(self, email: str) -> bool:
        """Not where letters were stopped or came back, which a consultant is told before she asks."""
        return email not in self._closed

    def expect(self, ask_id: UUID, reaction: Reaction, act: Act) -> None:
        """`act(ask_id, at)` is what the reader of that ask's letters will do in the end."""
        self._readers[ask_id] = (reaction, act)

    def send(self, mail: EmailMessage, *, before_data: Callable[[], bool]) -> Delivery:
        ask, step, _ = mail["Message-ID"].strip("<>").split(".", 2)
        reaction, act = self._readers[UUID(ask)]
        if reaction.kind == "gone" and reaction.step == step:
            self._closed.add(mail["To"])
            self._stage.fell_silent = True
            return Delivery(Fate.PERMANENT, "550 5.1.1")
        if not before_data():
            return Delivery(Fate.STOPPED)
        if reaction.step == step:
            self._stage.begin(self._react(UUID(ask), mail["To"], reaction, act))
        return Delivery(Fate.SENT, "250")

    def _react(self, ask_id: UUID, reader: str, reaction: Reaction, act: Act) -> Story:
        yield reaction.at or self._stage.now + reaction.after
        if reaction.kind == "stop":
            self._closed.add(reader)
        self._stage.fell_silent |= reaction.kind != "answer"
        act(ask_id, self._stage.now)
