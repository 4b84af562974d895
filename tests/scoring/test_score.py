"""The score of a person as a whole."""

import math
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from tests.scoring.histories import DAY, a_claim, a_referral
from vetting.scoring.score import Contribution, ScoringError, score
from vetting.scoring.weights import PUBLISHED, VERSION

DIMENSIONS = ["results", "money", "transfer", "persistence"]


def test_an_empty_history_is_the_prior():
    empty = score([], [], on=DAY)
    assert (empty.version, empty.counted, empty.contributions) == (VERSION, 0, ())
    assert list(empty.dimensions) == DIMENSIONS
    for known in (empty.composite, *empty.dimensions.values()):
        assert (known.mean, known.reliability, known.n) == (0.0, 0.0, 0)
        assert known.low == pytest.approx(-1.2815, abs=1e-4)
        assert known.high == pytest.approx(1.2815, abs=1e-4)


def test_one_success_moves_its_own_dimension_and_two_fifths_of_that_the_composite():
    scored = score([a_claim()], [], on=DAY)
    assert scored.dimensions["results"].mean == pytest.approx(0.3385, abs=5e-5)
    assert scored.composite.mean == pytest.approx(0.4 * scored.dimensions["results"].mean, abs=1e-12)
    assert scored.dimensions["money"] == score([], [], on=DAY).dimensions["money"]
    assert [known.n for known in scored.dimensions.values()] == [1, 0, 0, 0]
    assert (scored.counted, scored.composite.n) == (1, 1)
    assert scored.contributions == (
        Contribution(
            key="a",
            dimension="results",
            value=pytest.approx(scored.composite.mean, abs=1e-12),
            reason="Reached 100 % of a goal set beforehand; numbers confirmed or corrected by the client (E3).",
        ),
    )


def test_the_composite_is_the_published_sum():
    claim = a_claim(fee=1.0, money=5.0, transfer=4, sustained_6m=115.0, sustained_12m=90.0)
    scored = score([claim], [], on=DAY)
    shares = dict(zip(DIMENSIONS, (0.4, 0.25, 0.2, 0.15), strict=True))
    for figure in ("mean", "sd", "low", "high"):
        expected = sum(share * getattr(scored.dimensions[name], figure) for name, share in shares.items())
        assert getattr(scored.composite, figure) == pytest.approx(expected, abs=1e-14)
    assert scored.composite.reliability == pytest.approx(
        1 - (scored.composite.sd / score([], [], on=DAY).composite.sd) ** 2, abs=1e-14
    )
    assert [known.n for known in scored.dimensions.values()] == [1, 1, 1, 1]


def test_two_follow_up_readings_are_one_line():
    scored = score([a_claim(sustained_6m=115.0, sustained_12m=120.0)], [], on=DAY)
    assert [(line.key, line.dimension) for line in scored.contributions] == [
        ("a", "results"),
        ("a", "persistence"),
    ]
    assert scored.dimensions["persistence"].n == 1


def test_equal_evidence_has_equal_parts():
    first, second = score([a_claim("a"), a_claim("b")], [], on=DAY).contributions
    assert first.value == pytest.approx(second.value, abs=1e-15)


def test_what_ranks_is_surer_for_more_of_the_same():
    few = score([a_claim(str(n), achieved=100.0 + 15.0 * (n % 2)) for n in range(4)], [], on=DAY)
    many = score([a_claim(str(n), achieved=100.0 + 15.0 * (n % 2)) for n in range(40)], [], on=DAY)
    assert many.composite.low > few.composite.low
    assert many.composite.reliability > few.composite.reliability
    assert many.composite.sd < few.composite.sd


def test_an_easy_target_earns_less_and_a_bold_one_more():
    easy, usual, bold = (
        score([a_claim(target=target, achieved=target)], [], on=DAY).composite.mean
        for target in (101.5, 115.0, 145.0)
    )
    assert 0.0 < easy < usual < bold


def test_old_evidence_counts_less():
    fresh, old = (
        score([a_claim(verified_on=DAY - timedelta(days=days))], [], on=DAY).composite.mean
        for days in (0, 3650)
    )
    assert 0.0 < old < fresh


def test_what_the_consultant_says_is_named_and_adds_nothing():
    scored = score([a_claim(level=0)], [], on=DAY)
    assert scored.contributions == (
        Contribution(
            key="a",
            dimension="results",
            value=0.0,
            reason="Said by the consultant only (E0): counts nothing.",
        ),
    )
    assert (scored.counted, scored.composite) == (0, score([], [], on=DAY).composite)


def test_referrals_shift_every_dimension_and_stand_in_the_ledger_by_their_credit():
    scored = score(
        [a_claim()],
        [a_referral("p"), a_referral("q", clients_verified=1), a_referral("r", clients_verified=0)],
        on=DAY,
    )
    lines = {line.key: line for line in scored.contributions}
    assert [lines[key].dimension for key in "pqr"] == ["referral", "referral", "referral"]
    assert lines["p"].value == pytest.approx(2 * lines["q"].value, abs=1e-15)
    assert lines["q"].value > 0.0
    assert lines["r"].value == 0.0
    plain = score([a_claim()], [], on=DAY)
    assert all(scored.dimensions[name].mean > plain.dimensions[name].mean for name in DIMENSIONS)


def test_referrals_alone_move_the_start_and_remove_no_uncertainty():
    scored = score([], [a_referral(str(number), clients_verified=1000) for number in range(200)], on=DAY)
    assert 0.2999 < scored.referral.shift < 0.3
    assert scored.composite.mean == pytest.approx(0.3, abs=3e-3)
    assert scored.composite.reliability == 0.0


def test_the_ledger_stands_in_order_of_verification():
    claims = [
        a_claim("late"),
        a_claim("early", verified_on=DAY - timedelta(days=9)),
        a_claim("said", level=0, verified_on=DAY - timedelta(days=90)),
    ]
    scored = score(claims, [a_referral("z"), a_referral("b")], on=DAY)
    assert [line.key for line in scored.contributions] == ["early", "late", "said", "b", "z"]


def test_of_one_client_the_first_verified_counts_whole():
    """Were the weaker one discounted instead, a further success could lower the score."""
    earlier = DAY - timedelta(days=1)
    claims = [
        a_claim("strong", level=4, cluster="x"),
        a_claim("weak", level=1, cluster="x", verified_on=earlier),
    ]
    reasons = {line.key: line.reason for line in score(claims, [], on=DAY).contributions}
    assert reasons["strong"].endswith("; counts 70 % because it is number 2 of one client.")
    assert reasons["weak"].endswith("(E1).")


def test_other_constants_are_used_and_named():
    other = replace(PUBLISHED, version="other", fabrication=(1.0, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9), drift=0.0)
    scored = score([a_claim()], [], on=DAY, constants=other)
    assert scored.version == "other"
    assert scored.composite.mean > score([a_claim()], [], on=DAY).composite.mean


def test_the_same_claim_twice_is_once():
    assert score([a_claim(), a_claim()], [a_referral(), a_referral()], on=DAY) == score(
        [a_claim()], [a_referral()], on=DAY
    )


@pytest.mark.parametrize(
    ("claims", "referrals", "field", "key"),
    [
        ([a_claim("x"), a_claim("x", achieved=110.0, level=4)], [], "achieved", "x"),
        ([], [a_referral("y"), a_referral("y", reciprocal=True)], "reciprocal", "y"),
    ],
)
def test_two_different_pieces_of_evidence_under_one_key_are_refused(claims, referrals, field, key):
    with pytest.raises(ScoringError) as caught:
        score(claims, referrals, on=DAY)
    assert (caught.value.field, caught.value.key) == (field, key)
    assert caught.value.message == "is given twice under one key, and differs"


def test_evidence_from_the_future_is_refused():
    with pytest.raises(ScoringError) as caught:
        score([a_claim("x", verified_on=DAY + timedelta(days=1), level=0)], [], on=DAY)
    assert (caught.value.field, caught.value.key) == ("verified_on", "x")
    assert caught.value.message == "lies after the day of the score"


def test_a_score_is_of_a_day():
    with pytest.raises(ScoringError) as caught:
        score([], [], on=datetime(2026, 3, 1, 12, 0))  # noqa: DTZ001 - refused
    assert (caught.value.field, caught.value.key) == ("on", "")


def test_numbers_that_cannot_be_divided_are_refused():
    with pytest.raises(ScoringError) as caught:
        score([a_claim("x", fee=1e-300, money=1e300)], [], on=DAY)
    assert (caught.value.field, caught.value.key) == ("money", "x")


def test_two_thousand_results_are_still_resolved_and_add_up():
    claims = [a_claim(str(number), achieved=115.0 if number % 3 else 95.0, level=4) for number in range(2000)]
    scored = score(claims, [], on=DAY)
    results = scored.dimensions["results"]
    assert 0.05 < results.sd < 0.06
    # A cell of the grid is nearly as wide as sd by now: the interval is too wide, by a twentieth.
    assert 1.0 < (results.high - results.low) / (2.5631 * results.sd) < 1.06
    moved = scored.composite.mean - score([], [], on=DAY).composite.mean
    assert math.fsum(line.value for line in scored.contributions) == pytest.approx(moved, abs=1e-9)


def test_the_scale_needs_numpy_and_nothing_of_django():
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, vetting.scoring.score; print([m for m in sys.modules if m.split('.')[0] in ('django', 'celery')])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"


def test_reading_a_score_twice_gives_the_same_bits():
    claims = [a_claim(str(number), achieved=100.0 + number) for number in range(20)]
    assert score(claims, [], on=DAY) == score(claims[::-1], [], on=DAY)
    assert np.isfinite([line.value for line in score(claims, [], on=DAY).contributions]).all()
