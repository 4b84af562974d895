"""What is learned of referrals from results that came after them."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from tests.scoring.histories import a_claim, a_referral
from vetting.scoring import aftermath
from vetting.scoring.aftermath import Referred, learned_shift
from vetting.scoring.calibration import Calibration, calibrate
from vetting.scoring.weights import PUBLISHED

SAID = date(2025, 6, 1)
BELIEVED = [a_referral(f"p{number}", clients_verified=60) for number in range(12)]
WORD = Referred(referrals=BELIEVED, last_on=SAID)


def people(count, *, reach, later=4, earlier=0, seed=1):
    """`reach` of the results verified after SAID reach their goal, and of as many before it as are asked for."""
    random = np.random.default_rng(seed)
    days = [SAID + timedelta(days=10 + number) for number in range(later)]
    days += [SAID - timedelta(days=10 + number) for number in range(earlier)]
    return {
        f"{seed} {person}": [
            a_claim(
                f"{seed} {person} {number}",
                achieved=115.0 if random.random() < reach else 100.0,
                cluster=f"{seed} {person} {number}",
                verified_on=day,
            )
            for number, day in enumerate(days)
        ]
        for person in range(count)
    }


def shift(claims, referred):
    found = learned_shift(claims, dict.fromkeys(referred, WORD), PUBLISHED)
    return found.shift


def test_who_did_better_after_the_word_than_others_makes_it_count_for_more():
    others = people(300, reach=0.5, seed=2)
    for reach, least, most in ((0.75, 0.2, 0.3), (0.25, 0.0, 0.1)):
        found = learned_shift(
            (well := people(100, reach=reach)) | others, dict.fromkeys(well, WORD), PUBLISHED
        )
        assert least < found.shift < most
        assert (found.n, found.low <= found.shift <= found.high) == (100, True)


def test_who_had_done_well_before_the_word_was_no_discovery_of_the_peer():
    """The same later results speak less for the word where the earlier ones had shown as much."""
    others = people(300, reach=0.5, seed=2)
    unknown, known = people(100, reach=0.75), people(100, reach=0.75, earlier=8)
    assert shift(known | others, known) < shift(unknown | others, unknown) - 0.02


def test_nothing_is_learned_where_no_word_that_counts_was_followed_by_a_result():
    claims = people(3, reach=1.0)
    idle = Referred(referrals=[a_referral("p", clients_verified=0)], last_on=SAID)
    late = Referred(
        referrals=BELIEVED, last_on=SAID + timedelta(days=13)
    )  # the day of the last result is no later one
    for referred in ({}, dict.fromkeys(claims, idle), dict.fromkeys(claims, late), {"nobody": WORD}):
        assert learned_shift(claims, referred, PUBLISHED) is None
        assert calibrate(claims, referred).constants.referral_shift == PUBLISHED.referral_shift


def test_of_those_without_a_word_a_sample_is_enough_and_always_the_same(monkeypatch):
    monkeypatch.setattr(aftermath, "OTHERS", 20)
    referred, others = people(5, reach=1.0), people(40, reach=0.5, seed=2)
    backwards = dict(reversed((referred | others).items()))
    assert shift(referred | others, referred) == shift(backwards, referred)
    sampled = shift(referred | others, referred)
    assert sampled != shift(referred, referred)
    monkeypatch.setattr(aftermath, "OTHERS", 40)
    assert sampled != shift(referred | others, referred)


def test_a_calibration_holds_it_and_is_another_version_with_other_words():
    claims = people(20, reach=0.9) | people(60, reach=0.5, seed=2)
    referred = {person: WORD for person in claims if person.startswith("1 ")}
    found = calibrate(claims, referred)
    assert found.referrals is not None
    assert found.constants.referral_shift == found.referrals.shift
    assert Calibration.of_plain(json.loads(json.dumps(found.plain()))) == found
    turned = {
        person: replace(said, referrals=said.referrals[::-1]) for person, said in reversed(referred.items())
    }
    assert calibrate(claims, turned) == found
    fewer = dict(list(referred.items())[:-1])
    versions = {calibrate(claims, each).constants.version for each in (referred, fewer, {})}
    assert len(versions) == 3
