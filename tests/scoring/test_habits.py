"""What people's usual circumstances say of them: told where it shows, nothing where it cannot."""

import numpy as np
import pytest

from vetting.scoring.factors import Groups
from vetting.scoring.foresight import foresee
from vetting.scoring.habits import Ease, Habits
from vetting.scoring.panel import Panel, coded

PEOPLE, EACH, FIELDS = 300, 4, 6
SPREAD, FIELD = 0.6, 0.6


def _platform(seed, *, choosy, kept=0.0):
    """Strong people choose easy fields where `choosy`; `kept` is how often somebody stays in the first one chosen."""
    rng = np.random.default_rng(seed)
    skill, ease = rng.normal(size=PEOPLE), np.linspace(-1.5, 1.5, FIELDS) * FIELD
    person = np.repeat(np.arange(PEOPLE), EACH)

    def chosen(of):
        likes = choosy * np.outer(of, ease / FIELD) + rng.gumbel(size=(len(of), FIELDS))
        return likes.argmax(axis=1)

    field = np.where(rng.random(len(person)) < kept, chosen(skill)[person], chosen(skill[person]))
    latent = SPREAD * skill[person] + ease[field] + rng.normal(size=len(person))
    category = np.digitize(latent, [-1.0, -0.3, 0.3, 1.0]).astype(float)
    return skill, person, field, category


def _seen(person, field, category, **columns):
    known = columns.pop("known", np.ones(len(person), dtype=bool))
    return foresee(
        Panel(
            outcome=category, known=known, categories=5, person=person, contexts={"c_field": field}, **columns
        )
    )


def _correlation(seed, **platform):
    skill, person, field, category = _platform(seed, **platform)
    seen = _seen(person, field, category)
    within = (np.abs(skill - seen.people[:, 0]) < seen.people[:, 2] - seen.people[:, 0]).mean()
    return np.corrcoef(skill, seen.people[:, 0])[0, 1], within


def test_an_easy_field_does_not_absorb_the_skill_of_those_who_choose_it():
    choosy = [_correlation(seed, choosy=1.0) for seed in range(3)]
    # By the outcomes alone, less what the fields take, it is .53.
    assert np.mean([told for told, _ in choosy]) > 0.8
    assert 0.76 < np.mean([within for _, within in choosy]) < 0.86


def test_the_same_results_in_the_easy_field_are_worth_less_where_people_do_not_choose():
    _skill, person, field, category = _platform(4, choosy=0.0)
    rows = np.arange(2 * EACH)
    seen = _seen(
        np.append(person, PEOPLE + rows // EACH),
        np.append(field, np.where(rows < EACH, 0, FIELDS - 1)),
        np.append(category, np.full(2 * EACH, 3.0)),
    )
    hard, easy = seen.people[-2:, 0]
    assert hard > easy + 0.5


def test_where_everybody_keeps_to_one_field_nobody_gains_from_it():
    """The field's mean is then the field's: the strong and the weak field come out alike in the middle."""
    _skill, person, field, category = _platform(5, choosy=1.0, kept=1.0)
    standing = _seen(person, field, category).people[:, 0]
    own = field[::EACH]
    middles = [standing[own == each].mean() for each in range(FIELDS) if (own == each).sum() > 20]
    assert np.ptp(middles) < 0.35


def _read(person, code, pull, *, counted=None):
    effect = Groups("field", code, int(code.max()) + 1, variance=1.0)
    effect.tell(np.full(len(code), 4.0), pull, learn=False)
    counted = np.ones(len(code)) if counted is None else counted
    return Ease(effect, code, person), Habits([Ease(effect, code, person)], person, counted).read()


def test_how_easy_a_circumstance_is_is_told_by_others_alone():
    person, code = np.array([0, 0, 1, 2]), np.array([0, 0, 0, 1])
    ease, _ = _read(person, code, np.array([8.0, 4.0, 2.0, 6.0]))
    # Precision 4 a row, prior 1: 2 / (1 + 4) by the one other row, 12 / (1 + 8) by the two; the last has no other.
    np.testing.assert_allclose(ease.of_rows(), [0.4, 0.4, 12.0 / 9.0, 0.0])


@pytest.mark.parametrize("kept", [0.0, 1.0])
def test_no_habit_by_chance_and_none_where_people_never_vary(kept):
    rng = np.random.default_rng(6)
    person = np.repeat(np.arange(PEOPLE), EACH)
    field = np.where(kept, rng.integers(0, FIELDS, PEOPLE)[person], rng.integers(0, FIELDS, len(person)))
    ease = np.linspace(-1, 1, FIELDS)
    _, inclined = _read(person, field, 4.0 * ease[field])
    assert inclined.mean.shape == (PEOPLE, 0)


def test_a_habit_is_found_and_is_surer_the_more_it_is_seen():
    rng = np.random.default_rng(7)
    often = rng.integers(1, 9, PEOPLE)
    person, leaning = np.repeat(np.arange(PEOPLE), often), rng.normal(size=PEOPLE)
    noise = rng.normal(size=len(person))
    field = coded(np.clip(np.round(leaning[person] + noise), -3, 3).astype(int) + 3)[0]
    ease = np.linspace(-1, 1, field.max() + 1)
    _, inclined = _read(person, field, 4.0 * ease[field])
    assert inclined.mean.shape == (PEOPLE, 1)
    assert abs(np.corrcoef(inclined.mean[:, 0], leaning)[0, 1]) > 0.8
    # A latent of variance 1: what is believed of it and what is not make up the whole.
    assert inclined.mean.var() + inclined.variance.mean() == pytest.approx(1.0, abs=0.1)
    assert (np.diff([inclined.variance[often == each].mean() for each in range(1, 9)]) < 0).all()


@pytest.mark.parametrize("people", [1, 2, 3])
def test_of_nobody_much_nothing_is_said(people):
    person = np.repeat(np.arange(people), 2)
    _, inclined = _read(person, np.arange(2 * people) % 2, np.ones(2 * people))
    assert inclined.mean.shape == (people, 0)


def test_a_flood_from_one_client_of_an_easy_field_is_no_habit():
    """A hundred of the weakest claims of one made-up client, all of the field that the strong choose."""
    skill, person, field, category = _platform(8, choosy=1.0)
    chosen, fakes = int(np.argsort(skill)[PEOPLE // 4]), 100
    rows = len(person)

    def standing(extra):
        seen = _seen(
            np.append(person, np.full(extra, chosen)),
            np.append(field, np.full(extra, FIELDS - 1)),
            np.append(category, np.full(extra, 4.0)),
            client=np.append(np.arange(rows) // 3, np.full(extra, rows)),
            level=np.append(np.full(rows, 3), np.ones(extra, dtype=np.int64)),
        )
        return seen.people[chosen, 0]

    assert standing(fakes) - standing(0) < 0.4
