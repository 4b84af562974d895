"""What would narrow the interval, against the plain sum over all answers."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given

from tests.scoring.histories import (
    DAY,
    a_claim,
    a_referral,
    by_dimension,
    circles,
    histories,
    properties,
    rows,
    told,
)
from vetting.scoring.narrowing import narrowing
from vetting.scoring.posterior import masses
from vetting.scoring.score import score
from vetting.scoring.weights import PERSISTENCE, RESULTS

# What a claim that asks for the usual change must have achieved to fall into each category.
REACHED = (-0.5, 0.1, 0.5, 0.8, 1.0)


def width(claims, referrals=()):
    composite = score(claims, referrals, on=DAY).composite
    return composite.high - composite.low


def kind(steps, **wanted):
    (found,) = [step for step in steps if all(getattr(step, name) == value for name, value in wanted.items())]
    return found


PLAIN = {"level": 3, "preregistered": True, "answered": False, "follow_up": False}


@pytest.mark.parametrize("cluster", ["client of a", "somebody new"])
def test_it_is_the_mean_of_the_widths_after_every_answer(cluster):
    """Said again with score itself: the claim is added in each of its five categories, weighed by its chance."""
    history = [a_claim("a"), a_claim("b", achieved=106.0, transfer=2)]
    chances = masses(rows(by_dimension(told(*history), RESULTS)).sum(axis=0))
    expected = 0.0
    for part in REACHED:
        more = a_claim("z", achieved=100.0 + 15.0 * part, cluster=cluster)
        chance = float(np.exp(rows(told(more))[0]) @ chances)
        expected += chance * width([*history, more])
    step = kind(narrowing(history, [], on=DAY), same_client=cluster == "client of a", **PLAIN)
    assert step.width == pytest.approx(expected, abs=1e-9)
    assert step.narrower == pytest.approx(1 - expected / width(history), abs=1e-9)


def test_best_first_and_what_is_said_of_it():
    steps = narrowing([a_claim()], [a_referral()], on=DAY)
    assert [step.narrower for step in steps] == sorted((step.narrower for step in steps), reverse=True)
    assert len(steps) == 25
    assert steps[0].words == (
        "A result at another client, confirmed by the client and by a document or a second person there (E4), "
        "goal agreed beforehand, with the gain in money and what was learnt answered"
    )
    assert kind(steps, follow_up=True).words == (
        "What is left of a confirmed result after six months, said by its client"
    )
    assert kind(steps, same_client=True, **PLAIN).words == (
        "A result at a client who has confirmed before, numbers confirmed by the client (E3), goal agreed beforehand"
    )


def test_more_said_narrows_more():
    steps = narrowing([a_claim()], [], on=DAY)
    one = kind(steps, same_client=False, **PLAIN)
    assert one.narrower > kind(steps, same_client=True, **PLAIN).narrower
    assert one.narrower > kind(steps, same_client=False, **PLAIN | {"preregistered": False}).narrower
    assert one.narrower > kind(steps, same_client=False, **PLAIN | {"level": 2}).narrower
    assert one.narrower < kind(steps, same_client=False, **PLAIN | {"answered": True}).narrower


def test_without_a_client_there_is_none_to_ask_again_and_nothing_that_could_hold():
    steps = narrowing([a_claim(level=0)], [], on=DAY)
    assert {(step.same_client, step.follow_up) for step in steps} == {(False, False)}
    weak = narrowing([a_claim(level=1, vouches_elsewhere=False, achieved=99.0)], [], on=DAY)
    assert {(step.same_client, step.follow_up) for step in weak} == {(False, False)}


@pytest.mark.parametrize(
    "changes",
    [{"achieved": 103.0}, {"rejected": True}, {"sustained_6m": 110.0}],
    ids=["little", "refused", "known"],
)
def test_a_follow_up_is_of_something_that_could_hold_and_is_not_known(changes):
    asked = [step for step in narrowing([a_claim(**changes)], [], on=DAY) if step.follow_up]
    assert asked == []


def test_a_follow_up_is_the_mean_as_well():
    claim = a_claim(verified_on=DAY - timedelta(days=1))
    chances, expected = masses(np.zeros(161)), 0.0
    for left in (-0.5, 0.1, 0.5, 0.8, 1.0):
        later = replace(claim, sustained_6m=100.0 + 15.0 * left, verified_on=DAY)
        seen = replace(by_dimension(told(later), PERSISTENCE), weight=np.ones(1))
        chance = float(np.exp(rows(seen)[0]) @ chances)
        before = score([claim], [], on=DAY).dimensions["results"]
        after = score([later], [], on=DAY).dimensions["persistence"]
        empty = score([], [], on=DAY).dimensions["money"]
        expected += chance * (
            0.4 * (before.high - before.low)
            + 0.45 * (empty.high - empty.low)
            + 0.15 * (after.high - after.low)
        )
    step = kind(narrowing([claim], [], on=DAY), follow_up=True)
    assert step.width == pytest.approx(expected, abs=1e-9)


@properties  # one case an example: each is the work of thirty scores
@given(histories(max_size=4), circles(max_size=2))
def test_whatever_is_known_every_step_is_a_finite_part(history, referrals):
    for step in narrowing(history, referrals, on=DAY):
        assert -1.0 < step.narrower < 1.0
        assert step.width > 0.0
