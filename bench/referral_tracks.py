"""Tracks of referrals cut from public data: what was said, who is verified, and what a score should find."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from vetting.scoring.arrays import Flags, Floats, Ints

_FOUNDER: Final = 1  # of Bitcoin-OTC; its labels are what he and those he rated 5 or more said
_STRONG: Final = 5.0
_EARLY: Final = 0.15  # the part of a market's time in which its early members are found
_VERIFIED: Final = 30
_NEXT_FROM: Final = 0.7  # of the ratings come before the cut, the others are to be foretold
_ADVOGATO_SEEDS: Final = (6131, 5131, 3085, 1361)  # the site's own
_LEVELS: Final = {"Apprentice": 1.0, "Journeyer": 2.0, "Master": 3.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """`found` are the accounts that a score should put above those in `others`."""

    name: str
    signed: bool
    source: Ints
    target: Ints
    weight: Floats
    time: Floats | None
    verified: Ints
    found: Ints
    others: Ints


def otc_leakfree(data: Path) -> Track:
    """Good against bad members, without any rating of a labelled member by those whose word made the labels."""
    whole, good, bad = _otc(data)
    makes_labels = np.isin(whole.source, _circle(whole)) & np.isin(whole.target, np.append(good, bad))
    return _graded(_kept(whole, ~makes_labels), "otc leakfree", good, bad)


def otc_early(data: Path, *, given: bool) -> Track:
    """Good against bad members, each known only until the moment of the rating that made the label.

    `given`: what the member said of others is cut at that moment, too; else only what was said of the member.
    """
    whole, good, bad = _otc(data)
    assert whole.time is not None
    by_circle = np.isin(whole.source, _circle(whole))
    keep = np.ones(len(whole.source), dtype=np.bool_)
    for members, sign in ((good, 1.0), (bad, -1.0)):
        for member in members:
            labels = by_circle & (whole.target == member) & (sign * whole.weight >= _STRONG)
            if labels.any():
                about = (whole.target == member) | (given & (whole.source == member))
                keep &= ~(about & (whole.time >= whole.time[labels].min()))
    name = "otc early" if given else "otc early, received only"
    return _graded(_kept(whole, keep), name, good, bad)


def otc_next(data: Path) -> Track:
    """Whom the verified members rate above zero for the first time after the cut, against all other members."""
    whole, _, _ = _otc(data)
    assert whole.time is not None
    past = whole.time <= np.quantile(whole.time, _NEXT_FROM)
    track = _kept(whole, past)
    verified = early_members(track)
    pair = whole.source * (1 + whole.target.max()) + whole.target
    new = ~past & (whole.weight > 0.0) & np.isin(whole.source, verified) & ~np.isin(pair, pair[past])
    members = np.setdiff1d(np.concatenate((track.source, track.target)), verified)
    found = np.intersect1d(whole.target[new], members)
    return replace(
        track, name="otc next", verified=verified, found=found, others=np.setdiff1d(members, found)
    )


def advogato(data: Path, *, level: str) -> Track:
    """Developers whom the site put at `level` or above on that day, against all others with a certificate."""
    rows = [row for row in _rows(data / "advogato_2005.csv.gz") if row["level"] in _LEVELS]
    official = {
        int(row["user"]): _LEVELS[row["level"]] for row in _rows(data / "advogato_2005_official.csv.gz")
    }
    track = Track(
        name=f"advogato {level.lower()}",
        signed=False,
        source=np.array([int(row["source"]) for row in rows]),
        target=np.array([int(row["target"]) for row in rows]),
        weight=np.array([_LEVELS[row["level"]] for row in rows]),
        time=None,
        verified=np.array(_ADVOGATO_SEEDS),
        found=np.array([user for user, reached in official.items() if reached >= _LEVELS[level]]),
        others=np.zeros(0, dtype=np.int64),
    )
    members = np.concatenate((track.source, track.target))
    found = np.setdiff1d(np.intersect1d(track.found, members), track.verified)
    return replace(track, found=found, others=np.setdiff1d(members, np.append(track.found, track.verified)))


def facebook_sybil(data: Path) -> Track:
    """Real accounts against copies; the 100 real ones whose label is published are the verified."""
    labels = [
        (int(row["node"]), row["label"] == "1", row["split"] == "train")
        for row in _rows(data / "facebook_sybil_labels.csv.gz")
    ]
    rows = [(int(row["u"]), int(row["v"])) for row in _rows(data / "facebook_sybil.csv.gz")]
    source, target = np.array(rows).T
    return Track(
        name="facebook sybil",
        signed=False,
        source=source,
        target=target,
        weight=np.ones(len(source)),
        time=None,
        verified=np.array([node for node, real, known in labels if real and known]),
        found=np.array([node for node, real, known in labels if real and not known]),
        others=np.array([node for node, real, known in labels if not real and not known]),
    )


def early_members(track: Track) -> Ints:
    """A stand-in for "verified by clients" that no label enters: whom most others rated above zero early on."""
    assert track.time is not None
    early = (track.time <= np.quantile(track.time, _EARLY)) & (track.weight > 0.0)
    pairs = np.unique(np.stack((track.target[early], track.source[early])), axis=1)
    members, raters = np.unique(pairs[0], return_counts=True)
    return np.sort(members[np.lexsort((members, -raters))][:_VERIFIED])


def _otc(data: Path) -> tuple[Track, Ints, Ints]:
    rows = [[float(value) for value in row.values()] for row in _rows(data / "otc.csv.gz")]
    source, target, weight, time = np.array(rows).T
    labels = [(int(row["node"]), row["label"]) for row in _rows(data / "otc_labels.csv.gz")]
    nobody = np.zeros(0, dtype=np.int64)
    track = Track(
        name="otc",
        signed=True,
        source=source.astype(np.int64),
        target=target.astype(np.int64),
        weight=weight,
        time=time,
        verified=nobody,
        found=nobody,
        others=nobody,
    )
    good = np.array([node for node, label in labels if label == "1"])
    return track, good, np.array([node for node, label in labels if label == "-1"])


def _circle(track: Track) -> Ints:
    trusted = track.target[(track.source == _FOUNDER) & (track.weight >= _STRONG)]
    return np.unique(np.append(trusted, _FOUNDER))


def _kept(track: Track, keep: Flags) -> Track:
    time = None if track.time is None else track.time[keep]
    return replace(
        track, source=track.source[keep], target=track.target[keep], weight=track.weight[keep], time=time
    )


def _graded(track: Track, name: str, good: Ints, bad: Ints) -> Track:
    """Early members verified; graded are the labelled ones about whom anything is left, the verified aside."""
    verified = early_members(track)
    graded = np.setdiff1d(np.concatenate((track.source, track.target)), verified)
    return replace(
        track,
        name=name,
        verified=verified,
        found=np.intersect1d(good, graded),
        others=np.intersect1d(bad, graded),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
