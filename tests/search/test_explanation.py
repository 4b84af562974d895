"""Every line of a ledger is a sentence that somebody who knows no statistics understands."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests import builders as b
from vetting.scorecards.queries import of_profile
from vetting.search.dossier import results_of
from vetting.search.explanation import SEALED, explain, sentence, signed

pytestmark = pytest.mark.django_db


def told(profile):
    b.published(profile)
    return explain(profile, of_profile(profile.pk))


def test_a_result_is_told_with_its_numbers_its_client_its_witness_and_its_goal():
    ana = b.consultant()
    engagement = b.engagement(ana, starts_on=b.AT.date(), ends_on=None)
    goal = b.goal(engagement, due_on=date(2026, 6, 30))
    from vetting.engagements import actions as engagements

    carla = ("Carla Controller", "carla@paper-umbrella.example")
    ask = engagements.propose_goal(goal, name=carla[0], email=carla[1], by=ana.owner.actor, at=b.AT)
    engagements.answer_goal(ask.pk, accepts=True, at=b.AT)
    goal.refresh_from_db()
    outcome = b.outcome(goal, measured_on=b.AT.date())
    b.answered(outcome, carla, transfer=None)
    (line,) = told(ana).lines
    assert line.sentence == (
        "Cost per ticket 9.40 to 6.10 EUR (goal 7.00 EUR) at Paper Umbrella, confirmed by its CFO, "
        "goal agreed at the outset"
    )
    assert line.said == f"{line.sentence}: +{line.value:.2f}"
    assert (line.key, line.dimension) == (str(outcome.pk), "results")


def test_other_dimensions_say_what_they_are_about_once():
    ana = b.consultant()
    b.result(ana, publish="sector")
    lines = {line.dimension: line for line in told(ana).lines}
    assert lines["results"].sentence == (
        "Cost per ticket 9.40 to 6.10 EUR (goal 7.00 EUR) at a retailer of 50-249 people in Estonia, "
        "confirmed by its CFO, goal not agreed at the outset"
    )
    assert lines["transfer"].sentence == (
        "Cost per ticket at a retailer of 50-249 people in Estonia: the client's people can now do most of it "
        "without the consultant"
    )
    assert lines["transfer"].reason.startswith("The client's people can now do most of it")


def test_of_a_sealed_result_nothing_is_told_but_that_it_counts():
    ana = b.consultant()
    b.result(ana, publish="sealed")
    lines = told(ana).lines
    assert {(line.sentence, line.reason) for line in lines} == {(SEALED, "")}
    assert all(line.value for line in lines)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (
            {"result_verdict": "correct", "result_value": Decimal("8.00")},
            (
                "Cost per ticket 9.40 to 8.00 EUR (goal 7.00 EUR) at Paper Umbrella, numbers corrected by its CFO, "
                "goal not agreed at the outset"
            ),
        ),
        ({"result_verdict": "wrong"}, "Cost per ticket at Paper Umbrella, called wrong by its CFO"),
        (
            {"role": "", "interests": ("fee",)},
            (
                "Cost per ticket 9.40 to 6.10 EUR (goal 7.00 EUR) at Paper Umbrella, "
                "confirmed by a referee at the client (tie: fee), goal not agreed at the outset"
            ),
        ),
    ],
)
def test_what_the_client_said_is_told_as_it_was_said(answers, expected):
    ana = b.consultant()
    b.result(ana, **answers)
    assert told(ana).lines[0].sentence == expected


def test_units_stand_once_where_they_are_the_same():
    ana = b.consultant()
    aim = {"metric": "conversion_rate", "baseline": Decimal(2), "target": Decimal(3), "currency": ""}
    b.result(ana, "3.5", aim=aim)
    assert told(ana).lines[0].sentence.startswith("Conversion rate 2 to 3.5 % (goal 3 %) at")
    (result,) = results_of(ana, None)
    other = replace(
        result,
        baseline=replace(result.baseline, text="1 day"),
        achieved=replace(result.achieved, text="2 days"),
    )
    assert sentence(other, by_record=False).startswith("Conversion rate 1 day to 2 days (goal")


def test_a_record_shows_and_nobody_confirms():
    from vetting.outcomes import actions as outcomes

    polls = b.recorded()
    found = b.outcome(b.goal(b.engagement(polls)))
    outcomes.verify_by_record(found, record="Public list of polls", shown_at=b.AT, by=b.staff(), at=b.AT)
    assert ", shown by Public list of polls, " in told(polls).lines[0].sentence


def test_a_referral_names_its_peer_and_all_of_it_adds_up():
    ana, ben = b.consultant(), b.consultant("Ben Peer", domain="peer.example")
    b.result(ben, organization=b.client("Bens Place"))
    b.result(ana)
    b.referral(ana, ("Ben", ben.owner.email))
    explanation = told(ana)
    assert explanation.lines[-1].sentence == "Referral by Ben Peer"
    assert explanation.lines[-1].value > 0
    assert explanation.total == pytest.approx(of_profile(ana.pk).theta, abs=1e-9)


def test_evidence_newer_than_the_page_is_named_as_such():
    ana = b.consultant()
    b.result(ana)
    b.published(ana)
    card = of_profile(ana.pk)
    card.ledger[0]["key"] = "gone"
    card.ledger.append({"key": "gone too", "dimension": "referral", "value": 0.0, "reason": "why"})
    assert [line.sentence for line in explain(ana, card).lines if line.key.startswith("gone")] == [
        "Evidence that is no longer shown, until the score is computed again"
    ] * 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.314, "+0.31"), (-0.314, "\N{MINUS SIGN}0.31"), (0.004, "0.00"), (-0.004, "0.00")],
)
def test_signed(value, expected):
    assert signed(value) == expected
