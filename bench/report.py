"""`python -m bench.report FOLDER`: the table of results and the plots, from what `bench.scoring` left in bench-out."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import plots
from bench.lines import RESULTS, Line, read

Goal = tuple[str, Callable[[Line], bool]]


def most(limit: float) -> Goal:
    return f"<= {limit:g}", lambda line: line.ours <= limit


def least(limit: float) -> Goal:
    return f">= {limit:g}", lambda line: line.ours >= limit


def _above(line: Line) -> bool:
    return line.best_peer is not None and line.ours >= 1.05 * line.best_peer


_INVENTED: Final[dict[str, Goal]] = {
    "rank correlation with truth": ("5 % above the best peer", _above),
    "shills' percentile": most(55.0),
    "cover of the 80 % interval": (".78 to .82", lambda line: 0.78 <= line.ours <= 0.82),
}
_FLOOD: Final = "100 weakest-level fakes of one client"
GOALS: Final[dict[tuple[str, str], Goal]] = {
    ("insteval_3", "log-loss"): most(0.6735),
    ("insteval_3", "within-rater concordance"): least(0.606),
    ("insteval_all", "RMSE"): most(1.247),
    ("insteval_all", "within-rater concordance"): least(0.642),
    ("skating_3", "RMSE"): most(0.55),
    ("skating_3", "home bias left"): most(0.05),
    ("pollsters", "log-loss"): most(0.693),
    ("managers", "RMSE"): most(0.0628),
    ("batting_all", "RMSE"): most(0.028),
    ("batting_few", "RMSE"): most(0.0326),
    ("otc", "log-loss"): most(0.365),
    (_FLOOD, "standard deviations gained at most, calibrated panel"): most(0.4),
    (_FLOOD, "standard deviations gained at most, score()"): most(0.4),
    ("100,000 outcomes of 2,000 people", "seconds, calibration and foresight"): most(60.0),
    ("100,000 outcomes of 12,500 people", "seconds, calibration and foresight"): most(60.0),
    ("100,000 outcomes of 12,500 people", "GB of memory at most"): most(2.0),
    **{
        (f"simulated {name}", metric): goal
        for name in ("like", "unlike", "sparse")
        for metric, goal in _INVENTED.items()
    },
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m bench.report FOLDER\n")
        return 2
    lines = read()
    if not lines:
        sys.stderr.write(f"{RESULTS} is not there: run python -m bench.scoring first\n")
        return 1
    folder = Path(arguments[0])
    day = datetime.fromtimestamp(RESULTS.stat().st_mtime, tz=UTC).date()
    (folder / "scoring-results.md").write_text(page(lines, f"{day:%d %B %Y}"), encoding="utf-8")
    plots.draw(folder)
    return 0


def page(lines: list[Line], day: str) -> str:
    head = [
        "# Results of `python -m bench.scoring`",
        "",
        f"Written by `python -m bench.report docs/explanation` from the run of {day}. What the figures mean stands in",
        "[scoring-benchmark.md](scoring-benchmark.md).",
        "",
        "| track | metric | ours | best peer | ours less peer, 95 % | goal | reached |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *map(_row, lines), ""])


def _row(line: Line) -> str:
    goal, reached = GOALS.get((line.track, line.metric), ("", None))
    peer = "" if line.best_peer is None else f"{line.best_peer:.4g} ({line.peer})"
    interval = "" if line.ci is None else f"{line.ci[0]:+.4f} to {line.ci[1]:+.4f}"
    answer = "" if reached is None else "yes" if reached(line) else "**no**"
    cells = (line.track, line.metric, f"{line.ours:.4g}", peer, interval, goal, answer)
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
