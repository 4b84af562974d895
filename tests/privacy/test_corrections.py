"""A client's referee comes back to what she said of a result."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from tests import builders as b
from vetting.audit.queries import trail
from vetting.followups.models import Ask
from vetting.kernel.actors import referee
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.outcomes import actions as outcomes
from vetting.outcomes import queries
from vetting.outcomes.models import Attestation, Outcome
from vetting.privacy.corrections import correct, take_back
from vetting.profiles.models import Profile
from vetting.scorecards.actions import compute
from vetting.scorecards.gather import gather
from vetting.scorecards.models import Scorecard
from vetting.search.dossier import results_of

pytestmark = pytest.mark.django_db

LATER = b.AT + timedelta(days=3)
DORA = ("Dora Director", "dora@paper-umbrella.example")


@pytest.fixture
def outcome() -> Outcome:
    return b.result(b.consultant())


@pytest.fixture
def ask(outcome) -> Ask:
    return Ask.objects.get(subject_id=outcome.pk)


def fixed(ask, *, at=LATER, **changed):
    return correct(ask.pk, answers=replace(b.CONFIRMED, **changed), at=at)


def state(outcome):
    outcome.refresh_from_db()
    return outcome.status, outcome.level, outcome.verified_at


def version(outcome):
    return Profile.objects.values_list("evidence_version", flat=True).get(
        pk=outcome.goal.engagement.profile_id
    )


def test_a_corrected_number_is_a_second_version_and_the_score_follows(outcome, ask):
    profile, before = outcome.goal.engagement.profile, version(outcome)
    compute([profile.pk], at=b.AT)
    was = Scorecard.objects.get(profile=profile).theta
    row = fixed(ask, result_verdict="correct", result_value=Decimal("8.00"))
    assert [each.pk for each in queries.said_in(ask.pk)] == [row.supersedes_id, row.pk]
    assert state(outcome) == ("corrected", 3, b.AT)
    assert version(outcome) == before + 1
    [claim] = gather([profile.pk])[profile.pk].claims
    assert (claim.achieved, claim.verified_on) == (8.0, b.AT.date())
    compute([profile.pk], at=LATER)
    assert Scorecard.objects.get(profile=profile).theta < was
    by = referee(ask.referee_id)
    assert [(each.verb, each.actor_id, each.facts) for each in trail(row.pk)] == [
        ("correct", by.id, {"supersedes": str(row.supersedes_id)})
    ]
    assert [(each.before, each.after) for each in trail(outcome.pk)][-1] == ("confirmed", "corrected")


@pytest.mark.parametrize(
    ("changed", "status", "level"),
    [
        ({"result_verdict": "wrong"}, "rejected", 2),
        ({"result_verdict": "cannot_say"}, "unanswered", 0),
        ({"interests": ("fee",)}, "confirmed", 1),
        ({"worked_together": False}, "rejected", 3),
        ({"publish": "sealed"}, "confirmed", 3),
    ],
)
def test_the_outcome_follows_what_stands(outcome, ask, changed, status, level):
    fixed(ask, **changed)
    assert state(outcome)[:2] == (status, level)


def test_back_and_forth_ends_where_it_began(outcome, ask):
    for verdict, status in (("wrong", "rejected"), ("cannot_say", "unanswered"), ("confirm", "confirmed")):
        fixed(ask, result_verdict=verdict)
        assert state(outcome)[0] == status
    assert Attestation.objects.filter(ask=ask).count() == 4
    assert state(outcome)[2] == b.AT  # no younger for it


def test_the_same_correction_twice_is_one(ask):
    first = fixed(ask, publish="sector")
    assert fixed(ask, publish="sector").pk == first.pk
    assert Attestation.objects.filter(ask=ask).count() == 2


def test_changing_the_publication_is_at_once_what_the_public_reads(outcome, ask):
    profile = outcome.goal.engagement.profile
    assert [each.publication for each in results_of(profile, None)] == ["named"]
    fixed(ask, publish="sealed")
    assert [(each.publication, each.achieved) for each in results_of(profile, None)] == [("sealed", None)]
    fixed(ask, publish="sector")
    assert [each.publication for each in results_of(profile, None)] == ["sector"]


def test_taking_back_leaves_nothing_that_counts(outcome, ask):
    profile, before = outcome.goal.engagement.profile, version(outcome)
    row = take_back(ask.pk, at=LATER)
    assert (row.withdrawn, row.result_verdict, row.role, row.level) == (True, "cannot_say", "", 0)
    assert state(outcome) == ("retracted", 0, b.AT)
    assert version(outcome) == before + 1
    assert gather([profile.pk])[profile.pk].claims == []
    assert queries.current_attestations([outcome.pk]) == {}
    assert results_of(profile, None) == []
    compute([profile.pk], at=LATER)
    card = Scorecard.objects.get(profile=profile)
    assert {
        name: card.coverage[name] for name in ("declared", "asked", "answered", "declined", "silent")
    } == {
        "declared": 1,
        "asked": 1,
        "answered": 0,
        "declined": 1,
        "silent": 0,
    }


def test_a_no_is_taken_back_like_a_yes(ask, outcome):
    fixed(ask, worked_together=False)
    assert outcome.goal.engagement.__class__.objects.get().status == "contested"
    take_back(ask.pk, at=LATER)
    assert state(outcome)[0] == "retracted"
    assert outcome.goal.engagement.__class__.objects.get().status == "declared"


def test_what_was_taken_back_may_be_reported_and_asked_about_anew(outcome, ask):
    take_back(ask.pk, at=LATER)
    again = b.answered(b.outcome(outcome.goal), DORA)
    assert (again.status, again.level) == ("confirmed", 3)


def test_taking_back_twice_or_correcting_afterwards_is_refused(ask):
    take_back(ask.pk, at=LATER)
    for attempt in (lambda: take_back(ask.pk, at=LATER), lambda: fixed(ask, publish="sector")):
        with pytest.raises(RefusedError) as refused:
            attempt()
        assert refused.value.verdict.code == "withdrawn"
    assert Attestation.objects.count() == 2


def test_a_correction_of_an_old_doubt_does_not_overrule_who_spoke_since():
    outcome = b.outcome(b.goal(b.engagement(b.consultant())))
    carla = b.asked(outcome)
    outcomes.attest(carla.pk, answers=replace(b.CONFIRMED, result_verdict="cannot_say"), at=b.AT)
    outcome.refresh_from_db()
    b.answered(outcome, DORA, at=b.AT + timedelta(hours=1), result_verdict="wrong")
    assert outcome.status == "rejected"
    fixed(carla)
    assert state(outcome)[0] == "rejected"
    dora = Ask.objects.get(referee__email=DORA[1])
    take_back(dora.pk, at=LATER)
    assert state(outcome)[0] == "confirmed"


def test_of_a_result_that_was_superseded_nothing_is_corrected_and_all_may_be_taken_back(outcome, ask):
    from vetting.audit.actions import move

    move(outcome, "superseded", by=b.staff(), at=LATER)
    with pytest.raises(RefusedError) as refused:
        fixed(ask, publish="sector")
    assert refused.value.verdict.code == "outcome_gone"
    take_back(ask.pk, at=LATER)
    assert state(outcome)[0] == "superseded"


@pytest.mark.parametrize("unanswered", ["queued", "declined"])
def test_where_nothing_was_said_nothing_is_corrected(unanswered):
    from vetting.followups import actions as followups

    ask = b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    if unanswered == "declined":
        followups.decline(ask.pk, at=b.AT)
    for attempt in (lambda: take_back(ask.pk, at=LATER), lambda: fixed(ask)):
        with pytest.raises(RefusedError) as refused:
            attempt()
        assert refused.value.verdict.code == "not_answered"


def test_bad_input_writes_nothing(ask):
    wrong = {
        "role": "x\x00y",
        "comment": "x" * 1_000_000,
        "result_verdict": "correct",
        "result_value": Decimal("1e309"),
        "transfer": 9,
        "publish": "shouted",
    }
    with pytest.raises(InvalidError) as invalid:
        fixed(ask, **wrong)
    assert {field: code for field, (code, _) in invalid.value.problems.items()} == {
        "role": "control_character",
        "comment": "too_long",
        "result_value": "out_of_range",
        "transfer": "out_of_range",
        "publish": "unknown_choice",
    }
    assert Attestation.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"level": 5}, {"role": "CEO"}, {"withdrawn": True}, {"role": "", "level": 0}]
)
def test_the_database_lets_nobody_rewrite_testimony(outcome, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Attestation.objects.filter(outcome=outcome).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Attestation.objects.filter(outcome=outcome).delete()


def test_the_database_lets_its_words_be_emptied(outcome, ask):
    outcomes.empty_words(ask.referee_id)
    row = Attestation.objects.get(outcome=outcome)
    assert (row.role, row.comment, row.result_verdict, row.level) == ("", "", "confirm", 3)
