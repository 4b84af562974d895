"""Layer 1: learns what is there, keeps to what is published where little is, and lets nobody judge her own judges."""

import json
import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from tests.scoring.histories import a_claim
from vetting.scoring.calibration import NONE, Calibration, calibrate
from vetting.scoring.evidence import Claim, Direction
from vetting.scoring.fitting import FOLDS, circumstances, fit, fold_effects, fold_of, table_of
from vetting.scoring.score import score
from vetting.scoring.weights import PUBLISHED, RESULTS

THRESHOLDS = (-1.3, -0.9, -0.3, 0.0)
REACHED = (-0.2, 0.1, 0.5, 0.9, 1.1)  # a value within each category
DAY = date(2026, 3, 1)


def world(people=400, *, seed=1, spread=0.9, leniency=0.4, slope=0.7, field=0.5):
    """Consultants' claims from the model itself: `field` is how much easier the second of two fields is."""
    rng = np.random.default_rng(seed)
    referees = people
    mild = rng.normal(0.0, leniency, referees)
    evidence = {}
    for person in range(people):
        skill, claims = rng.normal(0.0, spread), []
        for number in range(1 + rng.poisson(4)):
            referee, easy = int(rng.integers(referees)), int(rng.integers(2))
            bold = rng.uniform(0.2, 4.0)
            hard = slope * (math.asinh(bold) - PUBLISHED.typical_ambition)
            latent = skill + mild[referee] + field * easy - hard + rng.normal()
            change = 15.0 * bold
            claims.append(
                Claim(
                    key=f"{person}-{number}",
                    baseline=100.0,
                    target=100.0 + change,
                    achieved=100.0 + change * REACHED[int(np.searchsorted(THRESHOLDS, latent))],
                    direction=Direction.UP,
                    usual_change=0.15,
                    level=3,
                    preregistered=True,
                    cluster=f"client {referee}",
                    referee=f"referee {referee}",
                    verified_on=DAY - timedelta(days=int(rng.integers(900))),
                    contexts=(("field", "easy" if easy else "hard"),),
                )
            )
        evidence[f"person {person}"] = claims
    return evidence


@pytest.fixture(scope="module")
def learned():
    return calibrate(world())


def test_it_learns_how_much_people_differ_and_what_ambition_costs(learned):
    results = learned.constants.dimension(RESULTS)
    assert results.spread == pytest.approx(0.9, abs=0.12)
    assert learned.constants.slope == pytest.approx(0.7, abs=0.12)
    # The published half-way line of 200 claims stays in it; the middle of the two fields is easier by .25.
    assert results.thresholds[-1] == pytest.approx(-0.25, abs=0.25)
    assert list(results.thresholds) == sorted(results.thresholds)


def test_it_tells_the_easy_field_from_the_hard_one(learned):
    for effects in learned.effects:
        assert effects["field"]["easy"][0] - effects["field"]["hard"][0] == pytest.approx(0.5, abs=0.2)


def test_the_same_results_count_more_in_the_hard_field(learned):
    def standing(field):
        claims = [
            learned.read(a_claim(f"{field} {number}", contexts=(("field", field),)), consultant="Ana")
            for number in range(5)
        ]
        return score(claims, [], on=DAY, constants=learned.constants).composite.mean

    assert standing("hard") > standing("easy") + 0.05


def test_where_nothing_differs_nothing_is_told_apart():
    flat = calibrate(world(spread=0.02, leniency=0.0, field=0.0, seed=2))
    assert flat.constants.dimension(RESULTS).spread < 0.2
    assert flat.differs.get("field", 0.0) < 0.02


def test_few_claims_leave_the_published_constants_nearly_as_they_are():
    few = calibrate(world(4))
    assert few.constants.dimension(RESULTS).spread == pytest.approx(0.5, rel=0.25)
    assert few.constants.drift == pytest.approx(PUBLISHED.drift, rel=0.5)


def test_no_claims_leave_them_exactly():
    assert calibrate({}) == replace(NONE, fingerprint=calibrate({}).fingerprint)
    assert calibrate({"Ana": []}).constants == PUBLISHED
    assert NONE.read(a_claim(), consultant="Ana") == a_claim()


def test_what_is_only_said_has_no_part_in_it():
    evidence = world(30)
    said = {
        person: [*claims, replace(claims[0], key=f"said by {person}", level=0, achieved=1e6)]
        for person, claims in evidence.items()
    }
    assert calibrate(said) == calibrate(evidence)


def test_the_order_of_people_and_claims_does_not_matter():
    evidence = world(30)
    turned = {person: claims[::-1] for person, claims in reversed(evidence.items())}
    assert calibrate(turned) == calibrate(evidence)


def test_other_evidence_is_another_version():
    evidence = world(30)
    other = dict(evidence) | {"person 0": evidence["person 0"][:-1]}
    assert calibrate(other).constants.version != calibrate(evidence).constants.version


def test_a_claim_is_read_with_the_sum_of_what_is_known_of_its_circumstances(learned):
    here = {**learned.differs, "referee": 0.5, "client": 0.25, "field": 0.125, "year": 0.0625}
    effects = {
        "referee": {"Carla": (0.3, 0.02)},
        "client": {"Shop": (-0.1, 0.01)},
        "field": {"easy": (0.4, 0.03)},
    }
    elsewhere = {"referee": {"Carla": (9.0, 9.0)}}
    fold = fold_of("Ana")
    folds = [effects if number == fold else elsewhere for number in range(FOLDS)]
    found = replace(learned, differs=here, effects=folds)
    known = a_claim(referee="Carla", cluster="Shop", contexts=(("field", "easy"),))
    read = found.read(known, consultant="Ana")
    assert (read.ease, read.blur) == pytest.approx((0.3 - 0.1 + 0.4, 0.02 + 0.01 + 0.03 + 0.0625))
    stranger = a_claim(referee="", cluster="Other", contexts=(("field", "new"), ("size", "small")))
    read = found.read(stranger, consultant="Ana")
    assert (read.ease, read.blur) == pytest.approx((0.0, 0.25 + 0.125 + 0.0625))


def test_a_fold_is_the_key_s_alone_and_for_good():
    assert [fold_of(name) for name in ("ana-krukina", "ben-ozols", "carla", "dana")] == [0, 1, 1, 4]


def test_nobody_s_own_claims_change_how_her_referees_clients_and_fields_are_read():
    evidence = world(60)
    fitted = fit(_table(evidence), PUBLISHED)
    assert fitted.differs != {}
    person = "person 7"
    better = [replace(claim, achieved=claim.target * 2) for claim in evidence[person]]
    other = dict(evidence) | {person: better}
    before = fold_effects(_table(evidence), fitted, fold_of(person))
    after = fold_effects(_table(other), fitted, fold_of(person))
    assert after == before
    elsewhere = next(fold for fold in range(FOLDS) if fold != fold_of(person))
    assert fold_effects(_table(other), fitted, elsewhere) != fold_effects(_table(evidence), fitted, elsewhere)


def _table(evidence):
    known = [(person, claim) for person in sorted(evidence) for claim in evidence[person]]
    return table_of(known, PUBLISHED)


def test_a_record_survives_json(learned):
    assert Calibration.of_plain(json.loads(json.dumps(learned.plain()))) == learned


def test_folds_are_of_about_one_size():
    counts = np.bincount([fold_of(f"person {number}") for number in range(5000)], minlength=FOLDS)
    assert counts.min() > 850


@pytest.mark.parametrize(
    "claims",
    [
        {"Ana": [a_claim()]},
        {"Ana": [a_claim("a"), a_claim("b")]},
        {f"p{number}": [a_claim(f"p{number}", referee="one", cluster="one")] for number in range(12)},
        {f"p{number}": [a_claim(f"p{number}", rejected=True)] for number in range(12)},
        {
            f"p{number}": [a_claim(f"p{number}", transfer=number % 5, level=1 + number % 4)]
            for number in range(40)
        },
    ],
    ids=["one", "one person", "one referee for all", "all refused", "all equal"],
)
def test_thin_or_uniform_evidence_gives_finite_constants(claims):
    found = calibrate(claims)
    constants = found.constants
    numbers = [constants.leniency, constants.drift, constants.slope, *constants.fabrication]
    for dimension in constants.dimensions:
        numbers += [dimension.spread, *dimension.thresholds]
        assert list(dimension.thresholds) == sorted(dimension.thresholds)
        assert dimension.spread > 0
    assert np.isfinite(numbers).all()
    read = [found.read(claim, consultant="Ana") for claim in claims[min(claims)]]
    assert math.isfinite(score(read, [], on=DAY, constants=constants).composite.mean)


def test_doubted_levels_are_learned_within_their_order_of_magnitude():
    """Every third claim of level 1 is made up; those of level 3 are honest."""
    rng = np.random.default_rng(4)
    evidence = world(500, seed=5)
    mixed = {
        person: [
            replace(claim, level=1, achieved=claim.target * 1.2 if rng.random() < 0.35 else claim.achieved)
            if number % 2
            else claim
            for number, claim in enumerate(claims)
        ]
        for person, claims in evidence.items()
    }
    doubt = calibrate(mixed).constants.fabrication
    assert 0.15 < doubt[1] < 0.5
    assert doubt[3] < 0.05
    assert doubt[0] == 1.0


def test_a_claim_without_a_referee_has_only_its_other_circumstances():
    claim = a_claim(referee="", cluster="a client", contexts=(("field", "easy"),))
    assert dict(circumstances(claim)) == {"client": "a client", "year": "2026", "field": "easy"}
