"""What will happen, as plain values: written before the curtain rises, played by `play`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from vetting.engagements.actions import Aim, Work
from vetting.management.demo.clients import Client, Contact
from vetting.management.demo.people import Person
from vetting.outcomes.actions import Result
from vetting.outcomes.questionnaire import Answers
from vetting.referrals.rules import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What one reader does: `kind` is answer, decline, stop, silence or gone (the mailbox refuses letters).

    She does it `after` the letter of that step has come, or `at` that moment where one is given.
    """

    kind: str
    step: str = "ask"
    after: timedelta = timedelta(hours=6)
    at: datetime | None = None
    reason: str = ""


SILENCE = Reaction(kind="silence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A goal put before the client, and the client's word on it."""

    to: Contact
    at: datetime
    reaction: Reaction
    accepts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What the client is asked again at one wave: the number by then, or the code of an answer without one."""

    reaction: Reaction
    number: Decimal
    still: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A result put before somebody at the client. `answers` is empty where no answer will come.

    `later` is what becomes of a confirmed one, wave by wave.
    """

    to: Contact
    at: datetime
    reaction: Reaction
    answers: Answers | None = None
    later: tuple[Later, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`questions`: the first is asked; each further one only where those before were not answered."""

    result: Result
    at: datetime
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalPart:
    aim: Aim
    drafted_at: datetime
    proposal: Proposal | None = None
    report: Report | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One engagement. `withdrawn_at` where the consultant takes it back."""

    client: Client
    work: Work
    declared_at: datetime
    goals: tuple[GoalPart, ...]
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One peer asked to say what she saw. `words` is empty where no answer will come."""

    to: Person
    at: datetime
    reaction: Reaction
    words: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfWord:
    kind: str
    text: str
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One consultant's whole history. `is_listed` is false for a profile never submitted.

    `skill` is the truth behind the results, in standard deviations: played by nobody, known to tests.
    """

    person: Person
    field: str
    details: dict[str, object]
    self_words: tuple[SelfWord, ...]
    joined_at: datetime
    skill: float
    pieces: tuple[Piece, ...]
    requests: tuple[Request, ...] = ()
    is_listed: bool = True
    pauses_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    opens: datetime
    closes: datetime
    last_post: datetime
    parts: tuple[Part, ...]
