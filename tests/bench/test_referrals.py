"""The referral half of the benchmark, on tracks small enough to reckon by hand."""

import gzip
from dataclasses import replace

import numpy as np
import pytest

from bench import referrals as bench
from bench.attacks import ATTACKS, attacked, bought, percentile, scenes
from bench.referral_peers import PEERS, beta, eigentrust, in_degree, pagerank, sybilrank
from bench.referral_tracks import (
    Track,
    advogato,
    early_members,
    facebook_sybil,
    otc_early,
    otc_leakfree,
    otc_next,
)

# The founder 1 rates 2 five; the two of them say who is good (3) and who is bad (4); 5 and 6 are bystanders.
OTC = [
    (1, 2, 5, 10),
    (2, 3, 6, 50),
    (1, 4, -10, 60),
    (5, 3, 1, 20),
    (5, 4, 2, 30),
    (6, 4, -1, 70),
    (3, 5, 1, 80),
    (4, 6, 1, 40),
    (6, 5, 1, 5),
    (2, 5, 1, 90),
    (5, 6, 1, 95),
]


@pytest.fixture
def data(tmp_path):
    def write(name, header, rows):
        with gzip.open(tmp_path / f"{name}.csv.gz", "wt") as file:
            file.write("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")

    write("otc", "source,target,rating,time", OTC)
    write("otc_labels", "node,label", [(3, 1), (4, -1)])
    write(
        "advogato_2005",
        "source,target,level",
        [(6131, 7, "Master"), (7, 8, "Apprentice"), (8, 9, "Observer")],
    )
    write("advogato_2005_official", "user,level", [(7, "Master"), (8, "Apprentice"), (99, "Master")])
    write("facebook_sybil", "u,v", [(0, 1), (1, 2), (2, 3)])
    labels = [(0, 1, "train"), (1, 1, "test"), (2, -1, "test"), (3, -1, "train")]
    write("facebook_sybil_labels", "node,label,split", labels)
    return tmp_path


def said(track):
    return {*zip(track.source.tolist(), track.target.tolist(), strict=True)}


def all_pairs():
    return {row[:2] for row in OTC}


def test_leakfree_drops_what_the_circle_said_of_labelled_members_and_nothing_else(data):
    track = otc_leakfree(data)
    assert all_pairs() - said(track) == {(2, 3), (1, 4)}


def test_early_drops_what_was_said_of_and_by_a_labelled_member_from_the_label_on(data):
    assert all_pairs() - said(otc_early(data, given=True)) == {(2, 3), (3, 5), (1, 4), (6, 4)}
    assert all_pairs() - said(otc_early(data, given=False)) == {(2, 3), (1, 4), (6, 4)}


def test_early_members_are_those_whom_most_others_rated_well_early_on(data):
    assert early_members(otc_leakfree(data)).tolist() == [2, 5]


def test_next_asks_for_first_ratings_by_the_verified_after_the_cut(data):
    track = otc_next(data)
    assert all_pairs() - said(track) == {(3, 5), (2, 5), (5, 6)}
    assert track.verified.tolist() == [2, 5]
    assert (track.found.tolist(), track.others.tolist()) == ([6], [1, 3, 4])


def test_advogato_grades_against_the_sites_own_levels(data):
    track = advogato(data, level="Master")
    assert (said(track), track.weight.tolist()) == ({(6131, 7), (7, 8)}, [3.0, 1.0])
    assert (track.found.tolist(), track.others.tolist()) == ([7], [8])
    assert advogato(data, level="Apprentice").found.tolist() == [7, 8]


def test_facebook_takes_published_real_accounts_as_verified_and_grades_the_rest(data):
    track = facebook_sybil(data)
    assert (track.verified.tolist(), track.found.tolist(), track.others.tolist()) == ([0], [1], [2])


@pytest.fixture
def small():
    """1 is verified; 1 and 2 rate each other, both rate 3, which warns of 4."""
    nobody = np.zeros(0, dtype=np.int64)
    source, target, weight = np.array([(1, 2, 1), (2, 1, 1), (1, 3, 2), (2, 3, 2), (3, 4, -4)]).T
    return Track(
        name="small",
        signed=True,
        source=source,
        target=target,
        weight=weight.astype(float),
        time=np.arange(5.0),
        verified=np.array([1]),
        found=nobody,
        others=nobody,
    )


def test_peers_by_hand(small):
    graph = attacked(small, [])
    assert in_degree(graph).tolist() == [1.0, 1.0, 2.0, 0.0]
    assert beta(graph).tolist() == pytest.approx([1.5 / 2.5, 1.5 / 2.5, 3 / 4, 1 / 4])
    assert beta(graph, by_weight=False).tolist() == pytest.approx([2 / 3, 2 / 3, 3 / 4, 1 / 3])
    assert sybilrank(graph, steps=1).tolist() == [0.0, 0.25, 0.25, 0.0]
    # x1 = .5 + .5 * (x2 / 3 + x3), x2 = x1 / 6, x3 = (x1 + x2) / 3, where 3 has nobody to rate and starts again.
    one, two, three = np.linalg.solve([[1, -1 / 6, -0.5], [-1 / 6, 1, 0], [-1 / 3, -1 / 3, 1]], [0.5, 0, 0])
    assert eigentrust(graph, damping=0.5).tolist() == pytest.approx([one, two, three, 0.0])
    assert pagerank(graph).sum() == pytest.approx(1.0)


def test_a_scene_is_the_same_each_time_and_attacks_come_after_all_else(small):
    scene, again = scenes(small, 1, 7)[0], scenes(small, 1, 7)[0]
    assert (scene.target, scene.people.tolist()) == (again.target, again.people.tolist())
    assert scene.target not in small.verified
    assert scene.fakes.tolist() == list(range(5, 105))
    noisy = attacked(replace(small, time=np.zeros(5)), [(3, 4, 1.0)])
    pair = (noisy.nodes[noisy.source] == 3) & (noisy.nodes[noisy.target] == 4)
    assert noisy.weight[pair].tolist() == [1.0]


def test_percentiles_count_level_ones_half(small):
    graph = attacked(small, [])
    assert percentile(graph, np.array([0.0, 1.0, 1.0, 2.0]), 2, np.array([1, 3, 4])) == pytest.approx(50.0)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_move_the_standing_by_nothing(small, attack):
    for scene in scenes(small, 3, 7):
        noisy, quiet = attacked(small, ATTACKS[attack](scene)), attacked(small, [])
        after, before = bench.referral(noisy), bench.referral(quiet)
        assert after[np.searchsorted(noisy.nodes, quiet.nodes)].tolist() == before.tolist()


def test_a_bought_referral_is_a_referral(small):
    scene = replace(scenes(small, 1, 7)[0], target=4, verified=np.array([1]))
    assert bought(scene, 5) == [(1, 4, 4.0)]
    assert bench.final_score(1) == pytest.approx(1.397, abs=0.001)
    assert bench.final_score(5) == pytest.approx(5.537, abs=0.001)


def test_the_best_peer_is_named_with_an_interval_of_the_difference(small):
    track = replace(small, found=np.array([2, 3]), others=np.array([4]))
    (line,) = bench.graded(track, lambda graph: -PEERS["in-degree"](graph), "AUC")
    assert line == {
        "track": "small",
        "metric": "AUC",
        "ours": 0.0,
        "best_peer": 1.0,
        "peer": "in-degree",
        "ci": [-1.0, -1.0],
    }


def test_lift_compares_those_with_a_standing_with_those_without(small):
    line = bench.lift(replace(small, found=np.array([3, 4]), others=np.array([2])))
    assert (line["with_standing"], line["without"], line["ours"]) == (1.0, 0.5, 2.0)
