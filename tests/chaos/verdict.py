"""Counts rows and letters, and says which promise was broken."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F

from tests.chaos.faults import Breaker, Workers
from tests.chaos.people import People
from tests.chaos.place import Clock
from tests.chaos.sink import IN_DOUBT, Copy, Sink
from vetting.followups.cadence import LETTERS
from vetting.followups.models import Ask, AskStep
from vetting.followups.states import LETTER_STEPS, OPEN

_WINDOW = (
    10.0  # seconds after a letter was taken in which a fault still explains that its `sent` was not written
)
_CLOSED = ("answered", "declined", "stopped", "cancelled", "bounced", "expired", "replaced")
LATE_P99 = 60.0


@dataclass
class Verdict:
    """Each list names rows, so that whoever reads a number above nought can look at them."""

    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    after_stop: list[str] = field(default_factory=list)
    over_cap: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    copies_max: int = 0
    twice: int = 0
    uncertain: int = 0
    late: list[float] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)

    def broken(self) -> bool:
        counted = [self.lost, self.stuck, self.unexplained, self.after_stop, self.over_cap, self.errors]
        return any(counted) or self.copies_max > 2 or self.percentile(0.99) > LATE_P99

    def percentile(self, share: float) -> float:
        return sorted(self.late)[int(share * (len(self.late) - 1))] if self.late else 0.0

    def last_line(self) -> str:
        return (
            f"lost={len(self.lost)} stuck={len(self.stuck)} copies_max={self.copies_max} "
            f"unexplained={len(self.unexplained)} after_stop={len(self.after_stop)} "
            f"late_p50={self.percentile(0.5):.2f}s late_p99={self.percentile(0.99):.2f}s"
        )

    def figures(self) -> dict[str, object]:
        lists = ("lost", "stuck", "unexplained", "after_stop", "over_cap", "errors")
        return {name: len(getattr(self, name)) for name in lists} | {
            "copies_max": self.copies_max,
            "twice": self.twice,
            "uncertain": self.uncertain,
            "late_p50": round(self.percentile(0.5), 3),
            "late_p99": round(self.percentile(0.99), 3),
            "letters": len(self.late),
            "steps": dict(sorted(self.steps.items())),
        }


def judge(*, people: People, sink: Sink, breaker: Breaker, workers: Workers, clock: Clock) -> Verdict:
    verdict = Verdict(errors=[*people.errors, *breaker.errors])
    copies: dict[str, list[Copy]] = defaultdict(list)
    for copy in sorted(sink.copies, key=lambda each: each.begun):
        copies[copy.message_id].append(copy)
    steps = list(AskStep.objects.select_related("ask", "ask__referee").order_by("id"))
    now = clock.now()
    _count_acknowledged(verdict, people, steps)
    for step in steps:
        _count_step(verdict, step, copies.get(step.message_id, []), now)
    _count_copies(verdict, copies, {step.message_id for step in steps}, breaker, workers, clock)
    _count_begun_after_the_end(verdict, steps, copies)
    _count_caps(verdict)
    for step in steps:
        if step.state == "sent" and copies.get(step.message_id):
            first = copies[step.message_id][0]
            verdict.late.append(max(0.0, first.kept - clock.reached(step.due_at)))
    return verdict


def _count_acknowledged(verdict: Verdict, people: People, steps: list[AskStep]) -> None:
    """What the database said it had taken is there: each ask with its step, each end."""
    asked = {step.ask_id for step in steps if step.step == "ask"}
    verdict.lost += [f"ask {ask_id} has no row" for ask_id in people.acknowledged if ask_id not in asked]
    statuses = dict(Ask.objects.values_list("pk", "status").order_by("pk"))
    for ask_id, end in people.ends.items():
        if statuses[ask_id] in OPEN:
            verdict.lost.append(f"the end {end} of ask {ask_id}")


def _count_step(verdict: Verdict, step: AskStep, copies: list[Copy], now: datetime) -> None:
    verdict.steps[step.state] += 1
    there = f"{step.step} of {step.ask_id} ({step.state}, {step.ask.status})"
    due = step.state == "planned" and step.due_at <= now
    if due or step.state in {"claimed", "data"}:
        verdict.stuck.append(there)
    if step.state == "sent" and not copies:
        verdict.lost.append(f"{there} says it was sent")
    if step.state == "cancelled" and step.ask.status in OPEN:
        verdict.lost.append(f"{there} was dropped")
    if step.state == "failed" and not step.detail.startswith("550"):
        verdict.lost.append(f"{there} was given up: {step.detail}")
    if step.state == "uncertain":
        verdict.uncertain += 1
        if step.ambiguous != 2:
            verdict.unexplained.append(f"{there} is uncertain after {step.ambiguous}")
    if step.state == "sent" and step.step == "ask" and step.ask.begun_at is None and step.ask.status in OPEN:
        verdict.stuck.append(f"{there} went out and its days did not begin")


def _count_copies(
    verdict: Verdict,
    copies: dict[str, list[Copy]],
    known: set[str],
    breaker: Breaker,
    workers: Workers,
    clock: Clock,
) -> None:
    verdict.copies_max = max(map(len, copies.values()), default=0)
    for message_id, each in copies.items():
        if message_id not in known:
            verdict.unexplained.append(f"{message_id} belongs to no row")
        verdict.twice += len(each) > 1
        for first in each[:-1]:
            if not _explained(first, breaker, workers, clock):
                verdict.unexplained.append(f"{message_id} came again after {first}")


def _explained(copy: Copy, breaker: Breaker, workers: Workers, clock: Clock) -> bool:
    begin, finish = copy.begun - 1, copy.kept + _WINDOW
    killed = workers.killed.get(copy.worker)
    return (
        copy.mood in IN_DOUBT
        or (killed is not None and begin <= killed <= finish)
        or any(begin <= moment <= finish for moment in (*breaker.restarts, *workers.pool_killed(copy.worker)))
        or clock.moved_within(begin, finish)
    )


def _count_begun_after_the_end(verdict: Verdict, steps: list[AskStep], copies: dict[str, list[Copy]]) -> None:
    """By the story that the database wrote: no DATA of a letter to a referee after the end of her ask."""
    ended: dict[UUID, int] = {}
    begun: Counter[UUID] = Counter()
    to_referee = {step.pk: step for step in steps if step.step in LETTER_STEPS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, ask_id, step_id, what FROM chaos.story ORDER BY seq")
        for seq, ask_id, step_id, what in cursor.fetchall():
            if what in _CLOSED:
                ended.setdefault(ask_id, seq)
            elif what == "data":
                begun[step_id] += 1
                if step_id in to_referee and ask_id in ended:
                    verdict.after_stop.append(f"{to_referee[step_id].step} of {ask_id}")
    for step in steps:
        if len(copies.get(step.message_id, [])) > begun[step.pk]:
            verdict.after_stop.append(f"{step.step} of {step.ask_id}: more letters than were begun")


def _count_caps(verdict: Verdict) -> None:
    sent: dict[str, list[datetime]] = defaultdict(list)
    rows = AskStep.objects.filter(step__in=LETTER_STEPS, state="sent").annotate(
        mailbox=F("ask__referee__mailbox")
    )
    for mailbox, sent_at in rows.values_list("mailbox", "sent_at").order_by("sent_at"):
        sent[mailbox].append(sent_at)
    for mailbox, moments in sent.items():
        for first, fourth in zip(moments, moments[LETTERS:], strict=False):
            if fourth - first < timedelta(days=30):
                verdict.over_cap.append(f"{mailbox}: {LETTERS + 1} letters from {first}")
