"""Invented companies, and the people there who know the numbers."""

from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import field as made
from math import ceil
from random import Random

from vetting.companies.catalogue import SIZE_BANDS
from vetting.management.demo.market import COMPANY_WORDS, COUNTRIES, FIELDS, Country, Field
from vetting.management.demo.people import Person, Register

# How people at companies answer letters, in parts of a hundred: at once, after a reminder, not at all, with a no, by
# stopping all letters, or not at all because the mailbox is gone.
TEMPERS = {"prompt": 58, "slow": 19, "silent": 13, "declining": 6, "stopping": 2, "gone": 2}
# A company of one's own country comes in so many times as often as one abroad.
_NEARNESS = 6
_PUBLIC = {"84", "36"}
# Nobody with a chief officer for each trade has fewer than ten people.
_SIZES = dict(zip(SIZE_BANDS, (0, 14, 39, 29, 14, 4), strict=True))


@dataclass(frozen=True, slots=True)
class Contact:
    person: Person
    role: str
    temper: str


@dataclass(slots=True, kw_only=True, eq=False)
class Client:
    """`strictness` from -1 (confirms whatever is said) to 1 (takes out what was not measured)."""

    name: str
    domain: str
    kind: str
    country: Country
    industry: str
    size_band: str
    strictness: float
    publish: str
    contacts: list[Contact] = made(default_factory=list)


class Clients:
    """All companies of the demo, and whom one asks there."""

    def __init__(self, rng: Random, register: Register, *, consultants: int) -> None:
        self._rng, self._register = rng, register
        self.all: list[Client] = []
        # So many that most companies worked with several consultants, as in a real market.
        for number in range(max(18, ceil(consultants * 0.7))):
            self._found(FIELDS[number % len(FIELDS)])

    def pick(self, rng: Random, field: Field, country: Country, *, known: Collection[Client] = ()) -> Client:
        """A company that buys such work, rather one in the consultant's own country, and none worked for already."""
        fitting = [
            client for client in self.all if client.industry in field.industries and client not in known
        ]
        fitting = fitting or [client for client in self.all if client.industry in field.industries]
        weights = [_NEARNESS if client.country is country else 1 for client in fitting]
        return rng.choices(fitting, weights=weights)[0]

    def contact(self, client: Client, field: Field, *, other_than: Contact | None = None) -> Contact:
        """Who there can speak about such work; the same person each time, or another one than that."""
        for known in client.contacts:
            if known.role in field.roles and known is not other_than:
                return known
        taken = {known.role for known in client.contacts}
        role = next((role for role in field.roles if role not in taken), "Managing director")
        temper = self._rng.choices(list(TEMPERS), weights=list(TEMPERS.values()))[0]
        return self.hire(client, role, temper)

    def hire(self, client: Client, role: str, temper: str) -> Contact:
        person = self._register.person(self._rng, client.country, domain=client.domain)
        contact = Contact(person=person, role=role, temper=temper)
        client.contacts.append(contact)
        return contact

    def found(self, name: str, *, country: str, industry: str, size_band: str, strictness: float) -> Client:
        """A company of the story, by name. It is not among all: nobody picks it by chance."""
        return Client(
            name=name,
            domain=self._register.domain(name),
            kind="company",
            country=COUNTRIES[country],
            industry=industry,
            size_band=size_band,
            strictness=strictness,
            publish="named",
        )

    def _found(self, field: Field) -> None:
        rng = self._rng
        country = rng.choices(list(COUNTRIES.values()), weights=[c.weight for c in COUNTRIES.values()])[0]
        industry = rng.choice(field.industries)
        brand = self._brand(country, industry)
        domain = self._register.domain(brand)
        legal = f" {rng.choice(country.legal)}" if industry not in _PUBLIC and rng.random() < 0.3 else ""
        self.all.append(
            Client(
                name=brand + legal,
                domain=domain,
                kind="public_body" if industry in _PUBLIC else "company",
                country=country,
                industry=industry,
                size_band=rng.choices(list(_SIZES), weights=list(_SIZES.values()))[0],
                strictness=max(-1.0, min(1.0, rng.gauss(0.0, 0.4))),
                publish=rng.choices(["named", "sector", "sealed"], weights=[60, 32, 8])[0],
            )
        )

    def _brand(self, country: Country, industry: str) -> str:
        """Stem and trade; with its town where there is such a company already."""
        words = COMPANY_WORDS[industry]
        brand = (
            f"{self._rng.choice(country.stems)} {self._rng.choice(words.get(country.tongue, words['en']))}"
        )
        return brand if self._register.is_free(brand) else f"{brand} {self._rng.choice(country.towns)}"
