"""Copies of the project elsewhere, as a stranger has them, and what runs in them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.launch import command_of
from config.places import place
from tests.house.files import PROJECT, files


@contextmanager
def checkout(*, inside: Path | None = None, owner: int | None = None) -> Iterator[Path]:
    """A copy without the demo command, whose world would take its time; everything is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="checkout-", dir=inside))
    folder.chmod(0o755)
    for path in files():
        if path.parts[0] in {"config", "vetting", "templates", "static", "manage.py", "pyproject.toml"}:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / path, folder / path)
    (folder / "vetting" / "management" / "commands" / "demo.py").unlink(missing_ok=True)
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "static").mkdir(exist_ok=True)
    if owner is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner, owner)
    try:
        yield folder
    finally:
        for number in processes(folder):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        where = place(project=folder)
        sockets = where.run.parent.glob(f"touchstone-*-{where.run.name.rpartition('-')[2]}")
        for left in (folder, where.state, *sockets):
            shutil.rmtree(left, ignore_errors=True)


def python(folder: Path, *arguments: str, **options) -> "subprocess.Popen[str]":
    """Python with our packages in that folder, and with nothing of this run's surroundings."""
    return subprocess.Popen(
        [options.pop("interpreter", sys.executable), *arguments],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            **({} if "user" in options else _measured(folder)),
            **options.pop("env", {}),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def _measured(folder: Path) -> dict[str, str]:
    """Where this run measures coverage, so does that one: of its copy, and tells it here."""
    if "COVERAGE_PROCESS_CONFIG" not in os.environ:
        return {}
    return {
        "COVERAGE_PROCESS_START": str(folder / "pyproject.toml"),
        "COVERAGE_FILE": str(PROJECT / ".coverage"),
    }


def processes(folder: Path) -> dict[int, str]:
    """The numbers and command lines of what still runs in or on a folder."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        words = command_of(int(entry.name))
        try:
            works_there = (entry / "cwd").resolve().is_relative_to(folder)
        except OSError:
            works_there = False
        if words and (works_there or str(folder) in words):
            found[int(entry.name)] = words
    return found
