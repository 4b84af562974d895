"""Documents to arrays. They come in their order, best first, one at a time: a million need a gigabyte while it is built."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from vetting.segments.documents import FACETS, STEM, TERM, Document
from vetting.segments.sets import Set, packed, rows
from vetting.segments.spelling import lettered

# Counted beforehand where it has at least this share of all, and more documents than are counted in no time.
_HEAVY_PART: Final = 64
_HEAVY_LEAST: Final = 1_000
# Two groups of facets with few values, each with one number for what a document has of all of them together.
GROUPS: Final = (
    ("country", "availability", "level", "preregistered", "transfer"),
    ("categories", "sizes", "modes"),
)
LISTED: Final = tuple(name for name in FACETS if not any(name in group for group in GROUPS))
# Of each order: its documents by number, their places in it, and by place who, her bound, and whether it is her own.
_ORDER: Final = {
    "docs": np.uint32,
    "place": np.uint32,
    "ranked": np.uint32,
    "values": np.float64,
    "own": np.bool_,
    "change": np.float64,
}

Arrays = dict[str, NDArray[Any]]
Key = tuple[str, str]


def key_bytes(key: Key) -> bytes:
    return f"{key[0]}\0{key[1]}".encode()


def hashed(key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "little")


def build(documents: Iterable[Document]) -> Arrays:
    """`documents` in the order of (-rank, id)."""
    return _Builder(documents).arrays()


class _Numbers(dict[Key, int]):
    """Of each key its number: the next one where it is met first. Sixty million are looked up for a million listings."""

    def __missing__(self, key: Key) -> int:
        number = self[key] = len(self)
        return number


class _Builder:
    def __init__(self, documents: Iterable[Document]) -> None:
        self.numbers: dict[Key, int] = _Numbers()
        self.ids = bytearray()
        self.ranks, self.elsewhere, self.changes = array("d"), array("d"), array("d")
        self.rates, self.currencies, self.levels = array("q"), array("H"), array("B")
        self.currency_of: dict[str, int] = {"": 0}
        self.values, self.lengths = array("I"), array("I")  # of each document its keys
        self.metric_of: dict[str, int] = {}
        self.standing: dict[str, array[Any]] = {
            "doc": array("I"),
            "metric": array("H"),
            "low": array("d"),
            "change": array("d"),
        }
        self.niche: dict[str, array[Any]] = {
            "doc": array("I"),
            "metric": array("H"),
            "industry": array("I"),
            "low": array("d"),
        }
        for number, document in enumerate(documents):
            self._add(number, document)
        self.n = len(self.ranks)

    def _add(self, number: int, document: Document) -> None:
        numbers = self.numbers
        self.ids += document.id
        self.ranks.append(document.rank)
        self.elsewhere.append(document.elsewhere)
        self.rates.append(document.rate)
        self.currencies.append(self.currency_of.setdefault(document.currency, len(self.currency_of)))
        self.levels.append(int((document.values.get("level") or ("0",))[0]))
        before = len(self.values)
        for facet, values in document.values.items():
            self.values.extend([numbers[facet, value] for value in values])
        self.values.extend([numbers[TERM, term] for term in document.terms])
        self.lengths.append(len(self.values) - before)
        self.changes.append(max((change for _, change in document.standings.values()), default=-np.inf))
        for metric, (low, change) in document.standings.items():
            self._note(self.standing, number, metric, low)
            self.standing["change"].append(change)
        for (metric, industry), low in document.niches.items():
            if ("industries", industry) in numbers:
                self._note(self.niche, number, metric, low)
                self.niche["industry"].append(numbers["industries", industry])

    def _note(self, table: dict[str, Any], number: int, metric: str, low: float) -> None:
        table["doc"].append(number)
        table["metric"].append(self.metric_of.setdefault(metric, len(self.metric_of)))
        table["low"].append(low)

    def arrays(self) -> Arrays:
        names, order = self._sorted_keys()
        found: Arrays = {
            "ids": np.frombuffer(bytes(self.ids), np.uint8).reshape(-1, 16),
            "ranks": np.array(self.ranks, np.float64),
            "changes": np.array(self.changes, np.float64),
            "rates": np.array(self.rates, np.int64),
            "currencies": np.array(self.currencies, np.uint16),
            "levels": np.array(self.levels, np.uint8),
        }
        found |= _texts("currency", [each.encode() for each in self.currency_of])
        found |= self._keys(names)
        table = csr_array(
            (
                np.ones(len(self.values), np.int8),
                order[np.array(self.values, np.uint32)].astype(np.int32),
                np.concatenate(([0], np.cumsum(np.array(self.lengths, np.int64)))),
            ),
            shape=(self.n, len(names)),
        )
        self.values, self.lengths = array("I"), array("I")
        found |= self._forward(table, found["facet_starts"])
        found |= self._postings(table)
        del table
        found |= self._orders(found, order)
        found |= self._heavy(found)
        return found

    def _sorted_keys(self) -> tuple[list[Key], NDArray[np.int64]]:
        """Facets first, in their order, values of each by their bytes; and where each number of ours went."""
        place = {name: at for at, name in enumerate((*FACETS, TERM))}
        names = sorted(self.numbers, key=lambda key: (place[key[0]], key[1].encode()))
        order = np.empty(len(names), np.int64)
        for at, key in enumerate(names):
            order[self.numbers[key]] = at
        self.numbers = {key: at for at, key in enumerate(names)}
        return names, order

    def _keys(self, names: Sequence[Key]) -> Arrays:
        by_facet = Counter(facet for facet, _ in names)
        counted = [by_facet[facet] for facet in FACETS]
        whole = [key_bytes(key) for key in names]
        hashes = np.array([hashed(key) for key in whole], np.uint64)
        by_hash = np.argsort(hashes, kind="stable")
        ids = np.frombuffer(bytes(self.ids), ">u8").reshape(-1, 2)
        by_id = np.lexsort((ids[:, 1], ids[:, 0]))
        return {
            "facet_starts": np.concatenate(([0], np.cumsum(counted))).astype(np.int64),
            "key_hashes": hashes[by_hash],
            "key_numbers": by_hash.astype(np.uint32),
            "by_id": by_id.astype(np.uint32),
            "ids_high": ids[by_id, 0].astype(np.uint64),
            "ids_low": ids[by_id, 1].astype(np.uint64),
            **_texts("key", whole),
            **lettered(name for facet, name in names if facet == TERM and STEM not in name),
        }

    def _forward(self, table: Any, starts: NDArray[np.int64]) -> Arrays:
        """What is counted of each document: the values of the long facets, and one number for each group of others."""
        facet = np.repeat(np.arange(len(FACETS)), np.diff(starts))
        found: Arrays = {}
        for name, facets in (("listed", LISTED), *((f"group{n}", group) for n, group in enumerate(GROUPS))):
            kept = np.isin(facet, [FACETS.index(each) for each in facets])
            wanted = np.zeros(table.shape[1], np.bool_)
            wanted[: kept.size] = kept
            mask = wanted[table.indices]
            ends = np.concatenate(([0], np.cumsum(mask)))[table.indptr]
            codes = table.indices[mask]
            if name == "listed":
                found |= {"listed_starts": ends.astype(np.int64), "listed": codes.astype(np.uint32)}
            else:
                found |= _combined(name, ends, codes)
        return found

    def _postings(self, table: Any) -> Arrays:
        """Of each key its documents: a list, or a row of bits where that is smaller."""
        by_key = table.tocsc()
        sizes = np.diff(by_key.indptr).astype(np.uint32)
        words = -(-self.n // 64)
        dense = np.flatnonzero(sizes > 2 * words)
        row = np.full(sizes.size, -1, np.int32)
        row[dense] = np.arange(dense.size)
        bits = np.zeros((dense.size, words), np.uint64)
        for at, key in enumerate(dense):
            bits[at] = packed(by_key.indices[by_key.indptr[key] : by_key.indptr[key + 1]], words)
        sparse = np.repeat(row < 0, sizes)
        return {
            "sizes": sizes,
            "bits_row": row,
            "bits": bits,
            "list_starts": np.concatenate(([0], np.cumsum(np.where(row < 0, sizes, 0)))).astype(np.int64),
            "lists": by_key.indices[sparse].astype(np.uint32),
        }

    def _orders(self, found: Arrays, order: NDArray[np.int64]) -> Arrays:
        """Of each metric, and of each metric in each industry, its documents by number and by their own bound."""
        id_place = np.empty(self.n, np.uint32)
        id_place[found["by_id"]] = np.arange(self.n, dtype=np.uint32)
        standing = {name: np.array(each) for name, each in self.standing.items()}
        niche = {name: np.array(each) for name, each in self.niche.items()}
        niche["industry"] = order[niche["industry"].astype(np.int64)]
        elsewhere = np.array(self.elsewhere)
        industries = range(*found["facet_starts"][FACETS.index("industries") :][:2])
        keys: list[bytes] = []
        parts: dict[str, list[NDArray[Any]]] = {name: [] for name in _ORDER}
        starts = [0]

        def put(
            key: Key, docs: NDArray[Any], values: NDArray[Any], own: NDArray[Any], change: NDArray[Any]
        ) -> None:
            by_bound = np.lexsort((id_place[docs], -values))
            keys.append(key_bytes(key))
            starts.append(starts[-1] + docs.size)
            parts["docs"].append(docs.astype(np.uint32))
            place = np.empty(docs.size, np.uint32)
            place[by_bound] = np.arange(docs.size, dtype=np.uint32)
            parts["place"].append(place)
            parts["ranked"].append(docs[by_bound].astype(np.uint32))
            parts["values"].append(values[by_bound])
            parts["own"].append(own[by_bound])
            parts["change"].append(change)

        for metric, number in self.metric_of.items():
            of_it = standing["metric"] == number
            docs, low, change = (standing[name][of_it] for name in ("doc", "low", "change"))
            put((metric, ""), docs, low, np.ones(docs.size, np.bool_), change)
            in_it = {name: each[niche["metric"] == number] for name, each in niche.items()}
            where = np.full(self.n, -1, np.int64)
            where[docs] = np.arange(docs.size)
            for industry in industries:
                both = self._both(found, industry, docs, where)
                if both.size:
                    here = in_it["industry"] == industry
                    values, own = elsewhere[both], np.zeros(both.size, np.bool_)
                    at = np.searchsorted(both, in_it["doc"][here])
                    values[at], own[at] = in_it["low"][here], True
                    name = bytes(_text(found, "key", industry)).split(b"\0")[1].decode()
                    put((metric, name), both, values, own, change[where[both]])
        hashes = np.array([hashed(key) for key in keys], np.uint64)
        joined = {
            f"order_{name}": np.concatenate(some) if some else np.zeros(0, _ORDER[name])
            for name, some in parts.items()
        }
        return {
            "order_hashes": hashes,
            "order_starts": np.array(starts, np.int64),
            **_texts("order_key", keys),
            **joined,
        }

    def _both(
        self, found: Arrays, industry: int, docs: NDArray[np.int64], where: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The documents of that industry which are among these, by number."""
        row = found["bits_row"][industry]
        if row >= 0:
            bits = found["bits"][row]
            return docs[Set(docs.size, bits=bits).holds(docs.astype(np.uint32))]
        own = found["lists"][slice(*found["list_starts"][industry : industry + 2])].astype(np.int64)
        return own[where[own] >= 0]

    def _heavy(self, found: Arrays) -> Arrays:
        """The counts of everybody, of common keys and of common orders."""
        least = max(_HEAVY_LEAST, self.n // _HEAVY_PART)
        key_row, order_row = (
            np.full(size, -1, np.int32) for size in (found["sizes"].size, found["order_hashes"].size)
        )
        counted = [counts(found, np.arange(self.n, dtype=np.uint32))]
        for key in np.flatnonzero(found["sizes"] >= least):
            row = found["bits_row"][key]
            docs = (
                np.flatnonzero(np.unpackbits(found["bits"][row].view(np.uint8), bitorder="little"))
                if row >= 0
                else found["lists"][slice(*found["list_starts"][key : key + 2])]
            )
            key_row[key] = len(counted)
            counted.append(counts(found, docs))
        for at in np.flatnonzero(np.diff(found["order_starts"]) >= least):
            order_row[at] = len(counted)
            counted.append(counts(found, found["order_docs"][slice(*found["order_starts"][at : at + 2])]))
        return {"heavy_key": key_row, "heavy_order": order_row, "heavy": np.array(counted, np.int32)}


def counts(arrays: Any, docs: NDArray[Any]) -> NDArray[np.int64]:
    """How many of these documents have each value of each facet."""
    size = int(arrays["facet_starts"][-1])
    codes, _ = rows(arrays["listed_starts"], arrays["listed"], docs)
    found: NDArray[np.int64] = np.bincount(codes, minlength=size)
    for number in range(len(GROUPS)):
        combined = np.bincount(arrays[f"group{number}"][docs])
        some = np.flatnonzero(combined)
        codes, lengths = rows(arrays[f"group{number}_starts"], arrays[f"group{number}_codes"], some)
        weights = np.repeat(combined[some], lengths)
        found = found + np.bincount(codes, weights=weights, minlength=size).astype(np.int64)
    return found


def _combined(name: str, ends: NDArray[Any], codes: NDArray[Any]) -> Arrays:
    """Each distinct row once, and of each document which."""
    known: dict[bytes, int] = {}
    which = np.empty(ends.size - 1, np.uint32)
    raw = codes.astype(np.uint32)
    for number in range(which.size):
        row = raw[ends[number] : ends[number + 1]].tobytes()
        which[number] = known.setdefault(row, len(known))
    lengths = [len(row) // 4 for row in known]
    return {
        name: which,
        f"{name}_starts": np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        f"{name}_codes": np.frombuffer(b"".join(known), np.uint32),
    }


def _texts(name: str, texts: Sequence[bytes]) -> Arrays:
    ends = np.cumsum([len(text) for text in texts])
    return {
        f"{name}_starts": np.concatenate(([0], ends)).astype(np.int64),
        f"{name}_texts": np.frombuffer(b"".join(texts), np.uint8),
    }


def _text(arrays: Any, name: str, number: int) -> bytes:
    first, last = arrays[f"{name}_starts"][number : number + 2]
    return bytes(arrays[f"{name}_texts"][first:last].tobytes())
