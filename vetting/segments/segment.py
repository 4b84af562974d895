"""One segment: what it answers of its own documents, without those that were superseded."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vetting.segments.building import Arrays, Key, counts, hashed, key_bytes
from vetting.segments.documents import FACETS, LARGEST_RATE, Hit, Question, SegmentError
from vetting.segments.sets import Docs, Set, intersection, union

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

    def select(self, question: Question) -> Selection:
        order = self._order(question.metric, question.industry)
        sets = self._sets(question, order)
        if sets is None:
            return Selection(Set(0, docs=_NOBODY), order=order)
        narrowed = question.level or question.rate is not None or question.change is not None
        if not narrowed and len(sets) <= 1:
            heavy = self._heavy_row(question, order)
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

    def _sets(self, question: Question, order: int) -> list[Set] | None:
        """What has to be intersected, or None where one of it is empty."""
        if question.metric and order < 0:
            return None
        sets = [] if order < 0 else [self._set_of_order(order)]
        for keys in question.anyof:
            known = [number for key in keys if (number := self._key(key)) is not None]
            if not known:
                return None
            sets.append(union([self._set(number) for number in known]))
        return sets

    def _heavy_row(self, question: Question, order: int) -> int:
        if order >= 0:
            return int(self._arrays["heavy_order"][order])
        if not question.anyof:
            return 0
        known = [number for key in question.anyof[0] if (number := self._key(key)) is not None]
        return int(self._arrays["heavy_key"][known[0]]) if len(known) == 1 else -1

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

    def _key(self, key: Key) -> int | None:
        wanted = key_bytes(key)
        hashes, number = self._arrays["key_hashes"], np.uint64(hashed(wanted))
        at = int(np.searchsorted(hashes, number))
        while at < hashes.size and hashes[at] == number:
            found = int(self._arrays["key_numbers"][at])
            if self._text("key", found) == wanted:
                return found
            at += 1
        return None

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
