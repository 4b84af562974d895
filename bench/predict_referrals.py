"""Referral tracks: edges.csv and seeds.csv into nodes.csv, by the product's own scale."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vetting.scoring.arrays import Floats, Ints
from vetting.scoring.credibility import credibility
from vetting.scoring.evidence import ScoringError
from vetting.scoring.ratings import RatingGraph, rating_graph
from vetting.scoring.referrals import standings
from vetting.scoring.weights import PUBLISHED


def predict(track: Path, out: Path, about: dict[str, Any]) -> None:
    """Write node, referral, credibility of every account, in order of their numbers.

    Raises ScoringError or ValueError where a row cannot be read, FileNotFoundError where a file is missing.
    """
    graph = read(track, signed=about.get("signed") is True)
    referral = standings(
        graph, graph.verified.astype(np.float64), PUBLISHED
    )  # by how many is not told: by one
    believable = credibility(graph)
    with (out / "nodes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["node", "referral", "credibility"])
        for node, standing, value in zip(graph.nodes, referral, believable, strict=True):
            writer.writerow([int(node), repr(float(standing)), f"{value:.12g}"])


def read(track: Path, *, signed: bool) -> RatingGraph:
    """The graph of a track. Without a column of weights each rating is 1; time may be missing altogether."""
    edges = _columns(track / "edges.csv", needed=("source", "target"), wanted=("weight", "time"))
    seeds = _columns(track / "seeds.csv", needed=("node",))
    return rating_graph(
        source=_numbers(edges["source"], "source"),
        target=_numbers(edges["target"], "target"),
        weight=edges["weight"] if "weight" in edges else np.ones(len(edges["source"])),
        time=edges.get("time"),
        verified=_numbers(seeds["node"], "node"),
        signed=signed,
    )


def _columns(path: Path, *, needed: Sequence[str], wanted: Sequence[str] = ()) -> dict[str, Floats]:
    """Columns by name. One that is empty in the first row is taken for absent."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = [name.strip() for name in next(reader, [])]
        first = next(reader, None)
    for name in needed:
        if name not in header:
            message = f"is no column of {path.name}"
            raise ScoringError(message, name, path.name)
    places = {name: header.index(name) for name in (*needed, *wanted) if name in header}
    if first is None:
        return {name: np.zeros(0) for name in places}
    present = [name for name in places if name in needed or first[places[name] : places[name] + 1] != [""]]
    table = np.loadtxt(
        path,
        delimiter=",",
        quotechar='"',
        skiprows=1,
        usecols=[places[name] for name in present],
        ndmin=2,
        encoding="utf-8",
    )
    return dict(zip(present, table.T.copy(), strict=True))


def _numbers(numbers: Floats, name: str) -> Ints:
    whole = np.isfinite(numbers) & (numbers == np.floor(numbers)) & (np.abs(numbers) < 2.0**53)
    if not whole.all():
        message = "is not a whole number"
        raise ScoringError(message, name, f"row {int(np.argmin(whole))}")
    return numbers.astype(np.int64)
