"""python -m bench.search --scale small|10k|100k|1m: how fast a search is, beside its peers on the same data and questions.

Each way answers the same questions in turn: the first twenty and exact counts of every facet. JSON lines: of each way and
kind the milliseconds at p50, p95 and p99; then memory, building times and how the time grows from scale to scale.
Every answer of a segment is compared with that of plain SQL, and every number of hits with the peers'.
"""

import argparse
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import numpy as np
from django.conf import settings

import bench.ready  # noqa: F401 - before whatever reads a table
from bench import place
from bench.asking import Asking, questions
from bench.filling import fill
from bench.listings import people
from bench.search_peers import with_sqlite, with_tantivy
from bench.world import world
from config import embedded
from vetting.indexes import actions, holding
from vetting.indexes import queries as fast
from vetting.jobs.clock import now
from vetting.search import queries as plain
from vetting.search.models import Listing
from vetting.search.rules import Query

SCALES = {"small": 2_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
ASKED = {"small": 100, "10k": 300, "100k": 300, "1m": 300}
# Seconds a slow way may take in all: it answers as many of the questions as fit, spread over all of them.
PATIENCE = {"small": 5.0, "10k": 20.0, "100k": 60.0, "1m": 240.0}

Way = Callable[[Asking], int]
Told = Callable[..., None]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench.search", description=__doc__)
    parser.add_argument(
        "--scale", choices=SCALES, action="append", required=True, help="several compare their growth"
    )
    scales: list[str] = parser.parse_args(arguments).scale
    found: dict[str, dict[str, float]] = {}
    for scale in scales:
        place.use(f"search_{scale}")
        settings.SEGMENTS = Path(settings.SEGMENTS) / "bench" / scale
        found[scale] = measure(scale, through_http=True)
        settings.SEGMENTS = settings.SEGMENTS.parent.parent
    for before, after in pairwise(scales):
        size = np.log(SCALES[after] / SCALES[before])
        for way in found[after]:
            exponent = np.log(found[after][way] / found[before][way]) / size
            tell(
                measure="growth",
                way=way,
                of="p95",
                between=[before, after],
                exponent=round(float(exponent), 2),
            )


def measure(scale: str, *, through_http: bool, tell: Told | None = None) -> dict[str, float]:
    """p95 of the mix by way, in milliseconds."""
    told = tell or globals()["tell"]
    number = SCALES[scale]
    known = world(number, referrals=0)
    if not Listing.objects.exists():
        timed(told, scale, "fill PostgreSQL", lambda: fill(known))
    holding.forget()
    row = timed(told, scale, "build the segment", lambda: actions.rebuild(at=now()))
    assert row is not None
    timed(told, scale, "open the segment", opened)
    told(measure="memory", scale=scale, of="the segment's file", megabytes=round(row.bytes / 1e6, 1))
    told(measure="memory", scale=scale, of="the most this process held", megabytes=round(resident() / 1e3))
    asked = questions(ASKED[scale])
    folder = Path(settings.SEGMENTS) / "peers"
    shutil.rmtree(folder, ignore_errors=True)
    ways: dict[str, Way] = {"segments": in_process(fast.find), "postgresql": in_process(plain.find)}
    for name, made in (("tantivy", with_tantivy), ("sqlite fts5", with_sqlite)):
        ways[name] = timed(
            told, scale, f"build {name}", lambda made=made, name=name: made(people(known), folder / name)
        )
    compare(told, scale, asked)
    times = {name: run(told, scale, name, way, asked) for name, way in ways.items()}
    if through_http:
        with Served() as served:
            times["segments through http"] = run(told, scale, "segments through http", served.ask, asked)
    agreed = {
        name: sum(1 for at, (_, hits) in some.items() if hits == times["segments"][at][1])
        for name, some in times.items()
    }
    told(
        measure="numbers of hits that agree",
        scale=scale,
        **{name: [n, len(times[name])] for name, n in agreed.items()},
    )
    mixed = {
        name: [ms for at, (ms, _) in some.items() if asked[at].kind != "I"] for name, some in times.items()
    }
    own = times["segments"]
    for name, some in times.items():
        if not name.startswith("segments"):
            shared = [at for at in some if asked[at].kind != "I"]
            ratio = percentile([some[at][0] for at in shared], 95) / percentile(
                [own[at][0] for at in shared], 95
            )
            told(
                measure="ratio",
                scale=scale,
                of="p95 of the mix, on the questions both answered",
                peer=name,
                ratio=round(ratio, 1),
            )
    shutil.rmtree(folder)
    return {name: percentile(each, 95) for name, each in mixed.items()}


def run(told: Told, scale: str, name: str, way: Way, asked: Sequence[Asking]) -> dict[int, tuple[float, int]]:
    """Of each question that fits into our patience, by its place, its milliseconds and its hits."""
    found: dict[int, tuple[float, int]] = {}
    for each in asked[:10]:
        way(each)
    end = time.perf_counter() + PATIENCE[scale]
    for at in np.random.default_rng(1).permutation(len(asked)).tolist():
        begun = time.perf_counter()
        if begun > end:
            break
        hits = way(asked[at])
        found[at] = (time.perf_counter() - begun) * 1e3, hits
    for kind in [*sorted({each.kind for each in asked}), "A-H"]:
        some = [
            ms
            for at, (ms, _) in found.items()
            if asked[at].kind == kind or (kind == "A-H" and asked[at].kind != "I")
        ]
        if some:
            told(
                measure="milliseconds", scale=scale, way=name, kind=kind, asked=len(some), p50=round(statistics.median(some), 3),
                p95=round(percentile(some, 95), 3), p99=round(percentile(some, 99), 3),
            )  # fmt: skip
    return found


def compare(told: Told, scale: str, asked: Sequence[Asking]) -> None:
    """Ids, order and every count of every facet, as plain SQL has them; as many as fit into our patience."""
    end, same, some = time.perf_counter() + PATIENCE[scale], 0, 0
    for at in np.random.default_rng(2).permutation(len(asked)).tolist():
        if time.perf_counter() > end:
            break
        pages = [find(query(asked[at])) for find in (fast.find, plain.find)]
        both = [
            ([hit.profile_id for hit in page.hits], page.total, _in_order(page.facets())) for page in pages
        ]
        assert [page.way for page in pages] == ["segment", "postgresql"]
        some, same = some + 1, same + (both[0] == both[1])
    told(measure="answers equal to plain SQL", scale=scale, equal=same, of=some)


def _in_order(facets: Any) -> list[Any]:
    return [(facet, list(values.items())) for facet, values in facets.items() if any(values.values())]


def in_process(find: Any) -> Way:
    def answer(asking: Asking) -> int:
        page = find(query(asking))
        page.facets()
        return 0 if page.corrected else int(page.total)  # no peer asks what was meant

    return answer


def query(asking: Asking) -> Query:
    words = {name: value for name, value in asking.filters.items() if name != "rate"}
    rate = Decimal(asking.filters["rate"]) if "rate" in asking.filters else None
    return Query(text=" ".join(asking.words), rate=rate, **words)


class Served:
    """The API behind gunicorn, one worker, one connection that stays open."""

    def __enter__(self) -> Self:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:config.gunicorn",
            "--workers",
            "1",
            "--threads",
            "1",
        ]
        known = {"DATABASE_URL": place.url(), "SEGMENTS": str(settings.SEGMENTS), "LOG_LEVEL": "ERROR"}
        self._process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "bench.served:application"], env=os.environ | known
        )
        self._connection = HTTPConnection("127.0.0.1", port, timeout=600)
        try:
            until(lambda: self._get(Asking(kind="H"))[1] == "segment")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.wait()

    def ask(self, asking: Asking) -> int:
        answer, way = self._get(asking)
        assert way == "segment"
        body = json.loads(answer)
        return 0 if body["corrected"] else int(body["total"])

    def _get(self, asking: Asking) -> tuple[bytes, str]:
        asked = {"q": " ".join(asking.words), **asking.filters}
        try:
            self._connection.request("GET", f"/api/v1/search?{urlencode(asked)}")
            answer = self._connection.getresponse()
        except (OSError, HTTPException):
            self._connection.close()
            raise
        body = answer.read()
        assert answer.status == 200, body
        return body, answer.headers["Touchstone-Search"]


def until(ready: Callable[[], bool]) -> None:
    """A server takes a while to begin, and then to open its segment."""
    for _ in range(600):
        try:
            if ready():
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.2)
    message = "the server did not begin to answer from a segment within two minutes"
    raise TimeoutError(message)


def opened() -> None:
    fast.find(Query())
    holding.wait()


def timed(told: Told, scale: str, what: str, work: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    found = work()
    told(measure="seconds", scale=scale, of=what, seconds=round(time.perf_counter() - begun, 2))
    return found


def percentile(some: Iterable[float], part: float) -> float:
    return float(np.percentile(list(some), part))


def resident() -> int:
    """Kilobytes, the most there were."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def tell(**line: Any) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    with embedded.running():
        main(sys.argv[1:])
