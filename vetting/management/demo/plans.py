"""A consultant's history, drawn at random: what she did for whom, which goals were set, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from vetting.engagements.actions import Aim, Work
from vetting.engagements.states import CONFIDENTIALITY, MODES
from vetting.management.demo import figures, later
from vetting.management.demo.answers import Said, answer, react
from vetting.management.demo.clients import Client, Clients, Contact
from vetting.management.demo.figures import Goal, Skill
from vetting.management.demo.market import WORDS, Field, Gauge
from vetting.management.demo.people import Person
from vetting.management.demo.script import (
    GoalPart,
    Part,
    Piece,
    Proposal,
    Question,
    Reaction,
    Report,
    SelfWord,
)
from vetting.outcomes.actions import Result
from vetting.outcomes.states import SOURCES
from vetting.profiles.states import AVAILABILITY

SECOND_ASK = timedelta(days=40)  # the first has run out on day 30, counted from its letter
_AGREES = Reaction(kind="answer", after=timedelta(hours=5))
_FOLLOWERS = (0, 0, 310, 900, 2_400, 6_800, 21_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One engagement before its goals are drawn; what is None is left to chance.

    `before` tells whether the client is asked to accept the goals before the start, `agreed` how she then reacts; `part` is how much of the way to
    the target was really gone; `truthful` whether it is reported so; `reaction` how the first one asked reacts;
    `verdict` what she says of the result.
    """

    person: Person
    field: Field
    skill: Skill
    client: Client
    contact: Contact
    declared_at: datetime
    starts_on: date
    ends_on: date
    before: bool | None = None
    agreed: Reaction = _AGREES
    gauges: Sequence[Gauge] = ()
    part: float | None = None
    truthful: bool | None = None
    asked: bool | None = None
    reaction: Reaction | None = None
    verdict: str | None = None
    reported_at: datetime | None = None

    @property
    def is_past(self) -> bool:
        """It was over when it was declared."""
        return self.ends_on < self.declared_at.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes histories from `opens` to `closes`; `rng` belongs to one consultant, so that one more changes no other."""

    rng: Random
    clients: Clients
    opens: datetime
    closes: datetime

    def ordinary(self, person: Person, field: Field) -> Part:
        """Somebody with a few to a dozen pieces of work, some of them older than her profile."""
        rng, skill = self.rng, figures.draw_skill(self.rng)
        joined = at_work(rng, self.opens + (self.closes - self.opens) * 0.88 * rng.random() ** 1.5)
        number = max(1, min(14, round(rng.lognormvariate(1.35, 0.5))))
        jobs = sorted(
            (self._job(person, field, skill, joined) for _ in range(number)), key=lambda job: job.declared_at
        )
        return Part(
            person=person,
            field=field.key,
            details=details(rng, person, field),
            self_words=tuple(self_words(rng, field)),
            joined_at=joined,
            skill=skill.results,
            pieces=tuple(self.piece(job) for job in jobs),
            is_listed=rng.random() < 0.98,
            pauses_at=at_work(rng, self.closes - timedelta(days=rng.randint(3, 60)))
            if rng.random() < 0.03
            else None,
        )

    def _job(self, person: Person, field: Field, skill: Skill, joined: datetime) -> Job:
        rng = self.rng
        client = self.clients.pick(rng, field, person.country)
        length = timedelta(days=rng.randint(50, 210))
        if rng.random() < 0.45:
            starts = joined.date() - length - timedelta(days=rng.randint(10, 1300))
            declared = joined + timedelta(days=rng.randint(0, 40), hours=rng.randint(1, 5))
        else:
            starts = joined.date() + timedelta(
                days=rng.randint(12, max(13, (self.closes - joined).days + 12))
            )
            declared = max(joined + timedelta(hours=2), noon(starts) - timedelta(days=rng.randint(8, 30)))
        return Job(
            person=person,
            field=field,
            skill=skill,
            client=client,
            contact=self.clients.contact(client, field),
            declared_at=at_work(rng, declared),
            starts_on=starts,
            ends_on=starts + length,
        )

    def piece(self, job: Job) -> Piece:
        """The engagement with its goals; each further goal is asked of another person at the client."""
        rng = self.rng
        gauges = job.gauges or rng.sample(job.field.gauges, rng.choices([1, 2, 3], weights=[82, 16, 2])[0])
        work = self._work(job, gauges[0])
        if job.before is None and rng.random() < 0.015:
            withdrawn = job.declared_at + timedelta(days=9)
            return Piece(
                client=job.client, work=work, declared_at=job.declared_at, goals=(), withdrawn_at=withdrawn
            )
        goals, contact = [], job.contact
        for gauge in gauges:
            goals.append(self._goal(job, work, gauge, contact))
            contact = self.clients.contact(job.client, job.field, other_than=contact)
        return Piece(client=job.client, work=work, declared_at=job.declared_at, goals=tuple(goals))

    def _work(self, job: Job, gauge: Gauge) -> Work:
        rng, field = self.rng, job.field
        scopes = (*field.scopes, *field.scopes_in[job.client.industry])
        fee = None
        if rng.random() < 0.62:
            days = max(6, round((job.ends_on - job.starts_on).days * rng.uniform(0.08, 0.3)))
            fee = figures.round_money(
                job.client.country.euro * job.person.country.day * days * rng.uniform(0.8, 1.3)
            )
        return Work(
            work=f"{rng.choice(gauge.works)}: {rng.choice(scopes)}",
            description=" ".join(rng.sample(field.steps, rng.choice([1, 2, 2, 3]))),
            starts_on=job.starts_on,
            ends_on=job.ends_on,
            mode=rng.choices(MODES, weights=[25, 50, 25])[0],
            confidentiality=rng.choices(CONFIDENTIALITY, weights=[66, 27, 7])[0],
            fee=fee,
            fee_currency=job.client.country.currency if fee is not None else "",
        )

    def _goal(self, job: Job, work: Work, gauge: Gauge, contact: Contact) -> GoalPart:
        rng = self.rng
        goal = figures.draw_goal(rng, gauge, job.client.country, boldness=job.skill.boldness)
        due = job.ends_on + timedelta(days=rng.choice([0, 14, 30]))
        proposal = None if job.is_past else self._proposal(job, contact)
        agreed = proposal is not None and proposal.accepts and proposal.reaction.kind == "answer"
        report = None
        if proposal is None or proposal.accepts:
            report = self._report(job, work, goal, contact, agreed=agreed)
        return GoalPart(
            aim=Aim(
                metric=goal.metric.key,
                baseline=goal.baseline,
                target=goal.target,
                due_on=due,
                currency=goal.currency,
            ),
            drafted_at=job.declared_at,
            proposal=proposal,
            report=report,
        )

    def _proposal(self, job: Job, contact: Contact) -> Proposal | None:
        """A little more than half of the goals are put before the client; nearly all of those answered are accepted."""
        before = self.rng.random() < 0.55 if job.before is None else job.before
        if not before:
            return None
        return Proposal(
            to=contact,
            at=job.declared_at + timedelta(minutes=self.rng.randint(4, 50)),
            reaction=job.agreed if job.before else react(self.rng, contact.temper),
            accepts=bool(job.before) or self.rng.random() < 0.96,
        )

    def _report(self, job: Job, work: Work, goal: Goal, contact: Contact, *, agreed: bool) -> Report | None:
        """Reported some weeks after the end, or after joining for older work; empty while that is still to come."""
        rng = self.rng
        measured = job.ends_on + timedelta(days=rng.randint(0, 40))
        earliest = max(
            noon(measured) + timedelta(days=rng.randint(1, 20)), job.declared_at + timedelta(minutes=30)
        )
        at = job.reported_at or at_work(rng, earliest)
        if at >= self.closes:
            return None
        measured = min(measured, at.date())
        part = (
            figures.attained(rng, job.skill.results, hardness=goal.hardness) if job.part is None else job.part
        )
        true = goal.at(part)
        truthful = rng.random() < job.skill.honesty if job.truthful is None else job.truthful
        reported = true if truthful else goal.at(part + rng.uniform(0.2, 0.6))
        said = Said(
            goal=goal,
            reported=reported,
            true=true,
            preregistered=agreed,
            transfer=figures.transferred(
                rng, job.skill.transfer, easier=0.5 if work.mode == "build_capability" else -0.1
            ),
            consultant=job.person,
        )
        return Report(
            result=self._result(job, work, reported, measured, part),
            at=at,
            questions=tuple(self._questions(job, contact, said, at)),
        )

    def _result(self, job: Job, work: Work, value: Decimal, measured: date, part: float) -> Result:
        rng, money = self.rng, None
        if work.fee is not None and part > 0 and rng.random() < 0.6:
            money = figures.round_money(float(work.fee) * figures.fees_gained(rng, job.skill.money))
        return Result(
            achieved=value,
            measured_on=measured,
            source=rng.choices(SOURCES, weights=[45, 10, 33, 12])[0],
            statement=rng.choice(WORDS["statements"]) if rng.random() < 0.7 else "",
            share=rng.choice([100, 100, 80, 70, 60, 50]),
            money=money,
            money_currency=work.fee_currency if money is not None else "",
        )

    def _questions(self, job: Job, contact: Contact, said: Said, reported_at: datetime) -> list[Question]:
        """The first person asked, and after silence in two cases of five another one at the same client."""
        rng = self.rng
        # Not everybody is asked about old work any more.
        asked = rng.random() < (0.64 if job.is_past else 0.9) if job.asked is None else job.asked
        if not asked:
            return []
        reaction = job.reaction or react(rng, contact.temper)
        first = reported_at + timedelta(minutes=rng.randint(3, 90))
        questions = [self._question(job, contact, said, first, reaction)]
        if job.reaction is None and reaction.kind != "answer" and rng.random() < 0.4:
            other = self.clients.contact(job.client, job.field, other_than=contact)
            after = at_work(rng, first + SECOND_ASK + timedelta(days=rng.randint(0, 30)))
            questions.append(self._question(job, other, said, after, react(rng, other.temper)))
        return questions

    def _question(self, job: Job, contact: Contact, said: Said, at: datetime, reaction: Reaction) -> Question:
        answers = (
            answer(self.rng, contact, job.client, said, verdict=job.verdict)
            if reaction.kind == "answer"
            else None
        )
        about = (job.client.domain, job.starts_on, said.goal.metric.key)
        after = later.written(said, answers, contact, about=about) if answers else ()
        return Question(to=contact, at=at, reaction=reaction, answers=answers, later=after)


def details(rng: Random, person: Person, field: Field) -> dict[str, object]:
    """The profile's own words and terms."""
    country = person.country
    rate = None
    if rng.random() < 0.86:
        rate = figures.round_money(country.day * country.euro * rng.lognormvariate(0, 0.22))
    spoken = [*country.languages, *(["en"] if "en" not in country.languages else [])]
    number = rng.randint(1, len(spoken))
    return {
        "name": person.name,
        "biography": person.told(f"{rng.choice(field.paths)} {rng.choice(WORDS['ways'])}"),
        "country": country.code,
        "place": person.place,
        "languages": spoken[: max(number, min(2, len(spoken)))],
        "rate": rate,
        "rate_currency": country.currency if rate is not None else "",
        "availability": rng.choice([*AVAILABILITY, ""]),
    }


def self_words(rng: Random, field: Field) -> list[SelfWord]:
    """What she says of herself: unrelated to what she can do, as in life."""
    words = [SelfWord(kind="title", text=rng.choice(field.titles))]
    if count := rng.choice(_FOLLOWERS):
        count = round(count * rng.uniform(0.6, 1.6))
        words.append(SelfWord(kind="followers", text="Followers on professional networks", count=count))
    if rng.random() < 0.2:
        words.append(SelfWord(kind="award", text=rng.choice(WORDS["awards"])))
    if rng.random() < 0.45:
        words.append(SelfWord(kind="credential", text=rng.choice(WORDS["credentials"])))
    return words


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def at_work(rng: Random, moment: datetime) -> datetime:
    """That day or the next weekday, at some minute between 08 and 17 UTC; never before `moment`'s own day."""
    day = moment.date()
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, time(8), tzinfo=UTC) + timedelta(minutes=rng.randint(0, 9 * 60 - 1))
