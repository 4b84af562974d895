"""What becomes of a confirmed number three, six and twelve months later, and whether its client says so."""

from dataclasses import replace
from decimal import Decimal
from random import Random

from vetting.management.demo import figures
from vetting.management.demo.answers import Said, react
from vetting.management.demo.clients import Contact
from vetting.management.demo.people import dice
from vetting.management.demo.script import Later, Reaction
from vetting.outcomes.questionnaire import Answers
from vetting.outcomes.states import WAVES

_VERIFIED = ("confirm", "correct")


def written(
    said: Said, answers: Answers, contact: Contact, *, about: tuple[object, ...]
) -> tuple[Later, ...]:
    """One for each wave; empty where nothing was confirmed. `about` tells this result from all others.

    Chance of its own, so that what follows a result changes nothing of what went before.
    """
    if answers.result_verdict not in _VERIFIED:
        return ()
    rng = dice("later", said.consultant.email, *about)
    confirmed = said.reported if answers.result_value is None else answers.result_value
    holding = figures.draw_holding(rng, dice("holding", said.consultant.email).gauss(0, 1))
    return tuple(_later(rng, said.goal, confirmed, holding, contact) for _ in WAVES)


def _later(rng: Random, goal: figures.Goal, confirmed: Decimal, holding: float, contact: Contact) -> Later:
    part = float((confirmed - goal.baseline) / (goal.target - goal.baseline))
    left = figures.left_of(rng, holding)
    number = confirmed if left == 1.0 or part <= 0 else goal.at(part * left)
    chance = rng.random()
    still = "cannot_say" if chance < 0.05 else "not_measured" if chance < 0.08 else ""
    return Later(reaction=_once(react(rng, contact.temper)), number=number, still=still)


def _once(reaction: Reaction) -> Reaction:
    """Of the two reminders of other questions these have the second."""
    return replace(reaction, step="reminder_11") if reaction.step == "reminder_4" else reaction
