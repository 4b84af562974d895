"""What the scale promises whatever the evidence: docs/explanation/scoring.md lists these properties."""

import math
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import pairwise
from operator import neg

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.scoring.histories import (
    DAY,
    a_claim,
    by_dimension,
    circles,
    claims,
    failures,
    histories,
    promises,
    rows,
    successes,
    told,
)
from vetting.scoring.evidence import Claim, Direction, PeerReferral, attainment
from vetting.scoring.posterior import Posterior
from vetting.scoring.readings import category
from vetting.scoring.score import Score, ScoringError, on_scale, score
from vetting.scoring.weights import MONEY, PUBLISHED, RESULTS

ROUNDING = 1e-9


def standings(scored: Score) -> list[Posterior]:
    return [scored.composite, *scored.dimensions.values()]


def assert_nowhere_lower(after: Score, before: Score) -> None:
    for higher, lower in zip(standings(after), standings(before), strict=True):
        assert higher.mean >= lower.mean - ROUNDING
        assert higher.low >= lower.low - ROUNDING
        assert higher.high >= lower.high - ROUNDING


def figures(scored: Score) -> np.ndarray:
    return np.array([[known.mean, known.sd, known.low, known.high] for known in standings(scored)])


@promises(histories(), circles(), successes)
def test_a_further_success_lowers_nothing(history, referrals, success):
    assert_nowhere_lower(score([*history, success], referrals, on=DAY), score(history, referrals, on=DAY))


@promises(histories(), circles(), failures)
def test_a_further_failure_raises_nothing(history, referrals, failure):
    assert_nowhere_lower(score(history, referrals, on=DAY), score([*history, failure], referrals, on=DAY))


WAVES = st.lists(st.sampled_from(["sustained_6m", "sustained_12m"]), min_size=1, max_size=2, unique=True)


def later(claim: Claim, waves: list[str], left: float) -> Claim:
    """The same result, of whose change that part was left at those waves."""
    value = claim.baseline + (claim.achieved - claim.baseline) * left
    return replace(claim, **dict.fromkeys(waves, value))


@promises(histories(), circles(), claims(key="asked again"), WAVES, st.integers(0, 100), st.integers(1, 100))
def test_what_held_lowers_nothing_and_what_is_gone_raises_nothing(
    history, referrals, claim, waves, more, less
):
    """Against silence at the same wave, whatever the other wave said, and whatever the result itself was worth."""
    silent = replace(claim, **dict.fromkeys(waves, None))
    held, gone = later(silent, waves, 1 + more / 50), later(silent, waves, -less / 50)
    if claim.achieved == claim.baseline:
        held = gone = silent
    unasked = score([*history, silent], referrals, on=DAY)
    assert_nowhere_lower(score([*history, held], referrals, on=DAY), unasked)
    assert_nowhere_lower(unasked, score([*history, gone], referrals, on=DAY))


@promises(successes, failures)
def test_the_likelihood_of_a_success_rises_and_of_a_failure_falls_along_the_whole_grid(success, failure):
    """From which follows that every quantile moves the right way, not only the two that are shown."""
    for claim, sign in ((success, 1.0), (failure, -1.0)):
        likelihoods = rows(told(claim))
        assert (sign * np.diff(likelihoods, axis=1) >= -1e-12).all()


@promises(histories(), successes, st.integers(1, 4))
def test_a_success_counts_no_less_at_a_higher_level_or_with_a_goal_set_beforehand(history, success, level):
    # Only at the weakest level does it matter whether the source vouches for others.
    plain = replace(success, level=level, preregistered=False, vouches_elsewhere=True)
    steps = [plain, replace(plain, level=level + 1), replace(plain, level=level + 1, preregistered=True)]
    for weaker, stronger in pairwise(steps):
        assert_nowhere_lower(score([*history, stronger], [], on=DAY), score([*history, weaker], [], on=DAY))


@promises(histories(), circles(), st.lists(claims(levels=(0, 0)), min_size=1, max_size=5))
def test_what_the_consultant_says_moves_nothing(history, referrals, said):
    said = [replace(claim, key=f"said {number}") for number, claim in enumerate(said)]
    before, after = score(history, referrals, on=DAY), score([*said, *history], referrals, on=DAY)
    assert (after.dimensions, after.composite, after.counted) == (
        before.dimensions,
        before.composite,
        before.counted,
    )
    values = {line.key: line.value for line in after.contributions if line.key.startswith("said")}
    assert values == dict.fromkeys((claim.key for claim in said), 0.0)


@promises(histories(), circles(), circles(max_size=20), st.booleans())
def test_colluders_whom_no_client_verified_and_mutual_referrals_move_nothing(
    history, referrals, ring, mutual
):
    ring = [
        replace(
            peer,
            key=f"ring {number}",
            referrer=f"ring {number}",
            clients_verified=peer.clients_verified if mutual else 0,
            reciprocal=mutual,
        )
        for number, peer in enumerate(ring)
    ]
    before, after = score(history, referrals, on=DAY), score(history, [*referrals, *ring], on=DAY)
    assert (after.dimensions, after.composite, after.referral) == (
        before.dimensions,
        before.composite,
        before.referral,
    )
    assert {line.value for line in after.contributions if line.key.startswith("ring")} <= {0.0}


@promises(
    histories(max_size=4),
    st.lists(successes | claims(), min_size=1, max_size=4),
    st.sampled_from([1, 2, 10, 100]),
)
def test_a_hundred_fakes_of_the_weakest_level_move_no_dimension_by_more_than_two_fifths(
    history, fakes, number
):
    flood = [
        replace(
            fakes[copy % len(fakes)],
            key=f"fake {copy}",
            cluster=f"fake {copy}",
            level=1,
            vouches_elsewhere=False,
        )
        for copy in range(number)
    ]
    before = score(history, [], on=DAY)
    after = score([*history, *flood], [], on=DAY)
    assert max(abs(figures(after)[:, 0] - figures(before)[:, 0])) <= 0.40


@promises(histories(), circles(), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_the_same_twice_is_once(history, referrals, dice):
    expected = score(history, referrals, on=DAY)
    again, named_again = [*history, *history[-3:]], [*referrals, *referrals[:2]]
    dice.shuffle(again)
    dice.shuffle(named_again)
    assert score(again, named_again, on=DAY) == expected


@promises(histories(), circles(), successes | failures)
def test_what_is_removed_was_never_there(history, referrals, claim):
    before = score(history, referrals, on=DAY)
    score([*history, claim], referrals, on=DAY)
    assert score(history, referrals, on=DAY) == before


def with_values(claim: Claim, change: Callable[[float], float], **others: object) -> Claim:
    """The same claim with every value of its metric changed."""
    metric = ("baseline", "target", "achieved", "sustained_6m", "sustained_12m")
    values = {name: getattr(claim, name) for name in metric}
    changed = {name: None if value is None else change(value) for name, value in values.items()}
    return replace(claim, **changed, **others)


@promises(histories(), st.sampled_from([1e-6, 0.3048, 1.609344, 60.0, 1e9]))
def test_the_unit_of_a_metric_does_not_matter(history, factor):
    moved = [with_values(claim, lambda value: value * factor) for claim in history]
    assert figures(score(moved, [], on=DAY)) == pytest.approx(
        figures(score(history, [], on=DAY)), abs=ROUNDING
    )


@promises(histories())
def test_whether_a_metric_counts_up_or_down_does_not_matter(history):
    turned = [with_values(claim, neg, direction=Direction(-claim.direction)) for claim in history]
    assert figures(score(turned, [], on=DAY)).tolist() == figures(score(history, [], on=DAY)).tolist()


@promises(histories(), st.sampled_from([0.0067, 0.702804, 117.0, 1e6]))
def test_the_currency_does_not_matter(history, rate):
    changed = [
        replace(
            claim,
            fee=None if claim.fee is None else claim.fee * rate,
            money=None if claim.money is None else claim.money * rate,
        )
        for claim in history
    ]
    assert figures(score(changed, [], on=DAY)).tolist() == figures(score(history, [], on=DAY)).tolist()


@promises(histories(), st.sampled_from([-7.5, 273.15, 4000.0]))
def test_the_zero_point_of_a_metric_does_not_matter(history, offset):
    """The usual change is relative to the baseline, so it is said anew for the new zero: the same change."""
    moved = []
    for claim in history:
        usual = claim.usual_change * abs(claim.baseline) / abs(claim.baseline + offset)
        moved.append(with_values(claim, lambda value: value + offset, usual_change=usual))
    assert figures(score(moved, [], on=DAY)) == pytest.approx(figures(score(history, [], on=DAY)), abs=1e-8)


@promises(histories(max_size=12), circles())
def test_the_ledger_adds_up(history, referrals):
    scored = score(history, referrals, on=DAY)
    moved = scored.composite.mean - score([], [], on=DAY).composite.mean
    assert math.fsum(line.value for line in scored.contributions) == pytest.approx(moved, abs=1e-9)
    assert {line.key for line in scored.contributions} == {piece.key for piece in (*history, *referrals)}


@promises(histories(), st.sampled_from(["money", "transfer", "sustained_6m", "sustained_12m"]))
def test_silence_changes_nothing(history, unanswered):
    """Without an answer a dimension stays where no evidence leaves it, and no other dimension notices."""
    dimension = {"money": "money", "transfer": "transfer"}.get(unanswered, "persistence")
    answered = score(history, [], on=DAY)
    silent = score([replace(claim, **{unanswered: None}) for claim in history], [], on=DAY)
    for name in answered.dimensions:
        if name != dimension:
            assert silent.dimensions[name] == answered.dimensions[name]
    if dimension != "persistence":
        assert silent.dimensions[dimension] == score([], [], on=DAY).dimensions[dimension]


@promises(histories(), circles(), st.integers(0, 50), st.integers(1, 40))
def test_a_further_referral_lowers_nothing_and_all_of_them_shift_by_less_than_the_limit(
    history, referrals, clients, people
):
    peer = PeerReferral(
        key="the newest",
        referrer="somebody new",
        cluster="X",
        clients_verified=clients,
        referred_in_all=people,
        reciprocal=False,
    )
    before, after = score(history, referrals, on=DAY), score(history, [*referrals, peer], on=DAY)
    assert_nowhere_lower(after, before)
    assert 0.0 <= after.referral.shift < 0.3
    assert figures(score([], [peer], on=DAY))[:, 0].max() <= 0.3


@promises(claims(levels=(1, 5)))
def test_one_claim_is_bounded_by_the_chance_that_it_is_worthless(claim):
    readings = told(claim)
    made_up = np.array(PUBLISHED.made_up)[readings.category]
    bounds = readings.weight * -np.log(readings.fabrication * made_up)
    assert (np.ptp(rows(readings), axis=1) <= bounds).all()


@promises(successes | failures, st.integers(0, 20_000))
def test_old_evidence_never_flips(claim, days):
    nothing = score([], [], on=DAY)
    later = DAY.fromordinal(DAY.toordinal() + days)
    now, then = (figures(score([claim], [], on=on))[:, 0] - figures(nothing)[:, 0] for on in (DAY, later))
    assert (np.sign(np.round(then, 12)) == np.sign(np.round(now, 12))).all()


@promises(
    claims(doubtful=(False,), levels=(1, 5)), st.integers(-1000, 2000).filter(bool), st.integers(0, 100)
)
def test_a_smaller_share_is_never_read_as_a_larger_gain_nor_as_a_smaller_loss(claim, gain, percent):
    claim = replace(claim, fee=100.0, money=float(gain))
    whole, lesser = (told(replace(claim, share=share)) for share in (1.0, percent / 100))
    more, less = (by_dimension(readings, MONEY).category.item() for readings in (whole, lesser))
    assert less <= more
    assert (less == 0) is (claim.money < 0)
    assert lesser.dimension.tolist() == whole.dimension.tolist()
    others = whole.dimension != by_dimension(whole, MONEY).dimension.item()
    assert rows(lesser)[others].tolist() == rows(whole)[others].tolist()


@promises(histories(), circles())
def test_every_figure_is_one(history, referrals):
    scored = score(history, referrals, on=DAY)
    assert np.isfinite(figures(scored)).all()
    for known in standings(scored):
        assert known.low < known.high
        assert known.sd > 0.0
        assert 0.0 <= known.reliability < 1.0
        scale = on_scale(known)
        assert 0.0 < scale.low < scale.high < 100.0


NUMBERS = st.floats(width=64)


@promises(
    st.fixed_dictionaries(
        dict.fromkeys(("baseline", "target", "achieved", "usual_change", "share"), NUMBERS),
        optional=dict.fromkeys(("fee", "money", "sustained_6m", "sustained_12m"), NUMBERS),
    )
)
def test_any_number_is_either_scored_or_refused(numbers):
    """Warnings are errors here, so that no overflow passes in silence."""
    refusal = None
    try:
        scored = score([a_claim(**numbers)], [], on=DAY)
    except ScoringError as error:
        refusal = error
    if refusal is None:
        assert np.isfinite(figures(scored)).all()
    else:
        assert (refusal.key, refusal.field in numbers) == ("a", True)


@promises(
    st.integers(-1000, 1000), st.integers(1, 500), st.integers(-300, 300), st.integers(-50, 50), st.booleans()
)
def test_attainment_keeps_its_category_in_any_unit_from_any_zero(baseline, change, hundredths, zero, up):
    direction = Direction.UP if up else Direction.DOWN
    reached = hundredths / 100
    cuts = PUBLISHED.dimension(RESULTS).cuts
    for factor in (1.0, 1e-3, 7.3e5):
        start, goal, end = (
            factor * (value + zero)
            for value in (baseline, baseline + direction * change, baseline + direction * change * reached)
        )
        there = attainment(baseline=start, target=goal, achieved=end, direction=direction)
        assert there == pytest.approx(reached, abs=1e-9)
        assert category(there, cuts) == category(reached, cuts)


def test_evidence_has_no_field_for_anything_else():
    """A title, a follower count, a photo, a price or a payment cannot move a score: there is nowhere to put it."""
    assert [field.name for field in fields(Claim)] == [
        "key",
        "baseline",
        "target",
        "achieved",
        "direction",
        "usual_change",
        "level",
        "preregistered",
        "rejected",
        "cluster",
        "referee",
        "vouches_elsewhere",
        "verified_on",
        "fee",
        "money",
        "share",
        "transfer",
        "sustained_6m",
        "sustained_12m",
        "contexts",
        "ease",
        "blur",
    ]
    assert [field.name for field in fields(PeerReferral)] == [
        "key",
        "referrer",
        "cluster",
        "clients_verified",
        "referred_in_all",
        "reciprocal",
    ]
