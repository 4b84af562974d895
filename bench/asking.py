"""The questions of the speed bench: nine kinds, in the shares in which a market asks them."""

from dataclasses import dataclass, field

import numpy as np

from bench.listings import CURRENCY, DIVISIONS, LANGUAGE_CODES, METRIC_KEYS, skill, word
from bench.world import WORDS
from vetting.profiles.states import AVAILABILITY

# Of a hundred questions. I is reported apart: a broad word, a language and a rate, which tens of thousands fit.
MIX = {"A": 15, "B": 20, "C": 15, "D": 20, "E": 10, "F": 10, "G": 5, "H": 5}
_SEED = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked, in the words of an address; `words` go into its text."""

    kind: str
    words: tuple[str, ...] = ()
    filters: dict[str, str] = field(default_factory=dict)


def questions(number: int) -> list[Asking]:
    """`number` of A to H in their shares, mixed, and a tenth as many of I after them."""
    draw = np.random.default_rng(_SEED)
    kinds = draw.permutation([kind for kind, share in MIX.items() for _ in range(-(-number * share // 100))])
    return [_one(draw, str(kind)) for kind in [*kinds, *"I" * max(number // 10, 2)]]


def _one(draw: np.random.Generator, kind: str) -> Asking:
    def ranks(low: int, high: int, count: int = 1) -> tuple[str, ...]:
        return tuple(word(int(rank) - 1) for rank in draw.integers(low, high, count))

    def industry() -> dict[str, str]:
        return {"industry": DIVISIONS[int(draw.integers(0, 20))]}

    def pair() -> dict[str, str]:
        return {"metric": METRIC_KEYS[int(draw.integers(0, 12))], **industry()}

    def rate(most: str) -> dict[str, str]:
        return {"rate": most, "currency": CURRENCY}

    language = {"language": LANGUAGE_CODES[int(draw.integers(0, 5))]}
    free = {"availability": AVAILABILITY[int(draw.integers(0, 3))]}
    words, filters = {
        "A": lambda: (ranks(10, 60), {}),
        "B": lambda: (ranks(30, 500, 2), industry()),
        "C": lambda: ((), pair()),
        "D": lambda: (ranks(30, 300), pair() | language | rate("150") | free),
        "E": lambda: (ranks(5_000, WORDS), language),
        "F": lambda: ((), industry() | rate("150") | {"skill": skill(int(draw.integers(0, 50)))}),
        "G": lambda: (ranks(200, 3_000, 3), {}),
        "H": lambda: ((), {}),
        "I": lambda: (ranks(10, 60), {"language": LANGUAGE_CODES[0]} | rate("200")),
    }[kind]()
    return Asking(kind=kind, words=words, filters=filters)
