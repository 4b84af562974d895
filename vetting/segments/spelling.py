"""Words a few letters away from one that was typed: what it may have been meant to be."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SHORTEST: Final = 4  # with a letter wrong in a shorter word anything might be meant
LONGEST: Final = 80

Arrays = dict[str, NDArray[Any]]


def lettered(words: Iterable[str]) -> Arrays:
    """Those long enough, by length and then by letters: each length is a table of code points, a row a word.

    `word_masks` holds of each word which letters occur in it; a letter more, less or mistaken changes two bits at most.
    """
    long = sorted(
        {word for word in words if SHORTEST <= len(word) <= LONGEST}, key=lambda word: (len(word), word)
    )
    lengths = np.array([len(word) for word in long], np.int64)
    letters = _letters("".join(long))
    masks = np.uint64(1) << (letters & np.uint32(63)).astype(np.uint64)
    first = np.cumsum(lengths) - lengths
    return {
        "word_starts": np.searchsorted(lengths, np.arange(LONGEST + 2)).astype(np.int64),
        "word_letters": letters,
        "word_masks": np.bitwise_or.reduceat(masks, first) if long else np.zeros(0, np.uint64),
    }


def near(arrays: Mapping[str, NDArray[Any]], typed: str, most: int) -> list[tuple[int, str]]:
    """The words at most so many letters away, and how many: added, left out, mistaken, or swapped with their neighbour."""
    wanted, starts = _letters(typed), arrays["word_starts"]
    mask = np.bitwise_or.reduce(np.uint64(1) << (wanted & np.uint32(63)).astype(np.uint64))
    before = np.concatenate(
        ([0], np.cumsum(np.diff(starts) * np.arange(LONGEST + 1)))
    )  # letters of shorter words
    found: list[tuple[int, str]] = []
    for length in range(max(len(typed) - most, SHORTEST), min(len(typed) + most, LONGEST) + 1):
        first, last = starts[length : length + 2]
        likely = np.flatnonzero(np.bitwise_count(arrays["word_masks"][first:last] ^ mask) <= 2 * most)
        if not likely.size:
            continue
        table = arrays["word_letters"][before[length] : before[length + 1]].reshape(-1, length)[likely]
        steps = _steps(wanted, table, most)
        some = np.flatnonzero(steps <= most)
        words = (table[at].astype("<u4").tobytes().decode("utf-32-le") for at in some)
        found += zip(steps[some].tolist(), words, strict=True)
    return found


def _steps(wanted: NDArray[np.uint32], table: NDArray[np.uint32], most: int) -> NDArray[np.uint8]:
    """Of each row how far it is, or more than `most`; letters further apart than that are never compared."""
    many, length = table.shape
    columns = np.ascontiguousarray(table.T)
    beyond = np.full(many, most + 1, np.uint8)
    before: list[NDArray[np.uint8]] = []
    row = [np.full(many, min(j, most + 1), np.uint8) for j in range(length + 1)]
    for i, letter in enumerate(wanted):
        last, before, row = before, row, [np.full(many, min(i + 1, most + 1), np.uint8)]
        for j in range(length):
            if abs(i - j) > most:
                row.append(beyond)
                continue
            steps = np.minimum(before[j] + (columns[j] != letter), np.minimum(before[j + 1], row[j]) + 1)
            if i and j:
                swapped = (columns[j - 1] == letter) & (columns[j] == wanted[i - 1])
                steps = np.where(swapped, np.minimum(steps, last[j - 1] + 1), steps)
            row.append(steps.astype(np.uint8))
    return row[-1]


def _letters(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.uint32)
