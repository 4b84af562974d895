"""The nine questions a client's referee is asked about one result, and the one she is asked again: versioned words.

What is stored is the code of an answer; the wording belongs to the version and the language, so that an old answer is
read with the very words it was given to. They stand in questionnaires/, one file for each; a file that was ever used
does not change, and another wording is another file with the next number.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from vetting.kernel.languages import ENGLISH, spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One whole answer. `shares` is a key of SHARES or empty (cannot say); values in the metric's own unit."""

    worked_together: bool
    role: str = ""
    interests: tuple[str, ...] = ()
    baseline_verdict: str = "cannot_say"
    baseline_value: Decimal | None = None
    result_verdict: str = "cannot_say"
    result_value: Decimal | None = None
    shares: str = ""
    goal_before: str = "unknown"
    transfer: int | None = None
    hire_again: str = "cannot_say"
    publish: str = "sector"
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """Whether last time's number holds; `value` is today's, in the metric's own unit, where it is another."""

    still: str
    value: Decimal | None = None


# Ranges of percent, low to high: people know a range where they would invent a number.
SHARES: Mapping[str, tuple[int, int]] = {
    "0-10": (0, 10),
    "10-25": (10, 25),
    "25-50": (25, 50),
    "50-75": (50, 75),
    "75-100": (75, 100),
}


@dataclass(frozen=True, slots=True)
class Question:
    """`choices` maps the stored code to its words; empty for a question that is answered in writing.

    `asked` is the question with its {metric} and its {value} in it, where it has a number; `number` is the name of the
    field for another one.
    """

    key: str
    words: str
    hint: str
    choices: Mapping[str, str]
    asked: str = ""
    number: str = ""


_Questions = Mapping[str, Question]


def _question(row: Mapping[str, Any]) -> Question:
    return Question(**{"hint": "", "choices": {}, **row})


def _read() -> dict[tuple[str, str], _Questions]:
    """By version and language, each version in the order of its numbers."""
    found: dict[tuple[str, str], _Questions] = {}
    files = Path(__file__).with_name("questionnaires").glob("*.toml")
    for path in sorted(files, key=lambda path: (len(path.stem), path.stem)):
        version, _, language = path.stem.partition(".")
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
        found[version, language] = {row["key"]: _question(row) for row in rows}
    return found


_WORDS: Final = _read()
# kind and language to the version in which questions of that kind are put now
_NOW: Final = {(version.partition("-")[0], language): version for version, language in _WORDS}


def questions(version: str, language: str) -> _Questions:
    """The very words of that version, as they were read in that language."""
    return _WORDS[version, language]


def version(kind: str) -> str:
    """The one in which a question of that kind is put now, in the language now spoken."""
    return _NOW[kind, spoken()]


def question(key: str) -> Question:
    """In the language now spoken."""
    kind = "sustain" if key == STILL_QUESTION.key else "outcome"
    return _WORDS[version(kind), spoken()][key]


# As programs and the house's own people read them. Not a question about the work: how the answer may appear.
*_ASKED, _PUBLISH = questions(_NOW["outcome", ENGLISH], ENGLISH).values()
QUESTIONS: Final = tuple(_ASKED)
PUBLISH_WORDS: Final = _PUBLISH.choices
# Asked again some months after a result was confirmed. Better and worse are meant as the metric means them.
STILL_QUESTION: Final = questions(_NOW["sustain", ENGLISH], ENGLISH)["still"]
