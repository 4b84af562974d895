"""One segment: what it answers of its own documents, without those that were superseded."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vetting.segments.building import Arrays, Key, counts, hashed, key_bytes
from vetting.segments.documents import FACETS, LARGEST_RATE, Hit, Question, SegmentError
from vetting.segments.sets import Docs, Set, intersection, union
from vetting.segments.spelling import near

_WALKED: Final = 2_000  # from this many hits on an order is walked until a page is full
_STEP: Final = 4_096
_NOBODY: Final = np.zeros(0, np.uint32)


class Selection:
    """The documents of one segment that answer a question.

    Where `heavy` is the row of what was counted beforehand, `whole` is all that was counted, and `gone` the part of it
    that was superseded since.
    """

    __slots__ = ("gone", "heavy", "order", "total", "whole")

    def __init__(self, whole: Set, *, order: int, heavy: int = -1, gone: Docs = _NOBODY) -> None:
        self.whole, self.order, self.heavy, self.gone = whole, order, heavy, gone
        self.total = whole.size - int(gone.size)


class Segment:
    """Read-only: what was superseded is hidden in another one, which shares its arrays."""

    def __init__(self, arrays: Any) -> None:
        self._arrays: Arrays = dict(arrays)
        self.size = int(self._arrays["ranks"].size)
        self.hidden: Docs = _NOBODY

    def without(self, ids: Iterable[bytes]) -> "Segment":
        """The same less these; its arrays are shared."""
        found = [number for each in ids if (number := self._number(each)) is not None]
        other = Segment(self._arrays)
        other.hidden = np.union1d(self.hidden, np.array(found, np.uint32)) if found else self.hidden
        other.__dict__["facet_values"] = self.facet_values
        return other

    def ids(self) -> list[bytes]:
        return [self._id(doc) for doc in range(self.size)]

    @cached_property
    def facet_values(self) -> dict[str, list[str]]:
        """Of each facet its values by their bytes, in the order in which they are counted."""
        starts = self._arrays["facet_starts"]
        every = [self._text("key", n).split(b"\0", 1)[1].decode() for n in range(int(starts[-1]))]
        return {name: every[starts[at] : starts[at + 1]] for at, name in enumerate(FACETS)}

    def has(self, keys: Sequence[Key]) -> bool:
        """Whether some document, none that was superseded, has one of these."""
        for key in self._keys(keys):
            found = self._set(key)
            if found.size > np.count_nonzero(found.holds(self.hidden)):
                return True
        return False

    def near(self, typed: str, most: int) -> list[tuple[int, str]]:
        """As spelling.near, of all words, those of superseded documents among them."""
        return near(self._arrays, typed, most)

    def select(self, question: Question) -> Selection:
        order = self._order(question.metric, question.industry)
        keys = [self._keys(some) for some in question.anyof]
        if (question.metric and order < 0) or not all(keys):
            return Selection(Set(0, docs=_NOBODY), order=order)
        sets = [] if order < 0 else [self._set_of_order(order)]
        sets += [union([self._set(key) for key in some]) for some in keys]
        narrowed = question.level or question.rate is not None or question.change is not None
        heavy = -1 if narrowed or len(sets) > 1 else self._heavy_row(order, keys)
        if heavy >= 0:
            whole = sets[0] if sets else self._everybody()
            gone = self.hidden[whole.holds(self.hidden)] if sets else self.hidden
            return Selection(whole, order=order, heavy=heavy, gone=gone)
        docs = intersection(sets or [self._everybody()])
        docs = self._narrowed(docs, question, order)
        if self.hidden.size and docs.size:
            docs = docs[~Set(self.hidden.size, docs=self.hidden).holds(docs)]
        return Selection(Set(docs.size, docs=docs), order=order)

    def top(self, selected: Selection, question: Question) -> list[Hit]:
        """The first behind the place asked for, one more than a page holds."""
        if not selected.total:
            return []
        if question.metric:
            return self._top_of_order(selected, question)
        ranks, wanted = self._arrays["ranks"], question.size + 1
        if question.after is None:
            docs = selected.whole.first(wanted + selected.gone.size)
        else:
            docs = selected.whole.numbers()
            docs = docs[np.searchsorted(docs, self._behind(ranks, *question.after)) :]
        docs = docs[: wanted + selected.gone.size]
        docs = docs[~Set(selected.gone.size, docs=selected.gone).holds(docs)][:wanted]
        return [Hit(float(ranks[doc]), self._id(doc), own=True) for doc in docs]

    def counted(self, selected: Selection) -> NDArray[np.int64]:
        """By the value's place among those of all facets."""
        if selected.heavy >= 0:
            found: NDArray[np.int64] = self._arrays["heavy"][selected.heavy].astype(np.int64)
            return found - counts(self._arrays, selected.gone) if selected.gone.size else found
        docs = selected.whole.numbers()
        if docs.size * 2 > self.size:
            others = np.ones(self.size, np.bool_)
            others[docs] = False
            everybody: NDArray[np.int64] = self._arrays["heavy"][0].astype(np.int64)
            return everybody - counts(self._arrays, np.flatnonzero(others))
        return counts(self._arrays, docs)

    # --- which documents ----------------------------------------------------------------------------------

    def _heavy_row(self, order: int, keys: Sequence[Sequence[int]]) -> int:
        """What was counted beforehand of the one set there is, or of everybody; -1 where nothing was."""
        if order >= 0:
            return int(self._arrays["heavy_order"][order])
        if not keys:
            return 0
        return int(self._arrays["heavy_key"][keys[0][0]]) if len(keys[0]) == 1 else -1

    def _narrowed(self, docs: Docs, question: Question, order: int) -> Docs:
        if question.level:
            docs = docs[self._arrays["levels"][docs] >= question.level]
        if question.rate is not None:
            if question.rate >= LARGEST_RATE:
                message = "a rate beyond what the arrays hold"
                raise SegmentError(message)
            rates = self._arrays["rates"][docs]
            kept = (rates > 0) & (rates <= question.rate)
            docs = docs[
                kept & (self._arrays["currencies"][docs] == self._currencies.get(question.currency, -1))
            ]
        if question.change is not None:
            if order < 0:
                return docs[self._arrays["changes"][docs] >= question.change]
            first, last = self._arrays["order_starts"][order : order + 2]
            at = np.searchsorted(self._arrays["order_docs"][first:last], docs)
            docs = docs[self._arrays["order_change"][first:last][at] >= question.change]
        return docs

    # --- in which order -----------------------------------------------------------------------------------

    def _top_of_order(self, selected: Selection, question: Question) -> list[Hit]:
        first, last = self._arrays["order_starts"][selected.order : selected.order + 2]
        ranked, values, own = (
            self._arrays[f"order_{name}"][first:last] for name in ("ranked", "values", "own")
        )
        begin = 0 if question.after is None else self._behind(values, *question.after, ranked=ranked)
        wanted = question.size + 1
        if selected.heavy < 0 and selected.total < _WALKED:
            at = np.searchsorted(self._arrays["order_docs"][first:last], selected.whole.numbers())
            found = np.sort(self._arrays["order_place"][first:last][at])
            places = found[np.searchsorted(found, begin) :][:wanted].tolist()
        else:
            places = self._walked(selected, ranked, begin, wanted)
        return [Hit(float(values[n]), self._id(ranked[n]), own=bool(own[n])) for n in places]

    def _walked(self, selected: Selection, ranked: Docs, begin: int, wanted: int) -> list[int]:
        """Down the order until a page is full: many hits are soon met."""
        chosen = np.ones(self.size, np.bool_) if selected.heavy >= 0 else np.zeros(self.size, np.bool_)
        if selected.heavy < 0:
            chosen[selected.whole.numbers()] = True
        chosen[selected.gone] = False
        places: list[int] = []
        for step in range(begin, ranked.size, _STEP):
            places += (step + np.flatnonzero(chosen[ranked[step : step + _STEP]])).tolist()
            if len(places) >= wanted:
                break
        return places[:wanted]

    def _behind(
        self, values: NDArray[np.float64], rank: float, last: bytes, *, ranked: Docs | None = None
    ) -> int:
        """The first place behind (rank, last) where values fall, and ids rise among those of one value."""
        low, high = 0, int(values.size)
        while low < high:
            middle = (low + high) // 2
            value = float(values[middle])
            if value < rank or (
                value == rank and self._id(middle if ranked is None else ranked[middle]) > last
            ):
                high = middle
            else:
                low = middle + 1
        return low

    # --- what is where ------------------------------------------------------------------------------------

    @cached_property
    def _currencies(self) -> dict[str, int]:
        starts, texts = self._arrays["currency_starts"], self._arrays["currency_texts"].tobytes()
        return {texts[starts[n] : starts[n + 1]].decode(): n for n in range(starts.size - 1)}

    def _id(self, doc: Any) -> bytes:
        return bytes(self._arrays["ids"][doc].tobytes())

    def _number(self, wanted: bytes) -> int | None:
        high, low = int.from_bytes(wanted[:8]), int.from_bytes(wanted[8:])
        highs, lows = self._arrays["ids_high"], self._arrays["ids_low"]
        first, last = (int(np.searchsorted(highs, np.uint64(high), side)) for side in ("left", "right"))
        at = first + int(np.searchsorted(lows[first:last], np.uint64(low)))
        return int(self._arrays["by_id"][at]) if at < last and lows[at] == low else None

    def _keys(self, keys: Sequence[Key]) -> list[int]:
        """The numbers of those that some document has, found together: a word has thirty forms."""
        wanted = [key_bytes(key) for key in keys]
        numbers = np.array([hashed(each) for each in wanted], np.uint64)
        first, last = (
            np.searchsorted(self._arrays["key_hashes"], numbers, side) for side in ("left", "right")
        )
        found: list[int] = []
        for at in np.flatnonzero(first < last).tolist():
            alike = self._arrays["key_numbers"][first[at] : last[at]].tolist()
            found += [number for number in alike if self._text("key", number) == wanted[at]]
        return found

    def _order(self, metric: str, industry: str) -> int:
        """-1 where nobody has a result there, or no metric is asked for."""
        if not metric:
            return -1
        wanted, hashes = key_bytes((metric, industry)), self._arrays["order_hashes"]
        for at in np.flatnonzero(hashes == np.uint64(hashed(wanted))):
            if self._text("order_key", int(at)) == wanted:
                return int(at)
        return -1

    def _text(self, name: str, number: int) -> bytes:
        first, last = self._arrays[f"{name}_starts"][number : number + 2]
        return bytes(self._arrays[f"{name}_texts"][first:last].tobytes())

    def _set(self, key: int) -> Set:
        row, size = int(self._arrays["bits_row"][key]), int(self._arrays["sizes"][key])
        if row >= 0:
            return Set(size, bits=self._arrays["bits"][row])
        first, last = self._arrays["list_starts"][key : key + 2]
        return Set(size, docs=self._arrays["lists"][first:last])

    def _everybody(self) -> Set:
        return Set(self.size, docs=np.arange(self.size, dtype=np.uint32))

    def _set_of_order(self, order: int) -> Set:
        first, last = self._arrays["order_starts"][order : order + 2]
        return Set(int(last - first), docs=self._arrays["order_docs"][first:last])
