"""The short form of `python -m tests.chaos`: every promise, fewer letters."""

import json
import os
import subprocess
import sys

from config.places import PROJECT

NONE = {"lost": 0, "stuck": 0, "unexplained": 0, "after_stop": 0, "over_cap": 0, "errors": 0}


def test_nothing_is_lost_and_nothing_goes_out_after_a_stop():
    command = "-m tests.chaos --n 60 --rate 3 --kills 8 --days 0 --quick --json".split()
    # The run sets up Django by itself; a seed of its own each time looks further than the same one for ever.
    seed = str(int.from_bytes(os.urandom(3)))
    unmeasured = {name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_CONFIG"}
    told = subprocess.run(
        [sys.executable, *command, "--seed", seed],
        cwd=PROJECT,
        env=unmeasured,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout, told.stderr
    figures = json.loads(told.stdout.splitlines()[-2])
    assert {name: figures[name] for name in NONE} == NONE, (seed, told.stderr)
    assert figures["copies_max"] <= 2
    assert figures["faults"] == {"kill": 8, "flush": 1, "redis": 1, "restart": 1, "clock": 1}
    assert figures["letters"] >= 40
