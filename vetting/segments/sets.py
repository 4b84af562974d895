"""Sets of documents: ascending numbers, or one bit each where that is smaller; intersected smallest first."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Docs = NDArray[np.uint32]
Bits = NDArray[np.uint64]

_NONE: Final = np.zeros(0, np.uint32)
_PART: Final = 256  # words unpacked at a time


class Set:
    """Either `docs` or `bits`; `size` is how many there are."""

    __slots__ = ("bits", "docs", "size")

    def __init__(self, size: int, *, docs: Docs | None = None, bits: Bits | None = None) -> None:
        self.size, self.docs, self.bits = size, docs, bits

    def holds(self, docs: Docs) -> NDArray[np.bool_]:
        """Of each of these whether it is one of the set."""
        if self.bits is not None:
            bit = np.uint64(1) << (docs & np.uint32(63)).astype(np.uint64)
            found: NDArray[np.bool_] = np.not_equal(self.bits[docs >> np.uint32(6)] & bit, 0)
            return found
        own = self.docs
        assert own is not None
        if not own.size:
            return np.zeros(docs.size, np.bool_)
        at = np.searchsorted(own, docs)
        at[at == own.size] = 0
        return np.equal(own[at], docs)

    def first(self, wanted: int) -> Docs:
        """The lowest; at least as many as wanted where there are so many."""
        if self.docs is not None:
            return self.docs[:wanted]
        assert self.bits is not None
        found, words = _NONE, 0
        while found.size < wanted and words < self.bits.size:
            part = unpacked(self.bits[words : words + _PART])
            found = np.concatenate((found, part + np.uint32(64 * words)))
            words += _PART
        return found

    def numbers(self) -> Docs:
        if self.docs is not None:
            return self.docs
        assert self.bits is not None
        return unpacked(self.bits)


def packed(docs: Docs, words: int) -> Bits:
    mask = np.zeros(words * 64, np.uint8)
    mask[docs] = 1
    bits: Bits = np.packbits(mask, bitorder="little").view(np.uint64)
    return bits


def unpacked(bits: Bits) -> Docs:
    return np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little").view(np.bool_)).astype(
        np.uint32
    )


def union(sets: Sequence[Set]) -> Set:
    if len(sets) == 1:
        return sets[0]
    dense = [each.bits for each in sets if each.bits is not None]
    if dense:
        bits = dense[0].copy()
        for other in dense[1:]:
            bits |= other
        for each in sets:
            if each.docs is not None and each.docs.size:
                bits |= packed(each.docs, bits.size)
        return Set(int(np.bitwise_count(bits).sum()), bits=bits)
    docs = np.unique(np.concatenate([each.numbers() for each in sets]))
    return Set(docs.size, docs=docs)


def intersection(sets: Sequence[Set]) -> Docs:
    """Of one set or more: the shortest list is tested against all others, the smallest first."""
    by_size = sorted(sets, key=lambda each: each.size)
    first = next((each for each in by_size if each.docs is not None), by_size[0])
    if first.bits is not None:
        bits = first.bits
        for each in by_size[1:]:
            assert each.bits is not None  # there is no list among them
            bits = bits & each.bits
        return unpacked(bits)
    docs = first.numbers()
    for each in by_size:
        if each is not first:
            docs = docs[each.holds(docs)]
    return docs


def rows(
    starts: NDArray[Any], values: NDArray[Any], which: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The values of these rows of a ragged table one after the other, and how many each row has."""
    begin = starts[which].astype(np.int64)
    lengths = starts[which + 1].astype(np.int64) - begin
    ends = np.cumsum(lengths)
    at = np.repeat(begin - ends + lengths, lengths)
    at += np.arange(at.size)
    return values[at], lengths
