"""The demo world, played: made by the actions, the same again from the same seed, marked everywhere.

Two small worlds of one seed are built for the whole file: the first by the command, looked at and taken back; the second
from its script, for all tests.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from tests import builders as b
from tests.web.reader import words
from vetting.accounts.models import User
from vetting.audit.models import AuditEntry
from vetting.companies.models import Organization
from vetting.engagements.models import Engagement, Goal
from vetting.followups.models import Ask, AskStep, Referee
from vetting.kernel.rows import MovedRow
from vetting.management.demo import logins
from vetting.management.demo.build import build
from vetting.management.demo.cast import _RING
from vetting.management.demo.script import Script
from vetting.management.demo.world import write
from vetting.outcomes.models import Attestation, FollowUp, Outcome
from vetting.outcomes.queries import due_waves
from vetting.outcomes.states import VERIFIED
from vetting.profiles.models import Profile, SelfClaim
from vetting.referrals.models import Referral
from vetting.scorecards.actions import compute
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import stale as without_card
from vetting.search.models import Listing
from vetting.search.queries import find
from vetting.search.queries import stale as without_listing
from vetting.search.rules import Query

# In one group, so that one worker builds the worlds and not each of them.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]
SIZE = {"seed": 3, "consultants": 16, "years": 1}
Content = dict[str, list[Any]]


def content() -> Content:
    """All that a visitor could tell two worlds apart by: not the keys of rows, nor secrets, nor the clock on the wall."""
    tables = {
        "people": Profile.objects.values_list("name", "biography", "country", "rate", "status", "status_at"),
        "self": SelfClaim.objects.values_list("profile__name", "kind", "text", "count"),
        "organizations": Organization.objects.values_list("name", "industry", "size_band", "created_at"),
        "work": Engagement.objects.values_list("profile__name", "work", "description", "status", "fee"),
        "goals": Goal.objects.values_list(
            "engagement__profile__name",
            "metric",
            "baseline",
            "target",
            "status",
            "preregistered",
            "status_at",
        ),
        "results": Outcome.objects.values_list(
            "goal__engagement__profile__name", "achieved", "status", "level", "status_at", "verified_at"
        ),
        "answers": Attestation.objects.values_list(
            "referee__name", "result_verdict", "result_value", "share_low", "transfer", "comment", "given_at"
        ),
        "later": FollowUp.objects.values_list("referee__name", "wave", "still", "value", "given_at"),
        "referrals": Referral.objects.values_list(
            "profile__name", "referee__name", "status", "saw", "given_at"
        ),
        "letters": AskStep.objects.values_list(
            "ask__consultant__email", "step", "state", "due_at", "sent_at"
        ),
        "cards": Scorecard.objects.values_list("profile__name", "counted", "coverage"),
        "listings": Listing.objects.values_list("profile__name", "metrics", "level", "preregistered"),
        "audit": AuditEntry.objects.exclude(verb="create_key").values_list(
            "actor_kind", "verb", "kind", "before", "after", "at"
        ),
    }
    return {name: sorted(map(repr, rows)) for name, rows in tables.items()}


def means() -> dict[str, float]:
    return dict(Scorecard.objects.values_list("profile__name", "mean"))


@dataclass(frozen=True)
class Made:
    """The script of the world that stands; what the one before it held; what the command said when it made that."""

    script: Script
    content: Content
    means: dict[str, float]
    said: str


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Made]:
    out, err = StringIO(), StringIO()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DEMO_FILE", tmp_path_factory.mktemp("demo") / "first.json")
        with transaction.atomic(), time_machine.travel(b.AT):
            call_command("demo", **SIZE, stdout=out, stderr=err)
            first = content(), means()
            transaction.set_rollback(True)
        with transaction.atomic():
            script = write(**SIZE, at=b.AT)
            build(script, on_part=lambda part: None)
            yield Made(script, *first, out.getvalue() + err.getvalue())
            transaction.set_rollback(True)


@pytest.fixture
def script(made) -> Script:
    return made.script


def named(name: str) -> Profile:
    return Profile.objects.get(name=name)


def test_the_same_seed_makes_the_same_world_to_the_last_answer(made):
    second = content()
    for name, rows in made.content.items():
        assert rows == second[name], name
    assert {name for name, rows in second.items() if not rows} == set()
    assert means() == made.means


def test_the_command_says_how_far_it_is_and_what_is_made(made):
    said = made.said
    assert "The demo world is made: 16 consultants, all of them invented.\n" in said
    assert [f"Making the demo world: {tenth}0 %" in said for tenth in range(1, 11)] == [True] * 10


def test_everybody_in_it_is_marked_and_shown_as_invented(script):
    assert Profile.objects.count() == 16
    for table in (User, Profile, Organization):
        assert table.objects.exclude(is_demo=True).count() == 0
    listed = Listing.objects.order_by("id").values_list("profile__slug", flat=True)
    for slug in listed:
        assert "Demo: an invented person" in words(Client().get(f"/c/{slug}/"))
    found = Client().get("/api/v1/search").json()["hits"]
    assert len(found) == len(listed)
    assert {hit["demo"] for hit in found} == {True}


def test_every_status_was_moved_by_the_one_function_that_moves(made):
    """Each row begins in the first status of its table and every move in its trail starts where the last one ended."""
    trails: dict[Any, list[AuditEntry]] = {}
    for entry in AuditEntry.objects.filter(verb__in=["begin", "move"]).order_by("id"):
        trails.setdefault(entry.row_id, []).append(entry)
    seen = 0
    for table in apps.get_app_config("vetting").get_models():
        if issubclass(table, MovedRow):
            for row in table._base_manager.order_by("pk"):
                begun, *moves = trails.pop(row.pk)
                assert (begun.verb, begun.after) == ("begin", row.MOVES.start)
                steps = [begun.after, *(move.after for move in moves)]
                assert [move.before for move in moves] == steps[:-1]
                assert (steps[-1], [begun, *moves][-1].at) == (row.status, row.status_at)
                seen += 1
    assert trails == {}
    assert seen > 300


def test_history_lies_in_the_past_and_in_order(made):
    moments = list(AuditEntry.objects.order_by("id").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert b.AT - timedelta(days=366) <= moments[0]
    assert moments[-1] <= b.AT


def test_results_are_met_and_missed(made):
    verified = Outcome.objects.filter(status__in=VERIFIED).select_related("goal")
    met = [
        (row.achieved - row.goal.baseline) / (row.goal.target - row.goal.baseline) >= 1
        for row in verified.order_by("id")
    ]
    assert min(met.count(True), met.count(False)) >= 3
    said = set(Attestation.objects.values_list("result_verdict", flat=True))
    assert {"confirm", "correct", "wrong"} <= said


def test_referees_answer_decline_and_stay_silent(made):
    statuses = set(Ask.objects.values_list("status", flat=True))
    assert {"answered", "declined", "expired", "sent", "queued"} <= statuses
    assert {"confirmed", "rejected", "unanswered", "awaiting_client"} <= set(
        Outcome.objects.values_list("status", flat=True)
    )
    forgotten = Referee.objects.filter(email="")
    assert forgotten.exists()
    assert set(forgotten.values_list("name", flat=True)) == {""}


def test_what_was_confirmed_has_held_has_faded_or_nobody_says(made):
    """Asked at night and written to in office hours, as by the clock's door; nothing that is due was left out."""
    asked = Counter(Ask.objects.filter(kind="sustain").values_list("status", flat=True))
    assert {"answered", "expired"} <= set(asked)
    assert asked["answered"] == FollowUp.objects.count() > 10
    said = Counter(FollowUp.objects.values_list("still", flat=True))
    assert {"held", "faded", "grew"} <= set(said)
    assert set(
        Outcome.objects.filter(status__in=["sustained", "faded"]).values_list("status", flat=True)
    ) == {
        "sustained",
        "faded",
    }
    assert due_waves(on=b.AT.date() - timedelta(days=1), most=99) == []
    counted = [card.dimensions["persistence"]["n"] for card in Scorecard.objects.order_by("id")]
    assert sum(counted) > 5


def test_no_letter_left_the_building_twice_or_at_night(made):
    sent = AskStep.objects.filter(state="sent").order_by("id")
    assert {step.sent_at.weekday() for step in sent} <= set(range(5))
    assert {step.sent_at.hour for step in sent} == {10, 15}
    assert set(AskStep.objects.values_list("state", flat=True)) <= {"sent", "planned", "cancelled", "failed"}


def test_two_gurus_stand_no_higher_than_somebody_of_whom_nothing_is_known(made):
    """One where she stands, to the last digit; the other lower, since a client refused a result of his."""
    nobody = b.consultant("Nora Newcomer", demo=True)
    compute([nobody.pk], at=b.AT)
    unknown = Scorecard.objects.get(profile=nobody)
    refused, unheard = named("Maximilian Sterling-Vogt"), named("Celestine Duval-Royce")
    for guru in (refused, unheard):
        results = Outcome.objects.filter(goal__engagement__profile=guru)
        assert results.filter(status__in=VERIFIED).count() == 0
        assert results.filter(status="rejected").count() == (guru == refused)
        claims = SelfClaim.objects.filter(profile=guru)
        assert claims.get(kind="followers").count > 400_000
        assert claims.filter(kind="award").count() >= 3
        for claim in claims.exclude(kind="followers").order_by("id"):
            assert find(Query(text=claim.text)).hits == []
    cards = [Scorecard.objects.get(profile=guru) for guru in (refused, unheard)]
    assert (cards[1].mean, cards[1].low, cards[1].high, cards[1].theta_low) == (
        unknown.mean,
        unknown.low,
        unknown.high,
        unknown.theta_low,
    )
    assert cards[0].mean < unknown.mean
    assert Scorecard.objects.get(profile=named("Ilga Ozolzīle")).low > unknown.mean


def test_the_referrals_of_the_ring_move_nothing(script):
    ring = [named(part.person.name) for part in script.parts[-_RING:]]
    assert Referral.objects.filter(profile__in=ring, referrer__in=ring, status="accepted").count() == 30
    cards = Scorecard.objects.filter(profile__in=ring).order_by("id")
    assert [card.referral for card in cards] == [{"standing": 0.0, "shift": 0.0}] * 6
    assert Scorecard.objects.get(profile=named("Ana Krūkliņa")).referral["shift"] > 0


def test_ana_has_a_history_and_things_to_do_today(made):
    ana = named("Ana Krūkliņa")
    asks = Ask.objects.filter(consultant=ana.owner)
    results = Outcome.objects.filter(goal__engagement__profile=ana)
    assert {"confirmed", "sustained", "faded", "awaiting_client", "unanswered"} <= set(
        results.values_list("status", flat=True)
    )
    assert results.filter(follow_up_on__gt=b.AT.date()).exists()
    assert {"answered", "declined", "sent", "queued"} <= set(asks.values_list("status", flat=True))
    unreported = Goal.objects.filter(engagement__profile=ana, status="accepted").exclude(
        pk__in=results.values("goal_id")
    )
    assert unreported.count() == 1
    due = AskStep.objects.filter(ask__consultant=ana.owner, state="planned", due_at__lte=b.AT)
    assert {"ask_answered", "goal_ask", "peer_ask"} <= set(due.values_list("letter", flat=True))
    visitor = Client()
    visitor.force_login(ana.owner)
    work = words(visitor.get("/desk/work/"))
    clients = Engagement.objects.filter(profile=ana).values_list("organization__name", flat=True)
    assert [name for name in clients if name not in work] == []
    assert len(clients) == 14


def test_cards_and_listings_are_all_there(made):
    assert without_card(at=b.AT, most=50) == []
    assert without_listing(most=50) == []
    assert Scorecard.objects.count() == 16
    assert Listing.objects.count() == Profile.objects.filter(status="listed").count() > 10


def test_a_second_run_changes_nothing_but_gives_a_lost_file_back(made, monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "DEMO_FILE", tmp_path / "demo.json")
    before, out = content(), StringIO()
    call_command("demo", seed=99, stdout=out)
    assert out.getvalue().splitlines() == [
        "The demo world is there already; nothing was changed.",
        f"Log-ins and an API key stand in {settings.DEMO_FILE}.",
    ]
    assert content() == before
    assert settings.DEMO_FILE.stat().st_mode & 0o777 == 0o600
    known = json.loads(settings.DEMO_FILE.read_text(encoding="utf-8"))
    assert [row["email"] for row in known["logins"]] == [each.email for each in logins.LOG_INS]
    for row in known["logins"]:
        assert User.objects.get(email=row["email"]).is_staff is (row["email"] == logins.SAM.email)
    mine = Client().get("/api/v1/profiles/me", headers={"Authorization": f"Bearer {known['api_key']}"})
    assert (mine.status_code, mine.json()["name"]) == (200, "Ana Krūkliņa")
    again = StringIO()
    call_command("demo", stdout=again)
    assert again.getvalue() == "The demo world is there already; nothing was changed.\n"
