"""Rows become evidence, evidence becomes a card."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests import builders as b
from vetting.kernel.actors import ANONYMOUS, system
from vetting.outcomes import actions as outcomes
from vetting.outcomes import waves
from vetting.outcomes.questionnaire import Still
from vetting.profiles import actions as profiles
from vetting.profiles.models import Profile
from vetting.referrals.queries import given_for
from vetting.scorecards.actions import compute
from vetting.scorecards.coverage import coverage
from vetting.scorecards.gather import gather
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import field_spread, of_profile, referred, referrers_known, stale, visible_to

pytestmark = pytest.mark.django_db
LATER = b.AT + timedelta(hours=1)


def test_a_claim_holds_what_the_client_stands_behind():
    profile = b.consultant()
    work = {"fee": Decimal(1000), "fee_currency": "EUR"}
    outcome = b.outcome(
        b.goal(b.engagement(profile, **work)), money=Decimal(5000), money_currency="EUR", share=60
    )
    b.answered(outcome, result_verdict="correct", result_value=Decimal("7.2"), shares="25-50")
    evidence = gather([profile.pk])[profile.pk]
    (claim,) = evidence.claims
    assert (claim.key, claim.baseline, claim.target, claim.achieved) == (str(outcome.pk), 9.4, 7.0, 7.2)
    assert (claim.level, claim.rejected, claim.preregistered, claim.transfer) == (3, False, False, 3)
    assert (claim.fee, claim.money, claim.share) == (1000.0, 5000.0, 0.375)
    assert claim.cluster == str(outcome.goal.engagement.organization_id)
    assert evidence.metric_of == {str(outcome.pk): "cost_per_ticket"}


def test_the_consultants_own_share_counts_where_it_is_smaller_or_the_client_cannot_say():
    profile = b.consultant()
    first = b.outcome(b.goal(b.engagement(profile)), share=10)
    b.answered(first, shares="75-100")
    second = b.outcome(b.goal(b.engagement(profile, b.client("Second Place"))), share=40)
    b.answered(second, ("Dan", "dan@second-place.example"), shares="")
    assert sorted(claim.share for claim in gather([profile.pk])[profile.pk].claims) == [0.1, 0.4]


def test_a_baseline_the_client_corrects_beyond_the_target_leaves_nothing_achieved():
    profile = b.consultant()
    b.result(profile, baseline_verdict="correct", baseline_value=Decimal(6))
    (claim,) = gather([profile.pk])[profile.pk].claims
    assert (claim.rejected, claim.baseline) == (True, 9.4)


def follow_up(outcome, after, still, value=None):
    at = b.AT + timedelta(days=after)
    ask = waves.ask_again(outcome.pk, by=system("test"), at=at)
    waves.answer(ask.pk, still=Still(still=still, value=value), at=at)


def test_what_the_client_says_later_is_evidence_of_what_held_and_of_nothing_else():
    profile = b.consultant()
    outcome = b.result(profile)
    (before,) = gather([profile.pk])[profile.pk].claims
    assert (before.sustained_6m, before.sustained_12m) == (None, None)
    follow_up(outcome, 90, "faded", Decimal(7))
    assert gather([profile.pk])[profile.pk].claims == [before]  # shown, not scored
    follow_up(outcome, 180, "held")
    assert gather([profile.pk])[profile.pk].claims == [replace(before, sustained_6m=7.0)]
    follow_up(outcome, 365, "grew", Decimal(6))
    (after,) = gather([profile.pk])[profile.pk].claims
    assert after == replace(before, sustained_6m=7.0, sustained_12m=6.0)
    outcome.refresh_from_db()
    assert (outcome.status, after.level) == ("sustained", 3)


@pytest.mark.parametrize("still", ["cannot_say", "not_measured"])
def test_who_gives_no_number_later_changes_no_score(still):
    profile = b.consultant()
    outcome = b.result(profile)
    before = gather([profile.pk])[profile.pk].claims
    follow_up(outcome, 180, still)
    assert gather([profile.pk])[profile.pk].claims == before


@pytest.mark.parametrize("achieved", ["6.10", "7.60", "9.00"])
def test_holding_never_lowers_and_fading_never_raises(achieved):
    """From the client's answer to the card: a goal met, one missed, one hardly moved."""
    people = [b.consultant(f"Ana {word}") for word in ("Held", "Silent", "Gone")]
    for person, (still, value) in zip(
        people, [("held", None), ("", None), ("faded", Decimal("9.80"))], strict=True
    ):
        outcome = b.result(person, achieved, organization=b.client(f"Client of {person.name}"))
        if still:
            follow_up(outcome, 180, still, value)
    cards = {
        card.profile_id: card for card in compute([each.pk for each in people], at=b.AT + timedelta(days=200))
    }
    held, silent, gone = (cards[each.pk] for each in people)
    for figure in ("theta", "theta_low", "low", "mean", "high"):
        assert getattr(held, figure) >= getattr(silent, figure) >= getattr(gone, figure), figure
    counted = [each.dimensions["persistence"]["n"] for each in (held, silent, gone)]
    assert counted == ([1, 0, 1] if achieved != "9.00" else [0, 0, 0])  # of nothing nothing can be left


def test_a_corrected_result_stays_a_corrected_one_when_it_holds_or_fades():
    profile = b.consultant()
    outcome = b.result(profile, result_verdict="correct", result_value=Decimal("6.5"))
    blocks = coverage([profile.pk])[profile.pk]["blocks"]
    follow_up(outcome, 180, "held")
    assert coverage([profile.pk])[profile.pk]["blocks"] == blocks == ["corrected"]


def test_what_nobody_answered_is_no_evidence():
    profile = b.consultant()
    b.outcome(b.goal(b.engagement(profile)))
    b.asked(b.outcome(b.goal(b.engagement(profile, work="A second round"))))
    assert gather([profile.pk])[profile.pk].claims == []


def test_a_weak_source_that_vouches_for_nobody_else_is_known():
    ana, ben = b.consultant(), b.consultant("Ben Other")
    one, both = ("One", "one@gmail.com"), ("Both", "both@gmail.com")
    b.answered(b.outcome(b.goal(b.engagement(ana))), one)
    b.answered(b.outcome(b.goal(b.engagement(ana, work="A second round"))), both)
    b.answered(b.outcome(b.goal(b.engagement(ben))), both)
    assert [claim.vouches_elsewhere for claim in gather([ana.pk])[ana.pk].claims] == [False, True]


def test_a_peers_word_weighs_by_his_own_clients():
    owner = b.user("ana@elsewhere.example")
    details = {"name": "Ana", "country": "LV", "languages": ["lv"]}
    ana = profiles.create(owner=owner, details=details, by=owner.actor, at=b.AT)
    ben = b.consultant("Ben Peer")
    b.result(ben)
    b.referral(ana, ("Ben", ben.owner.email))
    b.referral(ana, ("Nobody", "nobody@peer.example"))
    found = [
        (each.clients_verified, each.referred_in_all, each.reciprocal)
        for each in gather([ana.pk])[ana.pk].referrals
    ]
    assert found == [(1, 1, False), (0, 1, False)]


def test_what_is_read_of_a_referral_is_the_same_from_a_table_of_all_referrers():
    ana, ben = b.consultant("Ana One"), b.consultant("Ben Peer", domain="peer.example")
    third = b.consultant("Third One", domain="third.example")
    b.result(ben, organization=b.client("Peer Place"))
    b.result(ben, organization=b.client("Paper Place"), result_verdict="wrong")
    b.result(ben, organization=b.client("Weak Place"), interests=("fee",))
    given = b.referral(ana, ("Ben Peer", "ben.peer@peer.example"))
    unknown = b.referral(ana, ("Who Else", "who@elsewhere.example"))
    b.referral(third, ("Ben Peer", "ben.peer@peer.example"))
    back = b.referral(ben, ("Ana One", "ana.one@advice.example"))
    b.referral(third, ("Paid One", "paid@elsewhere.example"), gets_fee=True)
    found = referred([ana.pk, ben.pk])
    with referrers_known() as known:
        assert referred([ana.pk, ben.pk], known=known) == found
    assert set(found) == {
        (str(given.pk), str(ana.pk), str(ben.pk), str(given.referee_id), b.AT.date(), 2, 2, True),
        (str(unknown.pk), str(ana.pk), None, str(unknown.referee_id), b.AT.date(), 0, 1, False),
        (str(back.pk), str(ben.pk), str(ana.pk), str(back.referee_id), b.AT.date(), 0, 1, True),
    }
    assert [row.key for row in referred([third.pk])] == [str(row.pk) for row in given_for(third.pk)[:1]]


def test_a_card_that_other_code_made_is_made_anew():
    profile = b.consultant()
    compute([profile.pk], at=b.AT)
    assert stale(at=b.AT, most=10) == []
    Scorecard.objects.update(edition=0)  # as an upgrade finds it
    assert stale(at=b.AT, most=10) == [profile.pk]
    compute([profile.pk], at=b.AT)
    assert stale(at=b.AT, most=10) == []


def test_a_card_is_stored_with_its_reasons_and_goes_stale_with_the_evidence():
    profile = b.consultant()
    assert stale(at=LATER, most=9) == [profile.pk]
    compute([profile.pk], at=LATER)
    empty = of_profile(profile.pk)
    assert (empty.counted, empty.ledger, stale(at=LATER, most=9)) == (0, [], [])
    outcome = b.result(profile)
    assert stale(at=LATER, most=9) == [profile.pk]
    compute([profile.pk], at=LATER)
    card = of_profile(profile.pk)
    assert Scorecard.objects.count() == 1
    assert card.counted == 1
    assert {row["key"] for row in card.ledger} == {str(outcome.pk)}
    assert sum(row["value"] for row in card.ledger) == pytest.approx(card.theta - empty.theta, abs=1e-9)
    assert list(card.metrics) == ["cost_per_ticket"]
    assert card.low < card.mean < card.high
    assert str(card) == f"{profile.pk}: {card.low:.1f} to {card.high:.1f}"


def test_a_card_grows_old_in_a_week():
    profile = b.consultant()
    compute([profile.pk], at=LATER)
    assert stale(at=LATER + timedelta(days=6), most=9) == []
    assert stale(at=LATER + timedelta(days=7), most=9) == [profile.pk]


def test_nothing_she_says_of_herself_moves_one_bit():
    profile = b.consultant()
    b.result(profile)
    compute([profile.pk], at=LATER)
    columns = ["mean", "low", "high", "theta", "theta_low", "ledger", "metrics", "dimensions", "coverage"]
    before = Scorecard.objects.values(*columns).get()
    me = profile.owner.actor
    profiles.add_claim(profile, kind="title", text="World's leading guru", by=me, at=b.AT)
    profiles.add_claim(profile, kind="followers", text="followers", count=9_000_000, by=me, at=b.AT)
    details = {"biography": "x" * 4_000, "rate": Decimal(9000), "rate_currency": "EUR", "availability": "now"}
    profiles.change(Profile.objects.get(), details=details, by=me, at=b.AT)
    compute([profile.pk], at=LATER)
    assert Scorecard.objects.values(*columns).get() == before


def test_coverage_counts_every_engagement_and_never_flatters():
    from vetting.followups import actions as followups

    profile = b.consultant()
    b.result(profile, organization=b.client("One"))
    b.result(profile, "8.00", organization=b.client("Two"))
    b.result(profile, organization=b.client("Three"), result_verdict="wrong")
    b.result(profile, organization=b.client("Four"), result_verdict="correct", result_value=Decimal("6.5"))
    b.asked(b.outcome(b.goal(b.engagement(profile, b.client("Five")))), ("E", "e@five.example"))
    declined = b.asked(b.outcome(b.goal(b.engagement(profile, b.client("Six")))), ("F", "f@six.example"))
    followups.decline(declined.pk, at=b.AT)
    silent = b.asked(b.outcome(b.goal(b.engagement(profile, b.client("Seven")))), ("G", "g@seven.example"))
    followups.expire(silent.pk, at=b.AT + timedelta(days=365))
    b.engagement(profile, b.client("Eight"))
    found = coverage([profile.pk])[profile.pk]
    assert sorted(found.pop("blocks")) == sorted(
        ["confirmed", "missed", "rejected", "corrected", "open", "declined", "silent", "not_asked"]
    )
    assert found == {"declared": 8, "asked": 7, "answered": 4, "declined": 1, "silent": 1, "open": 1}


def test_an_engagement_with_a_met_and_a_missed_goal_shows_the_miss():
    profile = b.consultant()
    engagement = b.engagement(profile)
    b.answered(b.outcome(b.goal(engagement)))
    b.answered(
        b.outcome(b.goal(engagement, note="The second half"), "8.00"), ("Dan", "dan@paper-umbrella.example")
    )
    assert coverage([profile.pk])[profile.pk]["blocks"] == ["missed"]


def test_withdrawing_cannot_hide_a_result():
    profile = b.consultant()
    b.result(profile, "12.00")
    before = gather([profile.pk])[profile.pk]
    from vetting.kernel.verdict import RefusedError
    from vetting.outcomes.models import Outcome

    with pytest.raises(RefusedError):
        outcomes.withdraw(Outcome.objects.get(), by=profile.owner.actor, at=b.AT)
    assert gather([profile.pk])[profile.pk] == before


def test_the_field_behind_a_streak_and_who_sees_a_card():
    assert field_spread("self") == (0.0, 50.0, 100.0)
    people = [b.consultant(name) for name in ("Ana One", "Ana Two", "Ana Three")]
    for number, profile in enumerate(people):
        b.result(profile, f"{5 + number * 3}.00", organization=b.client(f"Place {number}"))
    compute([profile.pk for profile in people], at=LATER)
    means = sorted(Scorecard.objects.values_list("mean", flat=True))
    assert field_spread("self") == tuple(means)
    assert field_spread("public_record") == (0.0, 50.0, 100.0)
    assert [card.profile.name for card in visible_to(ANONYMOUS)] == ["Ana One", "Ana Two", "Ana Three"]


def test_a_sealed_result_counts_but_no_metric_tells_of_it():
    profile = b.consultant()
    b.result(profile, organization=b.client("Open Place"))
    b.result(profile, organization=b.client("Sealed Place"), publish="sealed")
    aim = {"metric": "conversion_rate", "baseline": Decimal(2), "target": Decimal(3), "currency": ""}
    b.result(profile, "3.5", organization=b.client("Hidden Place"), aim=aim, publish="sealed")
    compute([profile.pk], at=LATER)
    card = of_profile(profile.pk)
    assert card.counted == 3
    assert {key: found["n"] for key, found in card.metrics.items()} == {"cost_per_ticket": 1}


def test_evidence_from_a_clock_that_is_ahead_is_scored_all_the_same():
    profile = b.consultant()
    b.answered(b.outcome(b.goal(b.engagement(profile))), at=b.AT + timedelta(days=1))
    compute([profile.pk], at=LATER)
    card = of_profile(profile.pk)
    assert (card.counted, card.as_of) == (1, (b.AT + timedelta(days=1)).date())
