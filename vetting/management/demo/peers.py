"""Who refers to whom: peers are asked, mostly within one field, and mostly those who have seen something to tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from vetting.management.demo.answers import react
from vetting.management.demo.market import Field, field_of
from vetting.management.demo.people import Person, Register, dice
from vetting.management.demo.plans import at_work
from vetting.management.demo.script import Part, Request
from vetting.referrals.rules import Words
from vetting.referrals.states import RELATIONS

_TEMPERS = {"prompt": 48, "slow": 30, "silent": 13, "declining": 7, "gone": 2}


def with_requests(
    part: Part, others: Sequence[Part], *, seed: str, closes: datetime, register: Register
) -> Part:
    """The part with the peers she asks: colleagues with a profile, or people from outside the platform."""
    rng = dice(seed, "peers", part.person.email)
    near = [other for other in others if other.field == part.field and other is not part]
    far = [other for other in others if other.field != part.field]
    requests: list[Request] = []
    for _ in range(rng.choices([0, 1, 2, 3, 4], weights=[38, 30, 19, 9, 4])[0]):
        pool = near if near and rng.random() < 0.75 else far
        if rng.random() < 0.2:
            to = register.person(rng, part.person.country)
        else:
            to = rng.choice(pool).person
        if to not in [request.to for request in requests]:
            requests.append(_request(rng, part, to, closes))
    return replace(part, requests=tuple(requests))


def _request(rng: Random, part: Part, to: Person, closes: datetime) -> Request:
    days = max(2, (closes - part.joined_at).days)
    at = at_work(rng, part.joined_at + timedelta(days=rng.randint(1, days)))
    reaction = react(rng, rng.choices(list(_TEMPERS), weights=list(_TEMPERS.values()))[0])
    # Whoever saw little to praise tends not to write.
    if reaction.kind == "answer" and rng.random() > 0.75 + 0.2 * part.skill:
        reaction = replace(reaction, kind="decline")
    words = _words(rng, part, field_of(part.field), at) if reaction.kind == "answer" else None
    return Request(to=to, at=at, reaction=reaction, words=words)


def _words(rng: Random, part: Part, field: Field, at: datetime) -> Words:
    first = at.year - rng.randint(1, 6)
    return Words(
        relation=rng.choices(RELATIONS, weights=[55, 12, 13, 20])[0],
        skill=rng.choice(field.skills),
        saw=part.person.told(rng.choice(field.saw)),
        seen_from=first,
        seen_to=rng.randint(first, at.year),
        gets_fee=rng.random() < 0.04,
    )
