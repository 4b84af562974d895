"""Ana, whom a visitor may be: a long history, questions that are open, and things to do today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from vetting.management.demo.cast import Casting
from vetting.management.demo.clients import Client
from vetting.management.demo.figures import Skill
from vetting.management.demo.market import COUNTRIES, field_of
from vetting.management.demo.people import Person, dice
from vetting.management.demo.plans import Job
from vetting.management.demo.script import SILENCE, Part, Piece, Reaction, Request, SelfWord
from vetting.referrals.rules import Words

_SKILL = Skill(results=0.7, money=0.6, transfer=1.0, boldness=1.0, honesty=1.0)
_PROMPT = Reaction(kind="answer", after=timedelta(hours=22))
_NO = Reaction(kind="decline", after=timedelta(hours=30), reason="Our company gives no references.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One engagement by days before the end of the story: from `starts` to `ends`, reported at `reported` (0: never).

    `gauge` counts the metrics of her field; the rest is as in plans.Job.
    """

    starts: int
    ends: int
    gauge: int
    reported: int = 0
    part: float = 1.1
    before: bool = False
    agreed: Reaction = _PROMPT
    asked: bool = True
    reaction: Reaction | None = None
    verdict: str = "confirm"
    truthful: bool = True


# What was over before she joined is declared when she joins, and asked about then.
_EARLIER = (
    Scene(starts=300, ends=200, gauge=0, part=1.18, reaction=_PROMPT),
    Scene(starts=420, ends=330, gauge=1, part=0.72, reaction=_PROMPT, verdict="correct", truthful=False),
    Scene(starts=560, ends=450, gauge=2, part=0.55, reaction=_PROMPT),
    Scene(starts=700, ends=640, gauge=4, reaction=SILENCE),
    Scene(starts=810, ends=730, gauge=3, asked=False),
    Scene(starts=930, ends=840, gauge=4, reaction=_NO),
)
_SINCE = (
    Scene(starts=290, ends=205, gauge=0, reported=190, part=1.22, before=True, reaction=_PROMPT),
    Scene(starts=215, ends=130, gauge=5, reported=112, part=1.05, before=True, reaction=_PROMPT),
    Scene(starts=120, ends=40, gauge=1, reported=17, part=0.9, before=True, reaction=SILENCE),
    Scene(starts=110, ends=45, gauge=3, reported=6, part=1.1, before=True, reaction=SILENCE),
)


def ana(casting: Casting, peer: Person, last_post: datetime) -> Part:
    """`peer` has referred her; what is written after `last_post` goes out in earnest."""
    person = casting.register.named(
        "Ana", "Krūkliņa", country=COUNTRIES["LV"], place="Rīga", is_woman=True, practice="service"
    )
    fresh = last_post + timedelta(minutes=25)
    history = _History(casting, person, joined=casting.opens + timedelta(days=2, hours=9))
    return Part(
        person=person,
        field=history.field.key,
        details={
            "name": person.name,
            "biography": (
                "Ran the service desk of a parcel company for eight years. Works with the people who answer, "
                "writes down what will be measured before anything is changed, and comes back after half a year."
            ),
            "country": "LV",
            "place": person.place,
            "languages": ["lv", "en", "de"],
            "rate": Decimal(640),
            "rate_currency": "EUR",
            "availability": "month",
        },
        self_words=(
            SelfWord(kind="title", text="Service desk consultant"),
            SelfWord(kind="followers", text="Followers on professional networks", count=340),
        ),
        joined_at=history.joined,
        skill=_SKILL.results,
        pieces=(
            *(history.earlier(scene) for scene in _EARLIER),
            *(history.since(scene) for scene in _SINCE),
            *history.today(fresh),
        ),
        requests=_requests(casting, peer, fresh),
    )


class _History:
    """Her engagements, each at a client of its own."""

    def __init__(self, casting: Casting, person: Person, *, joined: datetime) -> None:
        self.field, self.joined = field_of("customer_service"), joined
        self._casting, self._person = casting, person
        self._writer = casting.writer("ana")
        self._known: list[Client] = []

    def earlier(self, scene: Scene) -> Piece:
        first, last = (self.joined - timedelta(days=days) for days in (scene.starts, scene.ends))
        return self._piece(scene, first, last, declared_at=self.joined + timedelta(minutes=scene.ends))

    def since(self, scene: Scene) -> Piece:
        first, last = self._days(scene)
        declared, reported = map(self._casting.before_close, (scene.starts + 16, scene.reported))
        return self._piece(scene, first, last, declared_at=declared, reported_at=reported)

    def today(self, fresh: datetime) -> list[Piece]:
        """A result to report, an answer just in, a goal that waits for its client, one whose letter is to go."""
        just_in = Reaction(kind="answer", at=fresh + timedelta(minutes=50))
        unreported = Scene(starts=95, ends=9, gauge=0, before=True, asked=False)
        answered = Scene(starts=130, ends=60, gauge=2, part=1.1, before=True, reaction=just_in)
        waiting = Scene(starts=-9, ends=-90, gauge=4, before=True, agreed=SILENCE)
        going_out = Scene(starts=-5, ends=-70, gauge=1, before=True, agreed=SILENCE)
        never, ago = self._casting.closes, self._casting.before_close
        return [
            self._piece(scene, *self._days(scene), declared_at=declared_at, reported_at=reported_at)
            for scene, declared_at, reported_at in (
                (unreported, ago(112), never),
                (answered, ago(150), ago(8)),
                (waiting, ago(6), never),
                (going_out, fresh, never),
            )
        ]

    def _days(self, scene: Scene) -> tuple[datetime, datetime]:
        closes = self._casting.closes
        return closes - timedelta(days=scene.starts), closes - timedelta(days=scene.ends)

    def _piece(
        self,
        scene: Scene,
        first: datetime,
        last: datetime,
        *,
        declared_at: datetime,
        reported_at: datetime | None = None,
    ) -> Piece:
        client, contact = self._casting.client(self._writer.rng, self.field, self._person, known=self._known)
        return self._writer.piece(
            Job(
                person=self._person,
                field=self.field,
                skill=_SKILL,
                client=client,
                contact=contact,
                declared_at=declared_at,
                starts_on=first.date(),
                ends_on=last.date(),
                before=scene.before,
                agreed=scene.agreed,
                gauges=[self.field.gauges[scene.gauge]],
                part=scene.part,
                truthful=scene.truthful,
                asked=scene.asked,
                reaction=scene.reaction,
                verdict=scene.verdict,
                reported_at=reported_at,
            )
        )


def _requests(casting: Casting, peer: Person, fresh: datetime) -> tuple[Request, ...]:
    """One peer has answered, one was asked some days ago, one is asked in the last letter of all."""
    rng = dice(casting.seed, "ana's peers")
    second, third = (casting.register.person(rng, COUNTRIES[code]) for code in ("EE", "DE"))
    words = Words(
        relation="worked_with",
        skill="service design",
        saw="We shared one client for a winter. She had the agents count their own tickets, and the count decided.",
        seen_from=casting.opens.year - 1,
        seen_to=casting.opens.year,
        gets_fee=False,
    )
    return (
        Request(to=peer, at=casting.before_close(150), reaction=_PROMPT, words=words),
        Request(to=second, at=casting.before_close(5), reaction=SILENCE),
        Request(to=third, at=fresh + timedelta(minutes=5), reaction=SILENCE),
    )
