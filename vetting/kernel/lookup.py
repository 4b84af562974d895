"""Entries of a catalogue found by the words people type."""

import re
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from vetting.kernel.keys import fold

Entry = TypeVar("Entry")

# A search box takes a line, not a book: what is longer would only cost time.
_LONGEST: Final = 120
_WORD: Final = re.compile(r"[^\W_]+")
_CARRY_NOTHING: Final = frozenset("a an and by for in of on or per the to with".split())
# "churns" is churn and "days" is day, but "gas" is not ga and "loss" is not los.
_PLURAL: Final = re.compile(r"(?<=\w\w[^\Ws])s$")


def words_of(text: str) -> tuple[str, ...]:
    """Folded, without the words that carry nothing, and without the s of a plural."""
    found = (word for word in _WORD.findall(fold(text)) if word not in _CARRY_NOTHING)
    return tuple(_PLURAL.sub("", word) for word in found)


def matching(
    text: str, entries: Iterable[Entry], phrases_of: Callable[[Entry], Iterable[str]]
) -> list[Entry]:
    """Entries in which every word typed begins some word, in their order within three ranks.

    First those with a phrase that is what was typed, then those with a phrase that holds it all, then those
    that hold it in several. Nothing where no word is typed.
    """
    typed = words_of(text[:_LONGEST])
    ranked = []
    for entry in entries:
        phrases = [words_of(phrase) for phrase in phrases_of(entry)]
        if typed and _covers(typed, [word for phrase in phrases for word in phrase]):
            ranked.append((_rank(typed, phrases), entry))
    return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]


def _rank(typed: tuple[str, ...], phrases: list[tuple[str, ...]]) -> int:
    if typed in phrases:
        return 0
    return 1 if any(_covers(typed, phrase) for phrase in phrases) else 2


def _covers(typed: Iterable[str], words: Iterable[str]) -> bool:
    known = tuple(words)
    return all(any(word.startswith(start) for word in known) for start in typed)
