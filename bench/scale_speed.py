"""python -m bench.scale_speed: how long the scale takes, for many people at once, for one, and to learn from all.

The peer is the obvious loop, `score` called for one person after the other, on the same people in the same run. The two
take turns, so that what else the machine does meets both. Seconds are those of the processor, not of the clock. A mixed
model on as many rows is timed by `bench.speed`.
"""

import json
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # before numpy: a product of small matrices needs no threads

import numpy as np

from vetting.scoring.batch import History, score_many, standings_many
from vetting.scoring.calibration import calibrate
from vetting.scoring.evidence import Claim, Direction
from vetting.scoring.score import score

PEOPLE, CLAIMS = 10_000, 6
LEARNERS, LEARNED = 12_500, 8  # 100,000 outcomes
TURNS, LOOPED = 20, 10  # so many turns, in each of which so many people are scored by the loop
DAY = date(2026, 3, 1)


def market(*, people: int, claims: int, seed: int = 20250101) -> list[History]:
    """Claims of four years. Of them 7 in 10 have an answer about transfer, 4 about money, 3 after six months."""
    rng = np.random.default_rng(seed)
    return [
        History(claims=[_claim(f"{one}-{n}", rng) for n in range(claims)], referrals=(), on=DAY)
        for one in range(people)
    ]


def _claim(key: str, rng: np.random.Generator) -> Claim:
    gained = 15.0 * rng.normal(0.8, 0.6)
    return Claim(
        key=key,
        baseline=100.0,
        target=100.0 + 15.0 * rng.lognormal(0.0, 0.5),
        achieved=100.0 + gained,
        direction=Direction.UP,
        usual_change=0.15,
        level=int(rng.integers(1, 5)),
        preregistered=bool(rng.random() < 0.5),
        cluster=str(rng.integers(500)),
        referee=str(rng.integers(1500)),
        verified_on=DAY - timedelta(days=int(rng.integers(0, 1500))),
        fee=1000.0 if rng.random() < 0.4 else None,
        money=1000.0 * rng.lognormal(1.0, 1.0),
        transfer=int(rng.integers(0, 5)) if rng.random() < 0.7 else None,
        sustained_6m=100.0 + gained * rng.normal(0.9, 0.3) if rng.random() < 0.3 else None,
        contexts=(("metric", str(rng.integers(24))), ("industry", str(rng.integers(60)))),
    )


def measured(histories: list[History]) -> Iterator[dict[str, Any]]:
    spent = {"intervals": 0.0, "ledgers": 0.0, "loop": 0.0}
    for turn in range(TURNS):
        here = histories[turn::TURNS]
        spent["intervals"] += _seconds(lambda here=here: standings_many(here))
        spent["ledgers"] += _seconds(lambda here=here: score_many(here))
        spent["loop"] += _seconds(lambda here=here: [_one(each) for each in here[:LOOPED]])
    looped = spent["loop"] * len(histories) / (TURNS * LOOPED)
    outcomes = sum(len(history.claims) for history in histories)
    for what in ("intervals", "ledgers"):
        yield {
            "measure": f"batch of {what}",
            "people": len(histories),
            "outcomes": outcomes,
            "seconds": round(spent[what], 3),
            "loop_seconds": round(looped, 3),
            "ratio": round(looped / spent[what], 1),
        }
    ones = [_seconds(lambda each=each: _one(each)) for each in histories[:200]]
    yield {
        "measure": "one person",
        "median_ms": round(1000 * statistics.median(ones), 3),
        "least_ms": round(1000 * min(ones), 3),
    }


def learned(histories: Sequence[History]) -> dict[str, Any]:
    evidence = {str(number): history.claims for number, history in enumerate(histories)}
    before = _most_memory()
    seconds = _seconds(lambda: calibrate(evidence))
    return {
        "measure": "calibration",
        "people": len(evidence),
        "outcomes": sum(len(claims) for claims in evidence.values()),
        "seconds": round(seconds, 1),
        "gigabytes_more": round(_most_memory() - before, 2),
    }


def _one(history: History) -> object:
    return score(history.claims, history.referrals, on=history.on)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    for line in measured(market(people=PEOPLE, claims=CLAIMS)):
        print(json.dumps(line), flush=True)
    print(json.dumps(learned(market(people=LEARNERS, claims=LEARNED))), flush=True)


if __name__ == "__main__":
    main()
