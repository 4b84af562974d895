import json

import numpy as np
import pytest
from scipy.linalg import block_diag

from bench import lines, mixed, peers, report, standings
from bench.grading import Joined, compare
from bench.lines import Line
from bench.peers import Foreseen
from bench.records import RECORDS, missing
from bench.simulated import FAMILIES, Platform, simulate
from bench.tracks import Track, write


def a_track(**changes):
    facts = {
        "name": "a_0",
        "levels": 3,
        "good": 2,
        "train": {"person": np.array([1, 1, 2]), "rater": np.array([1, 2, 1])},
        "outcome": np.array([2.0, 1.0, 0.0]),
        "test": {"person": np.array([1, 2, 2, 3]), "rater": np.array([1, 1, 2, 2])},
        "truth": np.array([2.0, 0.0, 2.0, 1.0]),
    }
    return Track(**(facts | changes))


def once(graded, people):
    return float(graded.redrawn(np.ones((1, people)))[0])


def test_the_truth_of_test_rows_is_not_written_where_predictions_are_made(tmp_path):
    write(a_track(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["test.csv", "track.json", "train.csv"]
    assert (tmp_path / "train.csv").read_text() == "person,rater,category\n1,1,2\n1,2,1\n2,1,0\n"
    assert (tmp_path / "test.csv").read_text() == "row,person,rater\n0,1,1\n1,2,1\n2,2,2\n3,3,2\n"
    assert json.loads((tmp_path / "track.json").read_text()) == {
        "kind": "outcomes",
        "levels": 3,
        "good": 2,
        "has": ["rater"],
    }


def test_each_metric_by_hand():
    tested = Joined.of([a_track()])
    seen = Foreseen(np.array([1.5, 0.5, 1.0, 1.2]), np.array([0.8, 0.1, 0.5, 0.4]))
    losses = [np.log(1 / 0.8), np.log(1 / 0.9), np.log(1 / 0.5), np.log(1 / 0.6)]
    assert once(tested.log_loss(seen), 3) == pytest.approx(np.mean(losses), abs=1e-12)
    assert once(tested.rmse(seen), 3) == pytest.approx(np.sqrt((0.25 + 0.25 + 1.0 + 0.04) / 4), abs=1e-12)
    assert once(tested.concordance(seen), 3) == 0.5  # rater 1 right, rater 2 wrong


def test_rmse_weighs_rows():
    track = a_track(
        test={"person": np.array([1, 2]), "weight": np.array([3.0, 1.0])}, truth=np.array([2.0, 0.0])
    )
    seen = Foreseen(np.array([1.0, 2.0]), np.array([0.5, 0.5]))
    assert once(Joined.of([track]).rmse(seen), 2) == pytest.approx(np.sqrt(7 / 4), abs=1e-12)


def test_raters_of_two_tracks_are_not_compared():
    tested = Joined.of([a_track(), a_track(name="a_1")])
    assert tested.concordance(Foreseen(np.zeros(8), np.zeros(8))).rows.sum() == 4


def test_the_best_peer_is_the_one_that_does_best_here():
    tested = Joined.of([a_track()])
    truth = Foreseen(tested.truth, np.full(4, 0.5))
    near, far = (Foreseen(tested.truth + off, np.full(4, 0.5)) for off in (0.5, 2.0))
    found = compare(tested.rmse(truth), {"far": tested.rmse(far), "near": tested.rmse(near)}, 3, high=False)
    assert (found.ours, found.best, found.peer, found.interval) == (0.0, 0.5, "near", (-0.5, -0.5))


def test_the_mixed_model_is_exact():
    """Against the textbook's formula with the whole covariance matrix of the outcomes."""
    dice = np.random.default_rng(2)
    person, rater = dice.integers(0, 6, 40), dice.integers(0, 9, 40)
    fixed = np.column_stack((np.ones(40), dice.normal(size=40)))
    outcome, weight = dice.normal(size=40) + person / 3, dice.integers(1, 5, 40).astype(float)
    found = mixed.fit(outcome, fixed, [person, rater], [6, 9], weight=weight)
    design = np.column_stack((np.eye(6)[person], np.eye(9)[rater]))
    prior = block_diag(found.ratio[0] * np.eye(6), found.ratio[1] * np.eye(9))
    inverse = np.linalg.inv(design @ prior @ design.T + np.diag(weight.mean() / weight))
    slopes = np.linalg.solve(fixed.T @ inverse @ fixed, fixed.T @ inverse @ outcome)
    effects = prior @ design.T @ inverse @ (outcome - fixed @ slopes)
    np.testing.assert_allclose(found.coefficients, slopes, atol=1e-6)
    np.testing.assert_allclose(np.concatenate(found.effects), effects, atol=1e-6)


def test_restricted_likelihood_of_a_balanced_design_is_the_analysis_of_variance():
    dice = np.random.default_rng(3)
    person = np.repeat(np.arange(20), 5)
    outcome = dice.normal(size=20)[person] + dice.normal(size=100)
    found = mixed.fit(outcome, np.ones((100, 1)), [person], [20], most=200)
    means = outcome.reshape(20, 5).mean(axis=1)
    within = ((outcome - means[person]) ** 2).sum() / 80
    between = (5 * means.var(ddof=1) - within) / 5
    assert found.noise == pytest.approx(within, rel=0.02)
    assert found.ratio[0] * found.noise == pytest.approx(between, rel=0.05)


def test_sparse_and_dense_algebra_agree(monkeypatch):
    dice = np.random.default_rng(4)
    rows = dice.normal(size=60), np.ones((60, 1)), [dice.integers(0, 9, 60), dice.integers(0, 5, 60)], [9, 5]
    dense = mixed.fit(*rows)
    monkeypatch.setattr(mixed, "_SMALL", 0)
    np.testing.assert_allclose(mixed.fit(*rows).effects[0], dense.effects[0], atol=1e-8)


def test_peers_foresee_every_row_of_any_track():
    for track in (a_track(), a_track(levels=None, good=None)):
        for name, seen in peers.foresee(track):
            assert np.isfinite(seen.mean).all(), name
            assert len(seen.mean) == 4
            assert len(seen.good) == (0 if track.levels is None else 4)


def test_a_platform_is_the_same_again_and_holds_its_shills_apart():
    one, other = (simulate("like_0", Platform(people=60), 0) for _ in range(2))
    assert all((one.train[name] == other.train[name]).all() for name in one.train)
    assert (len(one.shills), len(one.skill)) == (3, 60)
    assert set(one.train) == {
        "person",
        "rater",
        "client",
        "time",
        "level",
        "c_industry",
        "c_metric",
        "x_ambition",
        "x_size",
    }
    assert max(one.train["time"]) <= 6.0 < min(one.test["time"])


@pytest.mark.parametrize("family", FAMILIES)
def test_shills_are_poor_and_say_the_best_of_themselves(family):
    track = simulate(f"{family}_0", FAMILIES[family], 0)
    shill = np.isin(track.train["person"], list(track.shills))
    skill = np.array(list(track.skill.values()))
    assert skill[list(track.shills)].mean() < np.delete(skill, list(track.shills)).mean() - 0.8
    assert track.outcome[shill].mean() > track.outcome[~shill].mean() + 0.3


@pytest.mark.parametrize("name", ["managers", "pollsters"])
def test_what_is_foreseen_comes_after_what_is_known(name):
    if missing(name):
        pytest.skip("../shared/data is not here")
    for track in RECORDS[name]():
        assert track.train["time"].max() < track.test["time"].min()


def test_ranks_and_percentiles():
    score, truth = np.array([1.0, 2.0, 2.0, 4.0]), np.array([0.0, 1.0, 1.0, 2.0])
    assert standings.rank_correlation(score, truth) == pytest.approx(1.0)
    assert standings.rank_correlation(np.zeros(4), truth) == 0.0
    assert standings.mean_percentile(score, np.array([True, False, False, True])) == 50.0


def test_a_line_replaces_the_older_one_and_the_page_says_what_is_not_reached(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lines, "OUT", tmp_path)
    monkeypatch.setattr(lines, "RESULTS", tmp_path / "results.jsonl")
    lines.say(
        [Line(track="managers", metric="RMSE", ours=0.07), Line(track="other", metric="RMSE", ours=1.0)]
    )
    lines.say(
        [
            Line(
                track="managers",
                metric="RMSE",
                ours=0.063,
                best_peer=0.0647,
                peer="mixed model",
                ci=(-0.003, 0.0),
            )
        ]
    )
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "track": "managers",
        "metric": "RMSE",
        "ours": 0.063,
        "best_peer": 0.0647,
        "peer": "mixed model",
        "ci": [-0.003, 0.0],
    }
    rows = report.page(lines.read(), "1 May 2026").splitlines()[-2:]
    assert rows == [
        "| managers | RMSE | 0.063 | 0.0647 (mixed model) | -0.0030 to +0.0000 | <= 0.0628 | **no** |",
        "| other | RMSE | 1 |  |  |  |  |",
    ]
