"""Which files are the project's: those that git knows or would take."""

import ast
import functools
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent


@functools.cache
def files(*folders: str, suffix: str = "") -> list[Path]:
    """Files under the folders, relative to the project."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True).stdout.decode().split("\0")
    paths = [Path(name) for name in sorted(set(listed)) if name.endswith(suffix)]
    return [path for path in paths if path.suffix and (PROJECT / path).is_file()]


def python(*folders: str) -> list[Path]:
    """Python files written by hand."""
    return [path for path in files(*folders, suffix=".py") if "migrations" not in path.parts]


def text(path: Path) -> str:
    return (PROJECT / path).read_text(encoding="utf-8")


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), str(path))


def lines(path: Path) -> int:
    return len(text(path).splitlines())
