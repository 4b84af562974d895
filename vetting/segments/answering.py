"""Several segments as one: the large one that was built, and small ones with what changed since."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vetting.segments.documents import FACETS, TERM, Question
from vetting.segments.segment import Segment, Selection


class Answer:
    """The page and the total at once; the counts, which cost more, where somebody asks for them."""

    def __init__(self, segments: Sequence[Segment], question: Question, *, most: int) -> None:
        self._segments = segments
        self._parts = [(segment, segment.select(question)) for segment in segments]
        self._most = most
        hits = [hit for segment, selected in self._parts for hit in segment.top(selected, question)]
        self.hits = sorted(hits, key=lambda hit: (-hit.rank, hit.id))[: question.size + 1]
        self.total = sum(selected.total for _, selected in self._parts)

    def in_use(self, terms: Sequence[str]) -> bool:
        """Whether somebody is found by one of these."""
        keys = [(TERM, term) for term in terms]
        return any(segment.has(keys) for segment in self._segments)

    def near(self, typed: str, most: int) -> list[str]:
        """Words at most so many letters away, the nearest first and then by their letters, whether still in use or not."""
        found = {each for segment in self._segments for each in segment.near(typed, most)}
        return [word for _, word in sorted(found)]

    def counts(self) -> dict[str, dict[str, int]]:
        """By facet, most first and then by the value's bytes; no value without a hit, and `most` of one facet."""
        (first, selected), *others = self._parts
        large = first.counted(selected)
        small: dict[str, dict[str, int]] = {}
        for segment, chosen in others:
            for facet, values in _named(segment, chosen).items():
                own = small.setdefault(facet, {})
                for value, number in values.items():
                    own[value] = own.get(value, 0) + number
        found, at = {}, 0
        for facet in FACETS:
            names = first.facet_values[facet]
            numbers = large[at : at + len(names)]
            at += len(names)
            found[facet] = self._best(names, numbers, small.get(facet))
        return found

    def _best(
        self, names: Sequence[str], numbers: NDArray[np.int64], more: dict[str, int] | None
    ) -> dict[str, int]:
        some = np.flatnonzero(numbers)
        if more:
            known = {names[n]: int(numbers[n]) for n in some.tolist()}
            for value, number in more.items():
                known[value] = known.get(value, 0) + number
            return dict(sorted(known.items(), key=lambda each: (-each[1], each[0].encode()))[: self._most])
        best = some[np.argsort(-numbers[some], kind="stable")[: self._most]]
        return {names[n]: number for n, number in zip(best.tolist(), numbers[best].tolist(), strict=True)}


def _named(segment: Segment, selected: Selection) -> dict[str, dict[str, int]]:
    if not selected.total:
        return {}
    numbers, at, found = segment.counted(selected), 0, {}
    for facet in FACETS:
        names = segment.facet_values[facet]
        part = numbers[at : at + len(names)]
        at += len(names)
        found[facet] = {names[n]: int(part[n]) for n in np.flatnonzero(part).tolist()}
    return found
