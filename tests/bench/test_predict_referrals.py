"""A track of referrals, from files to files."""

import pytest

from bench.predict_referrals import predict
from vetting.scoring.evidence import ScoringError

EDGES = """source,target,weight,time
1,2,10,5.5
1,3,1,6
3,1,1,7
2,9,-10,8
"""


@pytest.fixture
def predicted(tmp_path):
    def run(edges=EDGES, seeds="node\n1\n", **about):
        (tmp_path / "edges.csv").write_text(edges)
        (tmp_path / "seeds.csv").write_text(seeds)
        predict(tmp_path, tmp_path, {"kind": "referrals", "signed": True} | about)
        header, *rows = (tmp_path / "nodes.csv").read_text().splitlines()
        assert header == "node,referral,credibility"
        return {int(node): (float(one), float(two)) for node, one, two in (row.split(",") for row in rows)}

    return run


def test_every_account_gets_a_standing_and_a_credibility(predicted):
    found = predicted()
    assert [*found] == [1, 2, 3, 9]
    assert [node for node, (referral, _) in found.items() if referral > 0.0] == [2]  # 1 and 3: an exchange
    assert found[9][1] < 0.0 < found[2][1]


def test_the_same_track_gives_the_same_file(predicted, tmp_path):
    predicted()
    first = (tmp_path / "nodes.csv").read_bytes()
    predicted()
    assert (tmp_path / "nodes.csv").read_bytes() == first


def test_columns_are_found_by_name_and_others_left_alone(predicted):
    shuffled = "note,weight,target,source\nx,10,2,1\n\nx,1,3,1\nx,1,1,3\nx,-10,9,2\n"
    assert predicted(shuffled) == predicted(EDGES.replace(",time", ""))


@pytest.mark.parametrize("column", ["weight", "time"])
def test_an_empty_column_is_an_absent_one(predicted, column):
    header = EDGES.splitlines()[0].split(",")
    rows = [line.split(",") for line in EDGES.splitlines()[1:3]]
    place = header.index(column)
    absent = "\n".join(",".join(row[:place] + row[place + 1 :]) for row in [header, *rows])
    empty = "\n".join(",".join(row[:place] + [""] + row[place + 1 :]) for row in rows)
    assert predicted(",".join(header) + "\n" + empty) == predicted(absent)


def test_a_verified_account_without_ratings_is_told_too(predicted):
    assert [*predicted(seeds="node\n1\n77\n")] == [1, 2, 3, 9, 77]


def test_a_track_without_ratings(predicted):
    assert predicted("source,target,weight,time\n")[1][0] == 0.0


@pytest.mark.parametrize(
    ("edges", "seeds", "message"),
    [
        ("from,to\n1,2\n", "node\n1\n", "edges.csv: source is no column of edges.csv"),
        ("", "node\n1\n", "edges.csv: source is no column of edges.csv"),
        (EDGES, "id\n1\n", "seeds.csv: node is no column of seeds.csv"),
        (EDGES, "node\n", "evidence: verified names no account: trust has nowhere to start"),
        (EDGES, "node\n1.5\n", "row 0: node is not a whole number"),
        ("source,target,weight\n1,2,nan\n", "node\n1\n", "row 0: weight is not a finite number"),
        ("source,target,weight\n1,2,1\n1,3,ten\n", "node\n1\n", "could not convert string 'ten' to float64"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(predicted, edges, seeds, message):
    with pytest.raises((ScoringError, ValueError)) as refused:
        predicted(edges, seeds)
    assert str(refused.value).startswith(message)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"edges\.csv"):
        predict(tmp_path, tmp_path, {"signed": True})


def test_a_warning_has_no_place_where_ratings_have_no_sign(predicted):
    with pytest.raises(ScoringError, match=r"^row 3: weight is below zero"):
        predicted(signed=False)
