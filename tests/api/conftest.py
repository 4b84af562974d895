"""A Monday morning in Ana's world: her work is declared, a client has answered, another question is open."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests import builders
from tests.api.callers import Caller, with_key
from tests.builders import AT
from vetting.accounts.models import User
from vetting.engagements.models import Engagement, Goal
from vetting.followups.models import Ask, AskKey
from vetting.kernel.keys import digest
from vetting.outcomes.models import Outcome
from vetting.profiles import actions as profiles
from vetting.profiles.models import Profile, SelfClaim
from vetting.referrals import actions as referrals
from vetting.referrals.models import Referral


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(AT + timedelta(hours=2)):
        yield


@dataclass(frozen=True)
class World:
    """`outcome` waits for Carla, whose letter holds `key`; `reported`, `draft` and `planned` nobody has seen yet."""

    ana: Profile
    eve: Profile
    claim: SelfClaim
    planned: Engagement
    worked: Engagement
    draft: Goal
    spare: Goal
    outcome: Outcome
    reported: Outcome
    ask: Ask
    referral: Referral
    key: str

    @property
    def owner(self) -> User:
        assert self.ana.owner is not None
        return self.ana.owner

    @property
    def stranger(self) -> User:
        assert self.eve.owner is not None
        return self.eve.owner


def letter_key(ask: Ask) -> str:
    """What stands in the link of a letter about that ask."""
    secret = f"letter-{uuid4().hex}"
    AskKey.objects.create(ask=ask, digest=digest(secret), created_at=AT, expires_at=AT + timedelta(days=120))
    return secret


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Once for all tests of a file: each then works in a savepoint of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(AT + timedelta(hours=1)):
            made = build()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: Any) -> World:
    """The rows as they were built: a test may change its copies."""
    return deepcopy(built)


def build() -> World:
    ana, eve = builders.consultant("Ana Kalnina"), builders.consultant("Eve Pocket", domain="pocket.example")
    place = builders.client()
    claim = profiles.add_claim(
        ana, kind="followers", text="on the network", count=9_000, by=builders.speaker(ana), at=AT
    )
    worked = builders.engagement(ana, place)
    agreed = builders.goal(worked)
    builders.answered(builders.outcome(agreed))
    waiting = builders.outcome(
        builders.goal(
            worked,
            metric="first_contact_resolution",
            currency="",
            baseline=builders.Decimal(60),
            target=builders.Decimal(75),
        ),
        "78",
    )
    ask = builders.asked(waiting, ("Karl Kassier", "karl@paper-umbrella.example"))
    reported = builders.outcome(builders.goal(worked, baseline=builders.Decimal("9.30")), "6.20")
    planned = builders.engagement(ana, place, work="A second round")
    spare = builders.goal(planned)
    draft = builders.goal(planned, target=builders.Decimal("6.50"))
    referral = referrals.ask_peer(
        profile=ana, name="Ben Peer", email="ben@peer.example", by=builders.speaker(ana), at=AT
    )
    builders.published(ana, eve)
    ana.refresh_from_db()
    return World(
        ana=ana,
        eve=eve,
        claim=claim,
        planned=planned,
        worked=worked,
        draft=draft,
        spare=spare,
        outcome=waiting,
        reported=reported,
        ask=ask,
        referral=referral,
        key=letter_key(ask),
    )


@pytest.fixture
def anybody() -> Caller:
    return Caller()


@pytest.fixture
def ana(world: World) -> Caller:
    return with_key(world.owner)


@pytest.fixture
def eve(world: World) -> Caller:
    return with_key(world.stranger)


@pytest.fixture
def time_stands_still(_monday_morning: None) -> Iterator[None]:
    with time_machine.travel(AT + timedelta(hours=2), tick=False):
        yield
