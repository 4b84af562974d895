"""The same request many times at once is one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import builders
from tests.api.conftest import letter_key
from tests.journeys.programs import Program
from vetting.accounts.actions import create_key
from vetting.accounts.models import ApiKey
from vetting.accounts.states import SCOPES
from vetting.companies.models import Organization
from vetting.engagements.models import Engagement, Goal
from vetting.followups.models import Ask
from vetting.outcomes.models import Attestation, Outcome
from vetting.profiles.models import Profile, SelfClaim
from vetting.referrals.models import Referral

AT_ONCE = 8
CONFIRMED = {"worked_together": "yes", "baseline": "confirm", "result": "confirm", "publish": "named"}


@pytest.fixture
def race(live_server, transactional_db) -> Callable[..., list[int]]:
    def run(path: str, body: object, owner=None) -> list[int]:
        program = Program(live_server.url)
        if owner is not None:
            _, secret = create_key(user=owner, name="racer", scopes=list(SCOPES), at=builders.AT)
            program = program.with_key(secret)
        with ThreadPoolExecutor(AT_ONCE) as runners:
            replies = list(
                runners.map(lambda _: program.call("POST", f"/api/v1{path}", body), range(AT_ONCE))
            )
        return sorted(reply.status for reply in replies)

    return run


def test_one_profile(race):
    body = {"name": "Dora Draft"}
    assert race("/profiles/me", body, builders.user("dora@draft.example")) == [201] + [409] * (AT_ONCE - 1)
    assert Profile.objects.count() == 1


def test_one_claim(race):
    ana = builders.consultant()
    assert race("/profiles/me/claims", {"kind": "title", "text": "Guru"}, ana.owner) == [201] * AT_ONCE
    assert SelfClaim.objects.count() == 1


@pytest.mark.parametrize("domain", ["", "corner-shop.example"])
def test_one_client(domain, race):
    ana = builders.consultant()
    assert race("/organizations", {"name": "Corner Shop", "domain": domain}, ana.owner) == [201] * AT_ONCE
    assert Organization.objects.count() == 1


def test_one_engagement(race):
    ana, place = builders.consultant(), builders.client()
    body = {"organization": str(place.pk), "work": "Returns desk", "starts_on": "2026-03-02"}
    assert race("/engagements", body, ana.owner) == [201] * AT_ONCE
    assert Engagement.objects.count() == 1


def test_one_goal(race):
    work = builders.engagement(builders.consultant())
    body = {
        "engagement": str(work.pk),
        "metric": "conversion_rate",
        "baseline": 2,
        "target": 3,
        "due_on": "2026-09-01",
    }
    assert race("/goals", body, work.profile.owner) == [201] * AT_ONCE
    assert Goal.objects.count() == 1


def test_one_outcome(race):
    goal = builders.goal(builders.engagement(builders.consultant()))
    body = {"goal": str(goal.pk), "achieved": 6, "measured_on": "2026-04-20", "source": "audited"}
    assert race("/outcomes", body, goal.engagement.profile.owner) == [201] + [409] * (AT_ONCE - 1)
    assert Outcome.objects.count() == 1


def test_one_question_to_a_client(race):
    outcome = builders.outcome(builders.goal(builders.engagement(builders.consultant())))
    body = {"name": "Carla", "email": "carla@paper-umbrella.example"}
    owner = outcome.goal.engagement.profile.owner
    assert race(f"/outcomes/{outcome.pk}/ask", body, owner) == [201] + [409] * (AT_ONCE - 1)
    assert Ask.objects.count() == 1


def test_one_question_to_a_peer(race):
    ana = builders.consultant()
    body = {"name": "Ben", "email": "ben@peer.example"}
    assert race("/referrals", body, ana.owner) == [201] + [409] * (AT_ONCE - 1)
    assert (Ask.objects.count(), Referral.objects.count()) == (1, 1)


def test_one_answer(race):
    outcome = builders.outcome(builders.goal(builders.engagement(builders.consultant())))
    key = letter_key(builders.asked(outcome))
    Ask.objects.update(expires_at="2100-01-01T00:00:00Z")
    assert race(f"/answers/{key}", CONFIRMED) == [200] + [409] * (AT_ONCE - 1)
    assert Attestation.objects.count() == 1


def test_stopping_at_once_is_stopping_once(race):
    outcome = builders.outcome(builders.goal(builders.engagement(builders.consultant())))
    key = letter_key(builders.asked(outcome))
    assert race(f"/answers/{key}/stop", {}) == [200] * AT_ONCE
    assert [ask.status for ask in Ask.objects.all()] == ["stopped"]


def test_one_key_of_a_name(race, live_server):
    """Only a session makes keys; here the rule is asked directly, from many threads."""
    ana = builders.consultant().owner
    assert ana is not None

    def make(_number: int) -> bool:
        from django.db import connection

        from vetting.kernel.verdict import InvalidError

        try:
            create_key(user=ana, name="one", scopes=["read"], at=builders.AT)
        except InvalidError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(AT_ONCE) as runners:
        assert sorted(runners.map(make, range(AT_ONCE))) == [False] * (AT_ONCE - 1) + [True]
    assert ApiKey.objects.count() == 1
