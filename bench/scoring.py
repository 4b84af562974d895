"""`python -m bench.scoring [NAME ...]`: ours beside the peers on the same rows, one JSON object a line.

Names are insteval, skating, pollsters, managers, batting, otc, simulated, floods, speed and referrals; without any, all
of them are run. What happens meanwhile, and every peer's figure, goes to standard error.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import fields

import numpy as np

from bench import floods, ours, peers, referrals, speed, standings
from bench.grading import Graded, Joined, compare
from bench.lines import Line, note, say
from bench.peers import Foreseen
from bench.records import RECORDS, missing
from bench.tracks import DATA, Track


def main(arguments: list[str]) -> int:
    sections = _sections()
    unknown = [name for name in arguments if name not in sections]
    if unknown:
        note(f"Unknown: {', '.join(unknown)}. There are {', '.join(sections)}.")
        return 2
    for name in arguments or sections:
        say(sections[name]())
    return 0


def _sections() -> dict[str, Callable[[], Iterator[Line]]]:
    sections: dict[str, Callable[[], Iterator[Line]]] = {
        name: lambda name=name: of_records(name) for name in RECORDS
    }
    sections |= {
        "simulated": standings.lines,
        "floods": floods.lines,
        "speed": speed.lines,
        "referrals": of_referrals,
    }
    return sections


def of_records(name: str) -> Iterator[Line]:
    if missing(name):
        note(f"Skipped {name}: {DATA / name}.csv.gz is not there.")
        return
    groups: dict[str, list[Track]] = {}
    for track in RECORDS[name]():
        groups.setdefault(track.group, []).append(track)
    for group, tracks in groups.items():
        yield from graded(group, tracks)


def of_referrals() -> Iterator[Line]:
    if not DATA.is_dir():
        note(f"Skipped referrals: {DATA} is not there.")
        return
    wanted = {field.name for field in fields(Line)}
    for line in referrals.lines(DATA):
        yield Line(**{key: value for key, value in line.items() if key in wanted})


def graded(name: str, tracks: list[Track]) -> Iterator[Line]:
    """The tracks of one group are graded together."""
    seen: dict[str, list[Foreseen]] = {}
    for track in tracks:
        seen.setdefault("ours", []).append(ours.foresee(track)[0])
        for peer, foreseen in peers.foresee(track):
            seen.setdefault(peer, []).append(foreseen)
    joined = {peer: _join(parts) for peer, parts in seen.items()}
    tested = Joined.of(tracks)
    for metric, grade in _metrics(tested).items():
        grades = {peer: grade(foreseen) for peer, foreseen in joined.items()}
        mine = grades.pop("ours")
        found = compare(mine, grades, tested.people, high=metric == "within-rater concordance")
        note(
            f"{name}, {metric}: "
            + ", ".join(f"{peer} {_value(grade, tested.people):.5g}" for peer, grade in grades.items())
        )
        yield Line(
            track=name,
            metric=metric,
            ours=found.ours,
            best_peer=found.best,
            peer=found.peer,
            ci=found.interval,
        )


def _metrics(tested: Joined) -> dict[str, Callable[[Foreseen], Graded]]:
    metrics: dict[str, Callable[[Foreseen], Graded]] = {}
    if tested.tracks[0].levels is not None:
        metrics["log-loss"] = tested.log_loss
    metrics["RMSE"] = tested.rmse
    if tested.rater is not None:
        metrics["within-rater concordance"] = tested.concordance
    if "c_rater_country" in tested.tracks[0].test:
        metrics["home bias left"] = tested.home_bias
    return metrics


def _join(parts: list[Foreseen]) -> Foreseen:
    return Foreseen(
        np.concatenate([part.mean for part in parts]), np.concatenate([part.good for part in parts])
    )


def _value(grade: Graded, people: int) -> float:
    return float(grade.redrawn(np.ones((1, people)))[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
