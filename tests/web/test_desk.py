"""The desk leads a newcomer on, says what to do next, and where each ask stands."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.urls import get_resolver

from tests import builders as b
from tests.drawer import key_of, sweep
from tests.web.consultant import CARLA, CLIENT, GOAL, NOW, PROFILE, RESULT, WORK, signed_in
from tests.web.reader import links, words
from tests.web.referee import fill
from vetting.accounts.models import ApiKey
from vetting.engagements import actions as engagements
from vetting.engagements.models import Engagement, Goal
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.jobs.followups import note_silences
from vetting.kernel.actors import system
from vetting.outcomes import waves
from vetting.outcomes.models import Outcome
from vetting.outcomes.questionnaire import Still
from vetting.profiles.models import Profile, SelfClaim
from vetting.referrals.models import Referral

PAGE = "/desk/"
KEY = "01a2083e-96c1-79bc-a844-f04fbda87d42"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


def plain(page):
    return words(page).replace("\xa0", " ")


def steps(page):
    return [(step.words, step.url) for step in page.context["steps"]]


def desk_paths():
    """Every address below desk/, with a key that belongs to nobody."""
    routes = {str(pattern.pattern) for pattern in get_resolver("vetting.web.urls").url_patterns}
    for route in sorted(route for route in routes if route.startswith("desk/")):
        for part in ("engagement", "goal", "outcome", "referral", "claim"):
            route = route.replace(f"<uuid:{part}_id>", KEY)  # noqa: PLW2901 - filled part by part
        yield "/" + route.replace("<slug:key>", "cost_per_ticket").replace("<str:prefix>", "touch_x")


@pytest.mark.django_db
@pytest.mark.parametrize("path", list(desk_paths()))
def test_nobody_is_at_a_desk_without_signing_in(path):
    for method in ("get", "post"):
        page = getattr(Client(), method)(path)
        assert (page.status_code, page["Location"]) == (302, f"/account/login/?next={path}")


@pytest.mark.django_db
def test_a_newcomer_is_led_from_profile_to_ask():
    client = signed_in(b.user("nora@new.example"))

    def next_step():
        page = client.get(PAGE)
        done = [step["done"] for step in page.context["path"]]
        [way] = [step["url"] for step in page.context["path"] if step["url"]]
        return done.count(True), way

    assert next_step() == (0, "/desk/profile/")
    client.post("/desk/profile/", PROFILE)
    assert next_step() == (1, "/desk/work/new/")
    assert "It is being computed" in words(client.get(PAGE))
    client.post("/desk/work/new/", CLIENT | WORK)
    engagement = Engagement.objects.get()
    assert next_step() == (2, f"/desk/work/{engagement.pk}/goal/")
    client.post(f"/desk/work/{engagement.pk}/goal/cost_per_ticket/", GOAL)
    goal = Goal.objects.get()
    assert next_step() == (3, f"/desk/goals/{goal.pk}/ask/")
    client.post(f"/desk/goals/{goal.pk}/ask/", CARLA | {"step": "send"})
    page = client.get(PAGE)
    assert page.context["path"] == []
    assert steps(page) == [
        ("List your profile", "/desk/profile/"),
        ("Declare another piece of work", "/desk/work/new/"),
    ]
    assert [(column["title"], column["count"]) for column in page.context["board"]] == [
        ("Waiting for an answer", 1),
        ("Closed without an answer", 0),
        ("Answered", 0),
    ]


@pytest.mark.django_db
def test_the_whole_way_from_profile_to_a_confirmed_result():
    """Through pages alone: Ana's at her desk, Carla's behind her letters."""
    ana, carla = signed_in(b.user("ana@advice.example")), Client()
    ana.post("/desk/profile/", PROFILE)
    ana.post("/desk/profile/list/")
    ana.post("/desk/work/new/", CLIENT | WORK)
    engagement = Engagement.objects.get()
    ana.post(f"/desk/work/{engagement.pk}/goal/cost_per_ticket/", GOAL)
    goal = Goal.objects.get()
    ana.post(f"/desk/goals/{goal.pk}/ask/", CARLA | {"step": "send"})
    ask = Ask.objects.get()
    carla.get(f"/r/{key_of(ask, at=NOW)}/", follow=True)
    carla.post(f"/r/a/{ask.pk}/", {"accepts": "yes"})
    goal.refresh_from_db()
    assert (goal.status, goal.preregistered) == ("accepted", True)
    ana.post(f"/desk/goals/{goal.pk}/report/", RESULT)
    outcome = Outcome.objects.get()
    ana.post(f"/desk/results/{outcome.pk}/ask/", CARLA | {"step": "send"})
    question = Ask.objects.get(kind="outcome")
    carla.get(f"/r/{key_of(question, at=NOW)}/", follow=True)
    fill(carla, question)
    carla.post(f"/r/a/{question.pk}/check/", {"publish": "named", "comment": ""})
    outcome.refresh_from_db()
    assert (outcome.status, outcome.level) == ("corrected", 3)
    page = plain(ana.get(f"/desk/work/{engagement.pk}/"))
    assert "The result No, it was another number: 6.50 EUR" in page
    assert "Pre-registered: both sides accepted it" in page
    b.published(Profile.objects.get(), at=NOW)
    desk = ana.get(PAGE)
    assert "declared 1 · asked 1 · answered 1 · declined 0 · silent 0" in plain(desk)
    assert links(desk)["The ledger: what each piece of evidence adds"] == "/c/ana-kalnina/#ledger"
    assert "Your page, as everybody reads it" in links(desk)
    assert [(column["title"], column["count"]) for column in desk.context["board"]] == [
        ("Answered", 2),
        ("Closed without an answer", 0),
        ("Waiting for an answer", 0),
    ]


@pytest.mark.django_db
def test_what_to_do_next_most_urgent_first_and_three_at_most():
    ana = b.consultant()
    me = ana.owner.actor
    silent = b.outcome(b.goal(b.engagement(ana, b.client("Silent Shop"))))
    followups.decline(b.asked(silent, ("S", "s@silent-shop.example")).pk, at=b.AT)
    reported = b.outcome(b.goal(b.engagement(ana, b.client("Reported Works"))))
    draft = b.goal(b.engagement(ana, b.client("Draft Mill")))
    due = b.goal(
        b.engagement(ana, b.client("Due Diner"), starts_on=date(2026, 4, 27), ends_on=None),
        due_on=date(2026, 4, 30),
    )
    ask = engagements.propose_goal(due, name="D", email="d@due-diner.example", by=me, at=b.AT)
    engagements.answer_goal(ask.pk, accepts=True, at=b.AT)
    bare = b.engagement(ana, b.client("Bare Bank"))
    note_silences()
    client = signed_in(ana)
    all_steps = [
        ("Ask another person at Silent Shop about the result", f"/desk/results/{silent.pk}/ask/"),
        ("Ask somebody at Reported Works about the result", f"/desk/results/{reported.pk}/ask/"),
        ("Ask Draft Mill to accept the goal", f"/desk/goals/{draft.pk}/ask/"),
        ("Report what came of the goal at Due Diner", f"/desk/goals/{due.pk}/report/"),
        ("Draft a goal for the work at Bare Bank", f"/desk/work/{bare.pk}/goal/"),
        ("Declare another piece of work", "/desk/work/new/"),
    ]
    assert set(steps(client.get(PAGE))[:2]) == set(all_steps[:2])
    assert steps(client.get(PAGE))[2] == all_steps[2]
    client.post(f"/desk/results/{silent.pk}/withdraw/")
    client.post(f"/desk/results/{reported.pk}/withdraw/")
    for goal in (silent.goal, reported.goal, draft):
        client.post(f"/desk/goals/{goal.pk}/withdraw/")
    for each in (silent.goal.engagement, reported.goal.engagement, draft.engagement):
        client.post(f"/desk/work/{each.pk}/withdraw/")
    assert steps(client.get(PAGE)) == all_steps[3:]


@pytest.mark.django_db
def test_contested_work_is_not_gone_on_with():
    ana = b.consultant()
    b.result(ana, worked_together=False, shares="", transfer=None)
    assert steps(signed_in(ana).get(PAGE)) == [("Declare another piece of work", "/desk/work/new/")]


@pytest.mark.django_db
def test_an_incomplete_profile_says_what_it_lacks():
    ana = b.consultant(listed=False, languages=[])
    b.asked(b.outcome(b.goal(b.engagement(ana))))
    page = signed_in(ana).get(PAGE)
    assert page.context["steps"][0].why == "Before it can be listed the profile needs: languages."
    assert "Your page is not public yet." in words(page)


@pytest.mark.django_db
def test_the_board_keeps_closed_asks_for_a_while_and_says_what_it_leaves_out(monkeypatch):
    from vetting.web import desk

    ana = b.consultant()
    for number in range(3):
        outcome = b.outcome(b.goal(b.engagement(ana, b.client(f"Client {number}"))))
        b.asked(outcome, (f"C{number}", f"c@client-{number}.example"))
    sweep(b.AT)
    followups.decline(Ask.objects.order_by("id")[0].pk, at=b.AT)
    monkeypatch.setattr(desk, "_IN_A_COLUMN", 1)
    client = signed_in(ana)
    board = {column["title"]: column for column in client.get(PAGE).context["board"]}
    assert {title: (column["count"], column["more"]) for title, column in board.items()} == {
        "Closed without an answer": (1, 0),
        "Waiting for an answer": (2, 1),
        "Answered": (0, 0),
    }
    assert "And 1 more." in plain(client.get(PAGE))
    with time_machine.travel(NOW + timedelta(days=61), tick=False):
        client = signed_in(ana)
        assert [column["count"] for column in client.get(PAGE).context["board"]] == [2, 0, 0]


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_desk_asks_as_often_for_much_work(rows, django_assert_num_queries):
    ana = b.consultant()
    for number in range(rows):
        outcome = b.outcome(b.goal(b.engagement(ana, b.client(f"Client {number}"))))
        b.asked(outcome, (f"C{number}", f"c@client-{number}.example"))
    b.published(ana)
    client = signed_in(ana)
    client.get(PAGE)  # the field's spread is kept in the cache from now on
    with django_assert_num_queries(19):
        client.get(PAGE)


@pytest.mark.django_db
def test_the_desk_says_whether_results_hold_and_when_the_client_is_asked_next():
    ana = b.consultant()
    first = b.result(ana)
    second = b.result(ana, organization=b.client("Glass Harbour"))
    b.result(ana, organization=b.client("Quiet Mill"), result_verdict="wrong")
    heading = "Whether your results hold"
    assert "The client is asked again about 2 August 2026" in plain(signed_in(ana).get(PAGE))
    for outcome, said in ((first, Still(still="faded", value=Decimal(7))), (second, None)):
        ask = waves.ask_again(outcome.pk, by=system("test"), at=b.AT + timedelta(days=90))
        if said:
            waves.answer(ask.pk, still=said, at=b.AT + timedelta(days=91))
        else:
            followups.decline(ask.pk, at=b.AT + timedelta(days=91))
    with time_machine.travel(b.AT + timedelta(days=92), tick=False):
        page = plain(signed_in(ana).get(PAGE))
    told = page[page.index(heading) :]
    assert "Cost per ticket at Paper Umbrella Worse after 3 months: 7.00 EUR, 3 August 2026" in told
    assert told.count("The client is asked again about 31 October 2026") == 1
    assert "Cost per ticket at Glass Harbour Declined to say after 3 months, 3 August 2026" in told
    assert "Quiet Mill" not in told[: told.index("Your standing")]
    assert "After 3 months: Cost per ticket, still 6.10 EUR?" in page  # on the board of asks


@pytest.mark.django_db
def test_with_many_results_the_desk_shows_those_asked_about_next():
    ana = b.consultant()
    for number in range(8):
        b.result(ana, organization=b.client(f"Client {number}"))
    page = signed_in(ana).get(PAGE)
    assert len(page.context["held"]) == 6
    assert "And 2 more, with the work" in plain(page)


@pytest.mark.django_db
def test_a_standing_that_is_behind_says_so():
    ana = b.consultant()
    b.result(ana)
    b.published(ana)
    client = signed_in(ana)
    says = "Something has changed since this was computed"
    assert says not in words(client.get(PAGE))
    client.post("/desk/profile/", PROFILE | {"place": "Cesis"})
    assert says in words(client.get(PAGE))


@pytest.mark.django_db
def test_what_would_narrow_it_is_said_once_for_each_who_could_say_it():
    ana = b.consultant()
    b.result(ana)
    b.published(ana)
    page = signed_in(ana).get(PAGE)
    best = [(step.same_client, step.follow_up) for step in page.context["narrowing"]]
    assert best == [(False, False), (True, False), (True, True)]
    assert (
        "A result at another client, confirmed by the client and by a document or a second person there (E4), "
        "goal agreed beforehand, with the gain in money and what was learnt answered:"
    ) in words(page)


@pytest.mark.django_db
def test_somebody_elses_work_is_on_nobody_elses_desk():
    b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    sam = b.user("sam2@touchstone.example", staff=True)
    signed_in(sam).post("/desk/profile/", PROFILE | {"name": "Sam Staff"})
    page = signed_in(sam).get(PAGE)
    assert [step["done"] for step in page.context["path"]] == [True, False, False, False]


# --- the same form sent twice at once -------------------------------------------------------------------


def at_once(who, path, typed, *, times=4):
    """The same form sent by several hands in the same moment; the statuses of the answers."""
    statuses, ready = [], threading.Barrier(times)

    def send(client):
        ready.wait()
        try:
            statuses.append(client.post(path, typed).status_code)
        finally:
            connections.close_all()

    hands = [threading.Thread(target=send, args=(signed_in(who),)) for _ in range(times)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return statuses


@pytest.mark.django_db(transaction=True)
def test_a_profile_and_a_piece_of_work():
    nora = b.user("nora@new.example")
    assert at_once(nora, "/desk/profile/", PROFILE) == [302] * 4
    assert Profile.objects.count() == 1
    assert at_once(nora, "/desk/work/new/", CLIENT | WORK | {"domain": ""}) == [302] * 4
    assert Engagement.objects.count() == 1
    engagement = Engagement.objects.get()
    assert at_once(nora, f"/desk/work/{engagement.pk}/goal/cost_per_ticket/", GOAL) == [302] * 4
    assert Goal.objects.count() == 1
    goal = Goal.objects.get()
    assert at_once(nora, f"/desk/goals/{goal.pk}/report/", RESULT) == [302] * 4
    assert Outcome.objects.count() == 1
    claim = {"kind": "title", "text": "Lead", "count": ""}
    assert at_once(nora, "/desk/profile/claims/", claim) == [302] * 4
    assert SelfClaim.objects.count() == 1
    statuses = at_once(nora, "/desk/keys/", {"name": "Export", "scopes": ["read"]})
    assert (sorted(statuses), ApiKey.objects.count()) == ([200, 400, 400, 400], 1)


@pytest.mark.django_db(transaction=True)
def test_letters_are_asked_for_once():
    ana = b.consultant()
    goal = b.goal(b.engagement(ana))
    result = b.outcome(b.goal(b.engagement(ana, b.client("Moonbeam")), target=Decimal(6)))
    for path in (f"/desk/goals/{goal.pk}/ask/", f"/desk/results/{result.pk}/ask/", "/desk/peers/ask/"):
        assert at_once(ana, path, CARLA | {"step": "send"}) == [302] * 4
    assert sorted(Ask.objects.values_list("kind", flat=True)) == ["goal", "outcome", "peer"]
    assert Referral.objects.count() == 1
