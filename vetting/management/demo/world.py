"""The whole script of one world: written from a seed, a number of consultants and a span, before anything is played."""

from datetime import UTC, datetime, time, timedelta

from vetting.management.demo.ana import ana
from vetting.management.demo.cast import Casting, gurus, quiet_one, ring
from vetting.management.demo.clients import Clients
from vetting.management.demo.market import FIELDS
from vetting.management.demo.peers import with_requests
from vetting.management.demo.people import Register, dice, home
from vetting.management.demo.script import Part, Script
from vetting.management.demo.stage import POST_HOURS

FEWEST, MOST = 12, 1_000  # the cast of ten and somebody for them to meet; more would only take hours
LONGEST = 10  # years


def write(*, seed: int, consultants: int, years: int, at: datetime) -> Script:
    """The same for the same arguments, to the last digit and the last minute. `at` is where the story ends."""
    name = str(seed)
    opens = datetime.combine((at - timedelta(days=365 * years)).date(), time(6), tzinfo=UTC)
    last_post = _last_post(at)
    register = Register()
    clients = Clients(dice(name, "clients"), register, consultants=consultants)
    _story_clients(clients)
    casting = Casting(seed=name, register=register, clients=clients, opens=opens, closes=at)
    quiet = quiet_one(casting)
    first = ana(casting, quiet.person, last_post)
    stars, circle = gurus(casting), ring(casting)
    ordinary = _ordinary(casting, consultants - 2 - len(stars) - len(circle))
    honest = [first, quiet, *ordinary]
    asking = [with_requests(part, honest, seed=name, closes=at, register=register) for part in honest[1:]]
    return Script(opens=opens, closes=at, last_post=last_post, parts=(first, *asking, *stars, *circle))


def _ordinary(casting: Casting, number: int) -> list[Part]:
    rng = dice(casting.seed, "homes")
    people = [casting.register.person(rng, home(rng)) for _ in range(number)]
    return [
        casting.writer(person.email).ordinary(person, FIELDS[place % len(FIELDS)])
        for place, person in enumerate(people)
    ]


def _last_post(at: datetime) -> datetime:
    """The last hour of letters that leaves at least twenty hours: what is due in these goes out in earnest."""
    day = at - timedelta(hours=20)
    while day.weekday() >= 5 or day.time() < POST_HOURS[0]:
        day = datetime.combine(day.date() - timedelta(days=1), time(23), tzinfo=UTC)
    return datetime.combine(day.date(), POST_HOURS[0], tzinfo=UTC)


def _story_clients(clients: Clients) -> None:
    """One that lets nothing pass, and one that confirms whatever is said."""
    clients.all += [
        clients.found("Thornmoor Supply", country="GB", industry="46", size_band="250-999", strictness=1.0),
        clients.found("Sonnhalde Versand", country="DE", industry="47", size_band="50-249", strictness=-1.0),
    ]
