"""`python -m tests.chaos --n 10000 --seed 1`: the exit code is 1 where a promise is broken.

`python -m tests.chaos redis` and `postgres` take that server away while people use the site.
"""

import argparse
import json
import math
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.sink import Sink

_PARSER = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
_PARSER.add_argument("what", nargs="?", choices=("letters", "redis", "postgres"), default="letters")
_PARSER.add_argument("--n", type=int, default=10_000, help="asks")
_PARSER.add_argument("--seed", type=int, default=1)
_PARSER.add_argument("--rate", type=float, default=8.0, help="asks a second")
_PARSER.add_argument("--workers", type=int, default=2)
_PARSER.add_argument("--beats", type=int, default=2, help="two ring twice, none rings never")
_PARSER.add_argument("--days", type=int, default=31, help="how far the clock is led on after the faults")
_PARSER.add_argument("--kills", type=int, help="default: 3 in 100 asks, and so on for the others")
_PARSER.add_argument("--calm", action="store_true", help="no fault at all: how late is a letter then")
_PARSER.add_argument("--quick", action="store_true", help="minutes become seconds, leases are not waited for")
_PARSER.add_argument("--json", action="store_true", help="all figures as one object before the last line")


def main() -> int:
    given = _PARSER.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.chaos.settings"
    from tests.chaos.sink import Sink

    sink = Sink(given.seed, calm=given.calm or given.what != "letters")
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"  # before Django reads its settings
    import django

    django.setup()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell gives its background jobs none
    return _letters(given, sink) if given.what == "letters" else _away(given, sink)


def _away(given: argparse.Namespace, sink: "Sink") -> int:
    from tests.chaos import away

    try:
        run = {"redis": away.without_redis, "postgres": away.without_postgres}[given.what]
        figures = run(sink, quick=given.quick)
    except KeyboardInterrupt:
        os._exit(130)
    for each in figures.broken:
        print(f"broken: {each}", file=sys.stderr)
    print(figures.last_line())
    return int(bool(figures.broken))


def _letters(given: argparse.Namespace, sink: "Sink") -> int:
    from tests.chaos.faults import Faults
    from tests.chaos.run import Plan, run

    def share(part: float) -> int:
        return 0 if given.calm else max(1, math.ceil(given.n * part))

    kills = share(0.03) if given.kills is None else given.kills
    plan = Plan(
        n=given.n,
        seed=given.seed,
        rate=given.rate,
        workers=given.workers,
        beats=given.beats,
        days=given.days,
        waits_for_leases=not given.quick,
        faults=Faults(
            kills=kills,
            flushes=share(0.01),
            redis_kills=share(0.006),
            restarts=share(0.003),
            clock_moves=share(0.0005),
        ),
    )
    try:
        report = run(plan, sink)
    except KeyboardInterrupt:
        os._exit(130)  # workers and servers are stopped; the people's threads are not waited for
    verdict = report.verdict
    for name in ("lost", "stuck", "unexplained", "after_stop", "over_cap", "errors"):
        for row in getattr(verdict, name)[:20]:
            print(f"{name}: {row}", file=sys.stderr)
    if given.json:
        figures = {
            "seed": plan.seed,
            "n": plan.n,
            "seconds": report.seconds,
            "letters_received": report.letters,
            "faults": report.faults,
            "kills": report.kills,
            "smtp": report.moods,
            "ends": report.ends,
            **verdict.figures(),
        }
        print(json.dumps(figures))
    print(verdict.last_line())
    return int(verdict.broken())


if __name__ == "__main__":
    sys.exit(main())
