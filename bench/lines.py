"""What the benchmark says: one JSON object a line, kept in bench-out as well."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

OUT: Final = Path("bench-out")
RESULTS: Final = OUT / "results.jsonl"


@dataclass(frozen=True, kw_only=True)
class Line:
    """`best_peer`, `peer` and `ci` (95 %, ours less the peer's) are None where there is nothing to compare with."""

    track: str
    metric: str
    ours: float
    best_peer: float | None = None
    peer: str | None = None
    ci: tuple[float, float] | None = None

    def json(self) -> str:
        return json.dumps({key: _short(value) for key, value in asdict(self).items()})


def say(lines: Iterable[Line]) -> None:
    """Print each line, and keep it in place of an older one about the same."""
    for line in lines:
        sys.stdout.write(line.json() + "\n")
        sys.stdout.flush()
        kept = {(old.track, old.metric): old for old in read()}
        kept[line.track, line.metric] = line
        OUT.mkdir(exist_ok=True)
        RESULTS.write_text("".join(old.json() + "\n" for old in kept.values()), encoding="utf-8")


def read() -> list[Line]:
    if not RESULTS.exists():
        return []
    return [Line(**json.loads(text)) for text in RESULTS.read_text(encoding="utf-8").splitlines()]


def note(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _short(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return [_short(part) for part in value] if isinstance(value, tuple | list) else value
