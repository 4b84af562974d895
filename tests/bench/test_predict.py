"""A track is known by its track.json alone: whatever columns, scale, size or gaps it has, there is an answer."""

import json
import subprocess
import sys
import time
from itertools import combinations, cycle
from pathlib import Path

import numpy as np
import pytest

from bench import predict
from tests.bench.tables import numbers, only, place, run, table, without

COLUMNS = ["rater", "client", "time", "level", "weight", "baseline", "c_field", "c_home", "c_away", "x_size"]
SOME = [[], *([name] for name in COLUMNS), *map(list, combinations(COLUMNS, 2))][::6] + [COLUMNS]


def halves(levels: int | None = None, *, rows: int = 60, kept: list[str] | None = None):
    names = COLUMNS if kept is None else kept
    train = only(table(rows, 1, levels=levels), "person", "category", "value", *names)
    test = only(table(20, 2, levels=levels, start=100), "row", "person", *names)
    return train, test


@pytest.mark.parametrize(("levels", "kept"), list(zip(cycle([None, 3]), SOME)))
def test_any_columns_will_do(tmp_path, kept, levels):
    folder = place(
        tmp_path / "track", *halves(levels, kept=kept), levels=levels, good=None if levels is None else 1
    )
    predictions, people = run(folder, tmp_path / "out")
    assert predictions["row"] == [str(row) for row in range(100, 120)]
    assert list(predictions) == (["row", "mean"] if levels is None else ["row", "p_good", "mean"])
    assert list(people) == ["person", "mean", "low", "high", "reliability"]
    train, test = halves(levels, kept=kept)
    assert sorted(map(int, people["person"])) == sorted({*train["person"], *test["person"]})


@pytest.mark.parametrize("levels", [2, 4, 10])
def test_from_two_to_ten_categories(tmp_path, levels):
    good = levels // 2
    folder = place(tmp_path / "track", *halves(levels), levels=levels, good=good)
    predictions, _people = run(folder, tmp_path / "out")
    chance, mean = numbers(predictions["p_good"]), numbers(predictions["mean"])
    assert ((chance > 0) & (chance < 1)).all()
    assert ((mean > 0) & (mean < levels - 1)).all()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_values_of_any_scale_are_foreseen_alike(tmp_path, scale, offset):
    train, test = halves()
    plain, people = run(place(tmp_path / "plain", train, test), tmp_path / "one")
    scaled = {**train, "value": [scale * (value + offset) for value in train["value"]]}
    other, others = run(place(tmp_path / "scaled", scaled, test), tmp_path / "two")
    np.testing.assert_allclose(numbers(other["mean"]) / scale - offset, numbers(plain["mean"]), atol=1e-5)
    np.testing.assert_allclose(numbers(others["mean"]), numbers(people["mean"]), atol=1e-5)


def test_names_of_people_and_raters_do_not_matter(tmp_path):
    train, test = halves(4)
    plain, people = run(place(tmp_path / "plain", train, test, levels=4, good=2), tmp_path / "one")
    for part in (train, test):
        part["person"] = [1_000_003 - 7 * person for person in part["person"]]
        part["rater"] = [55_000 - rater for rater in part["rater"]]
        part["c_field"] = [f"field {9 - field}" for field in part["c_field"]]
    other, others = run(place(tmp_path / "renamed", train, test, levels=4, good=2), tmp_path / "two")
    np.testing.assert_allclose(numbers(other["p_good"]), numbers(plain["p_good"]), atol=1e-6)
    by_old_name = {
        (1_000_003 - int(name)) // 7: float(mean)
        for name, mean in zip(others["person"], others["mean"], strict=True)
    }
    assert by_old_name == pytest.approx(
        {int(name): float(mean) for name, mean in zip(people["person"], people["mean"], strict=True)},
        abs=1e-6,
    )


def test_the_order_of_rows_does_not_matter(tmp_path):
    train, test = halves(4)
    plain, _ = run(place(tmp_path / "plain", train, test, levels=4, good=2), tmp_path / "one")
    order = np.random.default_rng(3).permutation(60)
    train = {name: [column[row] for row in order] for name, column in train.items()}
    other, _ = run(place(tmp_path / "mixed", train, test, levels=4, good=2), tmp_path / "two")
    np.testing.assert_allclose(numbers(other["p_good"]), numbers(plain["p_good"]), atol=1e-6)


@pytest.mark.parametrize("levels", [None, 5])
def test_people_raters_and_contexts_never_seen_before(tmp_path, levels):
    train, test = halves(levels)
    for name in ("person", "rater", "client"):
        test[name] = [code + 10_000 for code in test[name]]
    for name in ("c_field", "c_home", "c_away"):
        test[name] = ["unseen"] * 20
    _predictions, people = run(
        place(tmp_path / "track", train, test, levels=levels, good=None if levels is None else 4),
        tmp_path / "out",
    )
    newcomers = [
        float(r) for p, r in zip(people["person"], people["reliability"], strict=True) if int(p) >= 10_000
    ]
    assert len(newcomers) == len(set(test["person"]))
    assert max(newcomers) < 1e-6  # nothing is known of them


@pytest.mark.parametrize("levels", [None, 2, 5])
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows(tmp_path, levels, rows):
    train, test = halves(levels)
    train = {name: column[:rows] for name, column in train.items()}
    predictions, _people = run(
        place(tmp_path / "track", train, test, levels=levels, good=None if levels is None else 1),
        tmp_path / "out",
    )
    assert len(predictions["row"]) == 20


@pytest.mark.parametrize("levels", [None, 3])
def test_nothing_to_foresee(tmp_path, levels):
    train, test = halves(levels)
    test = {name: column[:0] for name, column in test.items()}
    predictions, people = run(
        place(tmp_path / "track", train, test, levels=levels, good=None if levels is None else 1),
        tmp_path / "out",
    )
    assert predictions["row"] == []
    assert sorted(map(int, people["person"])) == sorted(set(train["person"]))


@pytest.mark.parametrize("levels", [None, 3])
def test_no_rows_at_all(tmp_path, levels):
    train, test = ({name: column[:0] for name, column in part.items()} for part in halves(levels))
    predictions, people = run(
        place(tmp_path / "track", train, test, levels=levels, good=None if levels is None else 1),
        tmp_path / "out",
    )
    assert (predictions["row"], people["person"]) == ([], [])


ONE = ["person", "time", "rater", "client", "c_field", "x_size", "weight", "baseline"]


@pytest.mark.parametrize(("levels", "column"), [(3, "person"), (None, "time"), *zip(cycle([None, 3]), ONE)])
def test_one_of_a_kind(tmp_path, levels, column):
    """One person only, one rater who rated all, one moment, one weight."""
    train, test = halves(levels)
    for part in (train, test):
        part[column] = [7] * len(part[column])
    run(
        place(tmp_path / "track", train, test, levels=levels, good=None if levels is None else 1),
        tmp_path / "out",
    )


@pytest.mark.parametrize(
    ("levels", "outcome"), [(None, 0.0), (None, -3e8), (2, 0), (2, 1), (5, 0), (5, 2), (5, 4)]
)
def test_all_equal(tmp_path, levels, outcome):
    train, test = halves(levels)
    name = "value" if levels is None else "category"
    train[name] = [outcome] * 60
    predictions, _people = run(
        place(tmp_path / "track", train, test, levels=levels, good=None if levels is None else 1),
        tmp_path / "out",
    )
    if levels is None:
        assert numbers(predictions["mean"]) == pytest.approx(np.full(20, outcome), abs=1e-3)


@pytest.mark.parametrize("column", ["rater", "client", "baseline", "c_field", "c_home", "x_size"])
@pytest.mark.parametrize(("levels", "gaps"), [(None, 2), (3, 1)], ids=["some missing", "all missing"])
def test_missing_cells(tmp_path, levels, column, gaps):
    train, test = halves(levels)
    for part in (train, test):
        part[column] = ["" if row % gaps == 0 else value for row, value in enumerate(part[column])]
    run(
        place(tmp_path / "track", train, test, levels=levels, good=None if levels is None else 1),
        tmp_path / "out",
    )


def test_columns_nobody_knows_change_nothing(tmp_path):
    train, test = halves(3)
    plain, _ = run(place(tmp_path / "plain", train, test, levels=3, good=1), tmp_path / "one")
    train, test = {**train, "followers": ["many"] * 60}, {**test, "followers": ["few"] * 20}
    other, _ = run(place(tmp_path / "more", train, test, levels=3, good=1), tmp_path / "two")
    assert other == plain


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_that_test_rows_lack(tmp_path, column):
    train, test = halves(3)
    run(place(tmp_path / "track", train, without(test, column), levels=3, good=1), tmp_path / "out")


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_that_train_rows_lack(tmp_path, column):
    train, test = halves(3)
    run(place(tmp_path / "track", without(train, column), test, levels=3, good=1), tmp_path / "out")


@pytest.mark.parametrize("levels", [None, 4])
def test_two_runs_are_equal_byte_by_byte(tmp_path, levels):
    folder = place(tmp_path / "track", *halves(levels), levels=levels, good=None if levels is None else 2)
    command = [sys.executable, "-m", "bench.predict", str(folder)]
    for out in ("one", "two"):
        subprocess.run([*command, str(tmp_path / out)], check=True)
    for name in ("predictions.csv", "people.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


WRONG = [
    ("train.csv", "time", "soon"),
    ("test.csv", "time", "soon"),
    ("train.csv", "time", "inf"),
    ("train.csv", "x_size", "large"),
    ("test.csv", "x_size", "-inf"),
    ("train.csv", "weight", "0"),
    ("train.csv", "weight", "-2"),
    ("test.csv", "weight", "nan"),
    ("train.csv", "level", "9"),
    ("train.csv", "level", "1.5"),
    ("train.csv", "category", "3"),
    ("train.csv", "category", "-1"),
    ("train.csv", "category", "1.5"),
    ("train.csv", "category", ""),
    ("train.csv", "category", "good"),
    ("train.csv", "person", ""),
    ("test.csv", "person", ""),
    ("train.csv", "baseline", "low"),
]


@pytest.mark.parametrize(("file", "column", "cell"), WRONG)
def test_a_cell_that_cannot_be_read_is_named(tmp_path, capsys, file, column, cell):
    train, test = ({name: list(column) for name, column in part.items()} for part in halves(3))
    (train if file == "train.csv" else test)[column][4] = cell
    folder = place(tmp_path / "track", train, test, levels=3, good=1)
    assert predict.main([str(folder), str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert file in told
    assert "row 5" in told
    assert column in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("track.json", "{", "track.json"),
        ("track.json", '{"kind": "opinions"}', "opinions"),
        ("track.json", '{"kind": "outcomes", "levels": 1, "good": 0, "has": []}', "levels"),
        ("track.json", '{"kind": "outcomes", "levels": 3, "good": 7, "has": []}', "good"),
        ("train.csv", "", "train.csv"),
        ("train.csv", "rater,category\n1,1\n", "person"),
        ("train.csv", "person,rater\n1,1\n", "category"),
        ("train.csv", "person,category\n1,1\n2\n", "row 2"),
        ("test.csv", "person,rater\n1,1\n", "row"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, capsys, file, content, told):
    folder = place(tmp_path / "track", *halves(3), levels=3, good=1)
    (folder / file).write_text(content)
    assert predict.main([str(folder), str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("file", ["track.json", "train.csv", "test.csv"])
def test_a_missing_file_is_named(tmp_path, capsys, file):
    folder = place(tmp_path / "track", *halves(3), levels=3, good=1)
    (folder / file).unlink()
    assert predict.main([str(folder), str(tmp_path / "out")]) == 1
    assert file in capsys.readouterr().err


def test_called_wrongly_it_says_how(capsys):
    assert predict.main(["one"]) == 2
    assert capsys.readouterr().err == "Usage: python -m bench.predict TRACK_DIR OUT_DIR\n"


def test_it_opens_nothing_but_the_track(tmp_path):
    folder = place(tmp_path / "track", *halves(3), levels=3, good=1)
    watch = (
        "import sys, runpy, pathlib\n"
        "def heard(event, args):\n"
        "    if event == 'socket.connect': raise SystemExit('network')\n"
        "    if event == 'open' and isinstance(args[0], str) and args[0].endswith(('.csv', '.json', '.gz')): print(args[0])\n"
        "import vetting.scoring.foresight\n"
        "sys.addaudithook(heard)\n"
        "sys.argv = ['bench.predict', *sys.argv[1:]]\n"
        "runpy.run_module('bench.predict', run_name='__main__')\n"
    )
    command = [sys.executable, "-c", watch, str(folder), str(tmp_path / "out")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    opened = {Path(line) for line in done.stdout.splitlines()}
    assert done.returncode == 0
    assert opened == {
        folder / "track.json",
        folder / "train.csv",
        folder / "test.csv",
        tmp_path / "out" / "predictions.csv",
        tmp_path / "out" / "people.csv",
    }


def test_track_json_without_levels_is_a_track_of_values(tmp_path):
    folder = place(tmp_path / "track", *halves())
    (folder / "track.json").write_text(json.dumps({"kind": "outcomes", "has": []}))
    run(folder, tmp_path / "out")


def test_thousands_of_rows_take_seconds_of_the_processor(tmp_path):
    """`bench.scoring speed` measures a hundred thousand."""
    train = without(table(4_000, 1, levels=5, people=400), "row")
    test = without(table(400, 2, levels=5, start=100, people=400), "category")
    folder = place(tmp_path / "track", train, test, levels=5, good=3)
    start = time.process_time()
    run(folder, tmp_path / "out")
    assert time.process_time() - start < 20
