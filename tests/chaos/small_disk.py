"""A disk of PostgreSQL's own that can be filled: a file system in memory, where root may mount one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.places import Place

_SIZE = "192m"  # fresh tables, and the log of some minutes
_STEP = 1 << 20


def unavailable(where: Place) -> str:
    """Why there can be none here; empty where there can."""
    if where.account is None:
        return "only root can mount a small disk"
    with suppress(OSError, subprocess.CalledProcessError), mounted(where):
        return ""
    return "no file system can be mounted here"


@contextmanager
def mounted(where: Place) -> Iterator[Path]:
    """The small disk, at the place where the server keeps its data; what stands there meanwhile is out of sight."""
    assert where.account is not None
    disk = where.folder(where.state / "postgres")
    owner = f"uid={where.account.uid},gid={where.account.gid}"
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=0700,{owner}", "touchstone", disk],
        check=True,
        capture_output=True,
    )
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True, capture_output=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not a byte is left on it while the block runs."""
    ballast = disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            step = _STEP
            while step:
                try:
                    file.write(b"\0" * step)
                except OSError:
                    step //= 2
        yield
    finally:
        ballast.unlink()
