"""Invented persons: names put together at random, each only once, and addresses nobody can have."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from random import Random

from vetting.kernel.keys import slugify
from vetting.management.demo.market import COUNTRIES, WORDS, Country

_SHE = {"She": "She", "she": "she", "Her": "Her", "her": "her", "him": "her", "herself": "herself"}
_HE = {"She": "He", "she": "he", "Her": "His", "her": "his", "him": "him", "herself": "himself"}


def dice(*names: object) -> Random:
    """Chance that falls the same way for the same names."""
    return Random(":".join(map(str, names)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    email: str
    country: Country
    place: str
    is_woman: bool

    def told(self, text: str) -> str:
        """A sentence about this person, with {name} and the pronouns put in."""
        return text.format(name=self.name, **(_SHE if self.is_woman else _HE))


class Register:
    """Knows every name and domain given out, so that none is given twice."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._domains: set[str] = set()

    def is_free(self, words: str) -> bool:
        return f"{slugify(words, fallback='company')}.example" not in self._domains

    def domain(self, words: str) -> str:
        """A free domain made of the words, in the zone that is reserved for examples (RFC 2606)."""
        slug, number = slugify(words, fallback="company"), 1
        while f"{slug}.example" in self._domains:
            number += 1
            slug = f"{slugify(words, fallback='company')}-{number}"
        self._domains.add(f"{slug}.example")
        return f"{slug}.example"

    def person(
        self, rng: Random, country: Country, *, domain: str = "", is_woman: bool | None = None
    ) -> Person:
        """Somebody new; at a practice of her own where no domain is given."""
        woman = rng.random() < 0.5 if is_woman is None else is_woman
        first, last = rng.choice(self._free(country, woman, employed=bool(domain)))
        return self.named(
            first,
            last,
            country=country,
            domain=domain,
            is_woman=woman,
            place=rng.choice(country.towns),
            practice=rng.choice(WORDS["practices"]),
        )

    def named(
        self,
        first: str,
        last: str,
        *,
        country: Country,
        place: str,
        is_woman: bool,
        domain: str = "",
        practice: str = "practice",
    ) -> Person:
        self._names.add(f"{first} {last}")
        host = domain or self.domain(f"{last} {practice}")
        local = f"{slugify(first, fallback='post')}.{slugify(last, fallback='post')}"
        return Person(
            name=f"{first} {last}", email=f"{local}@{host}", country=country, place=place, is_woman=is_woman
        )

    def _free(self, country: Country, woman: bool, *, employed: bool) -> list[tuple[str, str]]:
        """First and last names not yet given out together; double ones where the single ones have run out.

        The employed have every other surname as long as these last: a referee called like her consultant would look
        like family.
        """
        firsts = country.women if woman else country.men
        for among in (country.last[employed::2], country.last):
            singles = [_form(last, woman) for last in among]
            doubles = [f"{one}-{other}" for one, other in permutations(singles, 2)]
            for lasts in (singles, doubles):
                if free := self._not_taken(firsts, lasts):
                    return free
        return self._not_taken([f"{one} {other}" for one, other in permutations(firsts, 2)], doubles)

    def _not_taken(self, firsts: Sequence[str], lasts: Sequence[str]) -> list[tuple[str, str]]:
        return [(first, last) for first in firsts for last in lasts if f"{first} {last}" not in self._names]


def home(rng: Random) -> Country:
    """Where a consultant lives."""
    return rng.choices(list(COUNTRIES.values()), weights=[country.weight for country in COUNTRIES.values()])[
        0
    ]


def _form(last: str, woman: bool) -> str:
    man, _, womans = last.partition("/")
    return womans if woman and womans else man
