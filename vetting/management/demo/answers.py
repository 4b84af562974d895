"""How the people who are asked answer: whether at all, when, and what they say of the numbers."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from vetting.management.demo.clients import Client, Contact
from vetting.management.demo.figures import Goal
from vetting.management.demo.market import WORDS
from vetting.management.demo.people import Person
from vetting.management.demo.script import SILENCE, Reaction
from vetting.outcomes.questionnaire import SHARES, Answers
from vetting.search.actions import TRANSFERRED

_STEPS = ("ask", "reminder_4", "reminder_11")
# In parts of a hundred: at the first letter, at the reminders, or never.
_PATIENCE = {"prompt": (82, 12, 3, 3), "slow": (26, 40, 22, 12), "silent": (3, 4, 3, 90)}


def react(rng: Random, temper: str) -> Reaction:
    """What somebody of that temper (a key of clients.TEMPERS) does with a letter."""
    if temper == "gone":
        return Reaction(kind="gone")
    after = timedelta(minutes=rng.randint(20, 60 * 70))
    if temper == "stopping":
        return Reaction(kind="stop", after=after)
    if temper == "declining":
        return Reaction(kind="decline", after=after, reason=rng.choice(WORDS["declined"]))
    step = rng.choices((*_STEPS, ""), weights=_PATIENCE[temper])[0]
    if not step:
        return SILENCE
    if rng.random() < 0.03:
        return Reaction(kind="decline", step=step, after=after, reason=rng.choice(WORDS["declined"]))
    return Reaction(kind="answer", step=step, after=after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the consultant reported, and what was so."""

    goal: Goal
    reported: Decimal
    true: Decimal
    preregistered: bool
    transfer: int
    consultant: Person


def answer(
    rng: Random, contact: Contact, client: Client, said: Said, *, verdict: str | None = None
) -> Answers:
    """The whole answer, with that verdict on the result where one is given.

    Strict clients correct and take off; lenient ones confirm and add on.
    """
    if verdict is None:
        verdict, value = _on_result(rng, client, said)
    else:
        value = said.true if verdict == "correct" else None
    baseline, start = _on_baseline(rng, client, said, verdict)
    given = Answers(
        worked_together=True,
        role=contact.role,
        interests=_ties(rng),
        baseline_verdict=baseline,
        baseline_value=start,
        result_verdict=verdict,
        result_value=value,
        shares=_share(rng, client),
        goal_before=_goal_before(rng, said),
        transfer=_transfer(rng, client, said),
        hire_again=_hire_again(rng, verdict, said),
        publish=_publish(rng, client),
    )
    return replace(given, comment=_comment(rng, given, said))


def _on_result(rng: Random, client: Client, said: Said) -> tuple[str, Decimal | None]:
    if rng.random() < 0.025:
        return "cannot_say", None
    if said.reported == said.true:
        # A strict client now and then counts otherwise, and a little less.
        if rng.random() < 0.03 + 0.09 * max(client.strictness, 0.0):
            return _corrected(said, said.goal.at(_part(said.goal, said.true) - rng.uniform(0.05, 0.25)))
        return "confirm", None
    if rng.random() < 0.25 - 0.75 * client.strictness - 0.25 * (client.strictness > 0):
        return "confirm", None
    if rng.random() < 0.3:
        return "wrong", None
    return _corrected(said, said.true)


def _corrected(said: Said, value: Decimal) -> tuple[str, Decimal | None]:
    return ("confirm", None) if value == said.reported else ("correct", value)


def _part(goal: Goal, value: Decimal) -> float:
    return float((value - goal.baseline) / (goal.target - goal.baseline))


def _on_baseline(rng: Random, client: Client, said: Said, verdict: str) -> tuple[str, Decimal | None]:
    if rng.random() < 0.05:
        return "cannot_say", None
    if verdict == "confirm" and rng.random() < 0.02 + 0.04 * max(client.strictness, 0.0):
        # The start was a little better than said.
        value = said.goal.at(rng.uniform(0.04, 0.12))
        if value != said.goal.baseline:
            return "correct", value
    return "confirm", None


def _ties(rng: Random) -> tuple[str, ...]:
    return (rng.choice(("employee", "fee", "owner")),) if rng.random() < 0.012 else ()


def _share(rng: Random, client: Client) -> str:
    if rng.random() < 0.06:
        return ""
    middle = 2.6 - 1.1 * client.strictness + rng.gauss(0, 0.8)
    return list(SHARES)[max(0, min(len(SHARES) - 1, round(middle)))]


def _goal_before(rng: Random, said: Said) -> str:
    if rng.random() < 0.08:
        return "unknown"
    return "yes" if said.preregistered or rng.random() < 0.6 else "no"


def _transfer(rng: Random, client: Client, said: Said) -> int | None:
    if rng.random() < 0.12:
        return None
    if client.strictness < -0.6:
        return min(4, said.transfer + 1)
    return said.transfer


def _hire_again(rng: Random, verdict: str, said: Said) -> str:
    if rng.random() < 0.1:
        return "cannot_say"
    satisfied = 0.1 if verdict == "wrong" else 0.92 if _part(said.goal, said.true) >= 0.75 else 0.55
    return "yes" if rng.random() < satisfied else "no"


def _publish(rng: Random, client: Client) -> str:
    return client.publish if rng.random() < 0.85 else rng.choice(("named", "sector"))


def _comment(rng: Random, given: Answers, said: Said) -> str:
    if rng.random() > 0.3 or given.result_verdict == "cannot_say":
        return ""
    met = _part(said.goal, said.true) >= 1
    kind = {"correct": "corrected", "wrong": "wrong"}.get(given.result_verdict, "met" if met else "missed")
    words: list[str] = WORDS["comments"][kind]
    if kind == "met" and given.transfer is not None and given.transfer >= TRANSFERRED:
        words = [*words, *WORDS["comments"]["taught"]]
    return said.consultant.told(rng.choice(words))
