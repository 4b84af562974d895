"""What tests start from, built through the actions, so that no test starts from an impossible state.

Each builder takes only what its test is about; the rest is credible. Nobody here waits for letters: a referee may
answer a question that is still queued, as one who was told of it by telephone would. AT is a Monday morning.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from vetting.accounts.models import User
from vetting.companies import actions as companies
from vetting.companies.models import Organization
from vetting.engagements import actions as engagements
from vetting.engagements.actions import Aim, Work
from vetting.engagements.models import Engagement, Goal
from vetting.followups.models import Ask
from vetting.kernel.actors import Actor
from vetting.outcomes import actions as outcomes
from vetting.outcomes.actions import Result
from vetting.outcomes.models import Outcome
from vetting.outcomes.questionnaire import Answers
from vetting.profiles import actions as profiles
from vetting.profiles.models import Profile
from vetting.referrals import actions as referrals
from vetting.referrals.models import Referral
from vetting.referrals.rules import Words
from vetting.scorecards.actions import compute
from vetting.search.actions import refresh

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
BEGUN = date(2026, 1, 12)
MEASURED = date(2026, 4, 20)
CARLA, BEN = ("Carla Controller", "carla@paper-umbrella.example"), ("Ben Peer", "ben@peer.example")

CONFIRMED = Answers(
    worked_together=True,
    role="CFO",
    baseline_verdict="confirm",
    result_verdict="confirm",
    shares="50-75",
    goal_before="yes",
    transfer=3,
    hire_again="yes",
    publish="named",
)


def user(email: str, *, staff: bool = False) -> User:
    return User.objects.create_user(email, is_staff=staff)


def staff() -> Actor:
    """Sam."""
    known = User.objects.filter(email="sam@touchstone.example").first()
    return (known or user("sam@touchstone.example", staff=True)).actor


def consultant(
    name: str = "Ana Kalnina",
    *,
    listed: bool = True,
    demo: bool = False,
    domain: str = "advice.example",
    **details: Any,
) -> Profile:
    """A profile with an owner of its own, whose mailbox is made of the name. Who refers needs another domain."""
    owner = user(f"{name.lower().replace(' ', '.')}@{domain}")
    known = {"name": name, "country": "LV", "place": "Riga", "languages": ["lv", "en"], **details}
    profile = profiles.create(owner=owner, details=known, by=owner.actor, at=AT, is_demo=demo)
    return profiles.submit(profile, by=owner.actor, at=AT) if listed else profile


def recorded(name: str = "Northern Polls", **details: Any) -> Profile:
    """A listed profile compiled from a public record; nobody owns it."""
    known = {"name": name, "country": "US", "languages": ["en"], **details}
    profile = profiles.create(owner=None, details=known, by=staff(), at=AT, origin="public_record")
    return profiles.submit(profile, by=staff(), at=AT)


def client(name: str = "Paper Umbrella", **details: Any) -> Organization:
    """A retailer of 50 to 249 people in Estonia, whose domain is made of the name. (In Latvia AT is a holiday.)"""
    known = {"country": "EE", "industry": "47", "size_band": "50-249", **details}
    domain = f"{name.lower().replace(' ', '-')}.example"
    return companies.register(name=name, domain=domain, by=staff(), at=AT, **known)


def engagement(profile: Profile, organization: Organization | None = None, **work: Any) -> Engagement:
    declared = replace(
        Work(work="Customer service redesign", starts_on=BEGUN, ends_on=date(2026, 4, 17)), **work
    )
    return engagements.declare(
        profile=profile, organization=organization or client(), work=declared, by=speaker(profile), at=AT
    )


def goal(of: Engagement, **aim: Any) -> Goal:
    """A draft: cost per ticket from 9.40 to 7.00 EUR by the end of April."""
    known = Aim(
        metric="cost_per_ticket",
        baseline=Decimal("9.40"),
        target=Decimal("7.00"),
        due_on=date(2026, 4, 30),
        currency="EUR",
    )
    return engagements.draft_goal(engagement=of, aim=replace(known, **aim), by=speaker(of.profile), at=AT)


def outcome(of: Goal, achieved: str = "6.10", **result: Any) -> Outcome:
    """What the consultant reports; nobody was asked about it yet."""
    known = Result(achieved=Decimal(achieved), measured_on=MEASURED, source="dashboard")
    return outcomes.report(goal=of, result=replace(known, **result), by=speaker(of.engagement.profile), at=AT)


def asked(about: Outcome, whom: tuple[str, str] = CARLA) -> Ask:
    owner = about.goal.engagement.profile.owner
    return outcomes.ask_client(about, name=whom[0], email=whom[1], by=owner.actor, at=AT)


def answered(about: Outcome, whom: tuple[str, str] = CARLA, *, at: datetime = AT, **answers: Any) -> Outcome:
    """The client has been asked and has answered: by default that everything is right."""
    outcomes.attest(asked(about, whom).pk, answers=replace(CONFIRMED, **answers), at=at)
    about.refresh_from_db()
    return about


def result(
    profile: Profile,
    achieved: str = "6.10",
    *,
    organization: Organization | None = None,
    work: dict[str, Any] | None = None,
    aim: dict[str, Any] | None = None,
    **answers: Any,
) -> Outcome:
    """A result from the declared work to the client's answer."""
    place = organization or client()
    declared = engagement(profile, place, **(work or {}))
    whom = (CARLA[0], f"carla@{place.name.lower().replace(' ', '-')}.example")
    return answered(outcome(goal(declared, **(aim or {})), achieved), whom, **answers)


def referral(profile: Profile, whom: tuple[str, str] = BEN, **words: Any) -> Referral:
    """A peer was asked and has said what he saw."""
    known = Words(
        relation="worked_with",
        skill="service design",
        saw="She had the team count its own tickets.",
        seen_from=2024,
        seen_to=2026,
        gets_fee=False,
    )
    request = referrals.ask_peer(profile=profile, name=whom[0], email=whom[1], by=speaker(profile), at=AT)
    return referrals.answer(request.ask_id, words=replace(known, **words), at=AT)


def published(*people: Profile, at: datetime = AT + timedelta(hours=1)) -> None:
    """What the workers do within seconds: cards computed, listings refreshed."""
    keys: Iterable[Any] = [profile.pk for profile in people]
    compute(list(keys), at=at)
    refresh(list(keys))


def speaker(profile: Profile) -> Actor:
    """Who acts for this profile: its owner, or staff for one from a public record."""
    return profile.owner.actor if profile.owner else staff()
