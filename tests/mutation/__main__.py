"""python -m tests.mutation: which part of all small changes of the scale do its own tests notice?

Each mutant runs in a process of its own, forked from this one, with the tests of tests/scoring alone and 30 cases of
each property. A sample is taken where all would take too long; the same seed takes the same one.
"""

import argparse
import ast
import functools
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import hypothesis  # noqa: F401 - loaded once, before the forks
import numpy as np  # noqa: F401 - the same
import pytest

from tests.mutation.mutants import Mutant, mutants

PROJECT = Path(__file__).resolve().parent.parent.parent
SCALE, TESTS = PROJECT / "vetting" / "scoring", PROJECT / "tests" / "scoring"
PATIENCE = 600  # seconds; a mutant that never ends is noticed


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Hands out the mutated module in place of the one on disk."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        self._name, self._mutant = name, mutant

    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name == self._name else None

    def exec_module(self, module):
        exec(compile(self._mutant.tree, self._name, "exec"), module.__dict__)


def is_killed(path: Path, mutant: Mutant, tests: Sequence[str]) -> bool:
    child = os.fork()
    if child == 0:
        signal.alarm(PATIENCE)
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        try:
            sys.meta_path.insert(0, Finder(f"vetting.scoring.{path.stem}", mutant))
            where = ["-c", str(Path(__file__).with_name("pytest.ini")), f"--rootdir={PROJECT}"]
            os._exit(int(pytest.main([*where, f"--confcutdir={TESTS}", *tests])))
        except BaseException:  # noqa: BLE001 - whatever it is, somebody noticed
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return status != 0


def tests_for(path: Path) -> list[list[str]]:
    """Those that reach the module by their imports: its own first, which notice most, and then all others."""
    files = sorted(file for file in TESTS.glob("test_*.py") if path in reached(file))
    own = [str(file) for file in files if file.stem == f"test_{path.stem}"]
    return [group for group in (own, [str(file) for file in files if str(file) not in own]) if group]


@functools.cache
def reached(path: Path) -> frozenset[Path]:
    """The file and every file of ours that it imports, and that those import."""
    names = (
        node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)
    )
    found = [PROJECT / f"{name.replace('.', '/')}.py" for name in names if name]
    return frozenset({path}).union(*(reached(file) for file in found if file.is_file()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=300, help="a sample of so many mutants")
    parser.add_argument("--seconds", type=float, default=3600, help="stop after so long")
    parser.add_argument("--least", type=float, default=85, help="fail below so many per cent")
    parser.add_argument("modules", nargs="*", help="of vetting/scoring; all of them by default")
    asked = parser.parse_args()
    paths = [SCALE / f"{name}.py" for name in asked.modules] or sorted(SCALE.glob("*.py"))
    weights = SCALE / "weights.py"  # which every test reaches
    unchanged = Mutant(0, "nothing", ast.parse(weights.read_text()))
    if any(is_killed(weights, unchanged, tests) for tests in tests_for(weights)):
        message = "The tests fail without any change: mend that first."
        raise SystemExit(message)
    everyone = [(path, mutant) for path in paths for mutant in mutants(path.read_text())]
    sample = random.Random(1).sample(everyone, min(asked.most, len(everyone)))
    begun, killed, tried = time.monotonic(), 0, 0
    for path, mutant in sample:
        if time.monotonic() - begun > asked.seconds:
            break
        tried += 1
        if any(is_killed(path, mutant, tests) for tests in tests_for(path)):
            killed += 1
        else:
            print(f"survived: {path.name}:{mutant.line}: {mutant.change}", flush=True)
    part = 100 * killed / tried if tried else 0.0
    print(f"{killed} of {tried} killed, {part:.1f} %; drawn from {len(everyone)} mutants")
    return int(part < asked.least)


if __name__ == "__main__":
    raise SystemExit(main())
