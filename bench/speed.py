"""How long calibration takes, beside a mixed model on the same rows; `bench.scale_speed` measures scores."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.lines import OUT, Line, note
from bench.peers import MixedModel, rows_of
from bench.simulated import Platform, simulate
from bench.tracks import Track, write

_PLATFORMS = {
    "100,000 outcomes of 2,000 people": Platform(people=2_000, outcomes=50.0),
    "100,000 outcomes of 12,500 people": Platform(people=12_500, outcomes=8.0),
}


def lines() -> Iterator[Line]:
    for name, platform in _PLATFORMS.items():
        track = simulate("speed", platform, 0)
        folder = OUT / "tracks" / track.name
        write(track, folder)
        note(f"{name}: {len(track.outcome)} train rows, {len(track.truth)} test rows")
        command = [sys.executable, "-m", "bench.predict", str(folder), str(OUT / "predictions" / track.name)]
        start, before = time.perf_counter(), _children()
        subprocess.run(command, check=True)
        spent, used = time.perf_counter() - start, _children() - before
        yield Line(track=name, metric="seconds of one processor", ours=used)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        yield Line(track=name, metric="GB of memory at most", ours=memory)
        small = platform.people == 2_000  # its algebra grows with the cube of people and raters
        peer = {"best_peer": _mixed_model(track), "peer": "mixed model"} if small else {}
        yield Line(track=name, metric="seconds, calibration and foresight", ours=spent, **peer)


def _mixed_model(track: Track) -> float:
    """Person, rater and client, without covariates."""
    start = time.perf_counter()
    MixedModel(rows_of(track, track.outcome), covariates=False)
    return time.perf_counter() - start


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
