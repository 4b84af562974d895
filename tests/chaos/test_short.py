"""The short forms of `python -m tests.chaos`: every promise, fewer letters and seconds instead of minutes."""

import json
import os
import subprocess
import sys

import pytest

from config.places import PROJECT

pytestmark = pytest.mark.xdist_group("chaos")  # one set of servers for all three

NONE = {"lost": 0, "stuck": 0, "unexplained": 0, "after_stop": 0, "over_cap": 0, "errors": 0}


def test_nothing_is_lost_and_nothing_goes_out_after_a_stop():
    # A seed of its own each time looks further than the same one for ever.
    seed = str(int.from_bytes(os.urandom(3)))
    told = chaos(*"--n 60 --rate 3 --kills 8 --days 0 --quick --json --seed".split(), seed)
    assert told.stdout, told.stderr
    figures = json.loads(told.stdout.splitlines()[-2])
    assert {name: figures[name] for name in NONE} == NONE, (seed, told.stderr)
    assert figures["copies_max"] <= 2
    assert figures["faults"] == {"kill": 8, "flush": 1, "redis": 1, "restart": 1, "clock": 1}
    assert figures["letters"] >= 40


def test_nobody_waits_for_redis_and_every_limit_holds_without_it():
    told = chaos("redis", "--quick")
    assert (told.returncode, "faults={}" in told.stdout) == (0, True), told.stdout + told.stderr


def test_without_postgresql_all_are_told_when_to_come_back_and_nothing_acknowledged_is_lost():
    told = chaos("postgres", "--quick")
    assert (told.returncode, "restart_lost=0" in told.stdout) == (0, True), told.stdout + told.stderr
    if "disk_full=skipped" in told.stdout:
        pytest.skip(told.stdout.splitlines()[-1])


def chaos(*words):
    """The run sets up Django by itself."""
    unmeasured = {name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_CONFIG"}
    return subprocess.run(
        [sys.executable, "-m", "tests.chaos", *words],
        cwd=PROJECT,
        env=unmeasured,
        capture_output=True,
        text=True,
        check=False,
    )
