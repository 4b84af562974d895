"""The persons of the story: the quiet one, two gurus, a ring. Ana has a file of her own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from vetting.management.demo.clients import Client, Clients, Contact
from vetting.management.demo.figures import Skill
from vetting.management.demo.market import COUNTRIES, WORDS, Field, field_of
from vetting.management.demo.people import Person, Register, dice
from vetting.management.demo.plans import Job, Writer, at_work, noon
from vetting.management.demo.script import SILENCE, Part, Piece, Reaction, Request, SelfWord
from vetting.referrals.rules import Words

_PLAIN = Skill(results=0.0, money=0.0, transfer=0.0, boldness=1.0, honesty=1.0)
_RING = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """What every one of the cast is made from."""

    seed: str
    register: Register
    clients: Clients
    opens: datetime
    closes: datetime

    def writer(self, name: str) -> Writer:
        rng = dice(self.seed, name)
        return Writer(rng=rng, clients=self.clients, opens=self.opens, closes=self.closes)

    def before_close(self, days: int) -> datetime:
        """Half past nine on the weekday that long before the end, or the one after it."""
        return at_work(dice(days), self.closes - timedelta(days=days)).replace(hour=9, minute=30)

    def client(
        self, rng: Random, field: Field, person: Person, *, known: list[Client]
    ) -> tuple[Client, Contact]:
        """A company that is not among those known, and is now; and somebody new there who answers promptly."""
        client = self.clients.pick(rng, field, person.country, known=known)
        known.append(client)
        return client, self.clients.hire(client, rng.choice(field.roles), "prompt")


def quiet_one(casting: Casting) -> Part:
    """A modest title, no followers, and one strong result after the other, each with its goal agreed beforehand."""
    writer, field = casting.writer("the quiet one"), field_of("customer_service")
    person = casting.register.named(
        "Ilga", "Ozolzīle", country=COUNTRIES["LV"], place="Valmiera", is_woman=True, practice="works"
    )
    skill = Skill(results=2.1, money=1.6, transfer=1.9, boldness=1.15, honesty=1.0)
    joined = casting.opens + timedelta(days=4, hours=9)
    live, past = 9, 4
    step = (casting.closes - joined - timedelta(days=130)) / live
    starts = [joined.date() - timedelta(days=170 * (number + 1)) for number in range(past)]
    starts += [(joined + timedelta(days=25) + step * number).date() for number in range(live)]
    pieces: list[Piece] = []
    known: list[Client] = []
    for number, start in enumerate(starts):
        client, contact = casting.client(writer.rng, field, person, known=known)
        declared = joined + timedelta(hours=number + 1) if number < past else noon(start) - timedelta(days=18)
        pieces.append(
            writer.piece(
                Job(
                    person=person,
                    field=field,
                    skill=skill,
                    client=client,
                    contact=contact,
                    declared_at=declared,
                    starts_on=start,
                    ends_on=start + timedelta(days=62),
                    before=number >= past,
                    gauges=[field.gauges[number % len(field.gauges)]],
                    truthful=True,
                    asked=True,
                    reaction=Reaction(kind="answer", after=timedelta(hours=26)),
                )
            )
        )
    return Part(
        person=person,
        field=field.key,
        details=_details(person, "Works on service desks. Visits each former client once a year.", rate=520),
        self_words=(SelfWord(kind="title", text="Works on service desks"),),
        joined_at=joined,
        skill=skill.results,
        pieces=tuple(pieces),
    )


def gurus(casting: Casting) -> list[Part]:
    """Huge followings, awards and long biographies; nobody who was asked has confirmed anything."""
    people = (
        ("Maximilian", "Sterling-Vogt", "DE", "Hamburg", False, "customer_service", 1_240_000),
        ("Celestine", "Duval-Royce", "US", "Portland", True, "sales", 486_000),
    )
    parts = []
    for number, (first, last, country, place, is_woman, field, followers) in enumerate(people):
        person = casting.register.named(
            first, last, country=COUNTRIES[country], place=place, is_woman=is_woman, practice="institute"
        )
        words = WORDS["guru"]
        claims = [SelfWord(kind="title", text=words["titles"][number])]
        claims += [SelfWord(kind="followers", text="Followers on professional networks", count=followers)]
        claims += [SelfWord(kind="award", text=award) for award in words["awards"][number : number + 4]]
        claims += [SelfWord(kind="credential", text=words["credentials"][number])]
        parts.append(
            Part(
                person=person,
                field=field,
                details=_details(person, person.told(words["biography"][number]), rate=9_500),
                self_words=tuple(claims),
                joined_at=casting.opens + timedelta(days=9 + number, hours=10),
                skill=_PLAIN.results,
                pieces=tuple(_guru_pieces(casting, person, field_of(field), rejected=number == 0)),
            )
        )
    return parts


def _guru_pieces(casting: Casting, person: Person, field: Field, *, rejected: bool) -> list[Piece]:
    """Nine pieces of work: some never asked about, some met with silence or a no, and perhaps one refused."""
    writer = casting.writer(person.email)
    no = Reaction(kind="decline", after=timedelta(hours=20), reason=WORDS["declined"][0])
    fates: list[Reaction | None] = [SILENCE, no, SILENCE, None, SILENCE, no, None, None, SILENCE]
    if rejected:
        fates[3] = Reaction(kind="answer", after=timedelta(hours=30))
    joined = casting.opens + timedelta(days=20, hours=9)
    pieces: list[Piece] = []
    known: list[Client] = []
    for number, fate in enumerate(fates):
        client, contact = casting.client(writer.rng, field, person, known=known)
        start = (joined - timedelta(days=120 * (number + 1))).date()
        pieces.append(
            writer.piece(
                Job(
                    person=person,
                    field=field,
                    skill=_PLAIN,
                    client=client,
                    contact=contact,
                    declared_at=joined + timedelta(minutes=20 * number),
                    starts_on=start,
                    ends_on=start + timedelta(days=30),
                    before=False,
                    gauges=[field.gauges[number % len(field.gauges)]],
                    part=1.6,
                    truthful=True,
                    asked=fate is not None,
                    reaction=fate,
                    verdict="wrong",
                )
            )
        )
    return pieces


def ring(casting: Casting) -> list[Part]:
    """Six who refer to each other, each confirmed by three mailboxes anybody can have and by one shell company."""
    field = field_of("sales")
    rng = dice(casting.seed, "ring")
    homes = ("GB", "US", "NL", "DE", "ES", "IE")
    people = [casting.register.person(rng, COUNTRIES[code]) for code in homes]
    shells = [
        casting.clients.found(name, country=code, industry="82", size_band="1-9", strictness=-1.0)
        for name, code in (
            ("Brightpath Ventures", "GB"),
            ("Summitline Partners", "US"),
            ("Northgate Growth", "IE"),
        )
    ]
    parts = [_ring_part(casting, person, field, shells[number // 2]) for number, person in enumerate(people)]
    return [
        replace(part, requests=tuple(_ring_requests(casting, parts, number)))
        for number, part in enumerate(parts)
    ]


def _ring_part(casting: Casting, person: Person, field: Field, shell: Client) -> Part:
    writer = casting.writer(person.email)
    joined = casting.opens + timedelta(days=30, hours=9)
    pieces = []
    for number in range(4):
        client, domain = (
            (shell, shell.domain)
            if number == 0
            else (writer.clients.pick(writer.rng, field, person.country), "")
        )
        # A mailbox that is not at the client's own domain, whatever it calls itself.
        friend = casting.register.person(writer.rng, person.country, domain=domain or "quickpost.example")
        start = (joined - timedelta(days=140 * (number + 1))).date()
        pieces.append(
            writer.piece(
                Job(
                    person=person,
                    field=field,
                    skill=_PLAIN,
                    client=client,
                    contact=Contact(person=friend, role="Managing director", temper="prompt"),
                    declared_at=joined + timedelta(minutes=10 * number),
                    starts_on=start,
                    ends_on=start + timedelta(days=90),
                    before=False,
                    gauges=[field.gauges[number]],
                    part=1.3,
                    truthful=True,
                    asked=True,
                    reaction=Reaction(kind="answer", after=timedelta(minutes=25)),
                    verdict="confirm",
                )
            )
        )
    return Part(
        person=person,
        field=field.key,
        details=_details(person, "Unlocks growth for ambitious companies.", rate=2_000),
        self_words=(
            SelfWord(kind="title", text="Certified growth expert"),
            SelfWord(kind="followers", text="Followers on professional networks", count=38_000),
        ),
        joined_at=joined,
        skill=_PLAIN.results,
        pieces=tuple(pieces),
    )


def _ring_requests(casting: Casting, parts: Sequence[Part], number: int) -> list[Request]:
    """Each asks all others, two in a hundred days: more would be held back by the caps."""
    requests = []
    for turn in range(1, _RING):
        to = parts[(number + turn) % _RING].person
        at = casting.opens + timedelta(days=40 + 100 * ((turn - 1) // 2) + turn, hours=9, minutes=number)
        year = casting.opens.year
        words = Words(
            relation="worked_with",
            skill="growth",
            saw=parts[number].person.told(WORDS["ring"]["saw"][turn % 3]),
            seen_from=year - 2,
            seen_to=year,
            gets_fee=False,
        )
        requests.append(Request(to=to, at=at, reaction=Reaction(kind="answer"), words=words))
    return requests


def _details(person: Person, biography: str, *, rate: int) -> dict[str, object]:
    country = person.country
    return {
        "name": person.name,
        "biography": biography,
        "country": country.code,
        "place": person.place,
        "languages": list(country.languages),
        "rate": Decimal(rate),
        "rate_currency": country.currency,
        "availability": "month",
    }
