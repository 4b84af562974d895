"""What the speed benches share: their command line, the database they work in, and lines of JSON."""

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.core.management import call_command

import bench.ready  # noqa: F401 - before whatever reads a table
from bench import place
from config import embedded

SMALL = 200


@contextmanager
def world_of(about: str, *, usual: int = 1_000_000) -> Iterator[int]:
    """On the world the command line asks for, filled where it is missing; a small one is removed again."""
    parser = ArgumentParser(description=about)
    parser.add_argument(
        "--scale", choices=("small", "full"), default="full", help="small shows that it works"
    )
    parser.add_argument("--consultants", type=int, default=usual)
    asked = parser.parse_args()
    consultants = SMALL if asked.scale == "small" else asked.consultants
    with embedded.running():
        try:
            call_command("bench_world", consultants=consultants, stdout=sys.stderr)
            yield consultants
        finally:
            if asked.scale == "small":
                place.drop(consultants)


def say(bench: str, measure: str, **figures: Any) -> None:
    line = {"bench": bench, "measure": measure, **{key: _short(value) for key, value in figures.items()}}
    print(json.dumps(line), flush=True)


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    found = np.quantile(np.array(seconds) * 1000, (0.5, 0.95, 0.99))
    return {"n": len(seconds)} | dict(zip(("p50_ms", "p95_ms", "p99_ms"), map(float, found), strict=True))


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value
