"""Many at once: a code opens once, a try counts once, a correction is one version, and nothing outlives an erasure."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import builders as b
from tests.followups.test_races import after, holding, together
from tests.privacy.test_visits import sent
from vetting.followups import actions as followups
from vetting.followups.models import Ask, Referee
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.outcomes import actions as outcomes
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.queries import said_in
from vetting.privacy import actions
from vetting.privacy.corrections import correct, take_back
from vetting.privacy.models import Visit
from vetting.privacy.queries import visit_of
from vetting.privacy.rules import TRIES

pytestmark = pytest.mark.django_db(transaction=True)

LATER = b.AT + timedelta(days=1)
AT_ONCE = 12


@pytest.fixture
def answered() -> Ask:
    return Ask.objects.get(subject_id=b.result(b.consultant()).pk)


@pytest.fixture
def visit(answered) -> Visit:
    return visit_of(actions.ask_for_code(answered.referee_id, at=b.AT), at=b.AT)


def kinds(found):
    """How many of each: an exception by its type, anything else as done."""
    names = [type(each).__name__ if isinstance(each, Exception) else "done" for each in found]
    return {name: names.count(name) for name in set(names)}


def test_one_code_opens_once(visit):
    code = sent()
    found = together(*[lambda: actions.enter(visit.pk, code=code, at=b.AT)] * AT_ONCE)
    assert kinds(found) == {"done": 1, "InvalidError": AT_ONCE - 1}


def test_no_try_is_lost(visit):
    code = sent()
    wrong = "000000" if code != "000000" else "000001"
    found = together(*[lambda: actions.enter(visit.pk, code=wrong, at=b.AT)] * AT_ONCE)
    assert kinds(found) == {"InvalidError": AT_ONCE}
    assert Visit.objects.get().tries == TRIES


def test_the_caps_of_codes_hold(answered):
    found = together(*[lambda: actions.ask_for_code(answered.referee_id, at=b.AT)] * AT_ONCE)
    assert kinds(found) == {"done": 4, "RefusedError": AT_ONCE - 4}


def test_the_same_correction_at_once_is_one_version(answered):
    changed = replace(b.CONFIRMED, publish="sector")
    found = together(*[lambda: correct(answered.pk, answers=changed, at=LATER)] * AT_ONCE)
    assert kinds(found) == {"done": AT_ONCE}
    assert len(said_in(answered.pk)) == 2


def test_a_correction_and_a_withdrawal_at_once_end_withdrawn_or_refused(answered):
    changed = replace(b.CONFIRMED, publish="sector")
    found = together(
        lambda: correct(answered.pk, answers=changed, at=LATER), lambda: take_back(answered.pk, at=LATER)
    )
    assert kinds(found) in ({"done": 2}, {"done": 1, "RefusedError": 1})
    assert said_in(answered.pk)[-1].withdrawn
    assert Outcome.objects.get().status == "retracted"


def test_what_is_sent_while_she_is_erased_does_not_stay():
    """Her answer is on its way in another window: it is taken back with the rest, or refused."""
    ask = b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    answering, ready = holding(
        lambda: followups.lock(ask.pk),
        lambda: outcomes.attest(ask.pk, answers=replace(b.CONFIRMED, role="Zzyzx"), at=b.AT),
    )
    found = together(answering, after(ready, lambda: actions.erase(ask.referee_id, at=LATER, stop_too=False)))
    assert kinds(found) == {"done": 2}
    assert Referee.objects.get().email == ""
    assert [row.role for row in Attestation.objects.all()] == ["", ""]
    assert Outcome.objects.get().status == "retracted"


def test_an_answer_that_comes_after_her_erasure_is_refused():
    ask = b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    erasing, ready = holding(
        lambda: followups.lock_open(ask.referee_id),
        lambda: actions.erase(ask.referee_id, at=LATER, stop_too=False),
    )
    found = together(erasing, after(ready, lambda: outcomes.attest(ask.pk, answers=b.CONFIRMED, at=LATER)))
    assert kinds(found) == {"done": 1, "RefusedError": 1}
    assert isinstance(found[1], RefusedError)
    assert Attestation.objects.count() == 0


def test_one_question_is_handed_on_once():
    ask = b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    whom = [("Dora", "dora@paper-umbrella.example"), ("Gina", "gina@paper-umbrella.example")] * 4
    found = together(
        *[
            lambda name=name, email=email: followups.hand_on(ask.pk, name=name, email=email, at=b.AT)
            for name, email in whom
        ]
    )
    assert kinds(found) == {"done": 1, "RefusedError": len(whom) - 1}
    assert Ask.objects.count() == 2


def test_a_stop_while_she_is_named_holds():
    """Dora stops all letters in the very moment in which Carla names her: no letter goes to Dora."""
    ask = b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    other = b.asked(
        b.outcome(b.goal(b.engagement(b.consultant("Eve Ozola")))), ("Dora", "dora@paper-umbrella.example")
    )
    stopping, ready = holding(
        lambda: followups.lock_open(other.referee_id), lambda: followups.stop(other.pk, at=b.AT)
    )
    naming = after(
        ready, lambda: followups.hand_on(ask.pk, name="Dora", email="dora@paper-umbrella.example", at=b.AT)
    )
    found = together(stopping, naming)
    assert isinstance(found[1], InvalidError)
    ask.refresh_from_db()
    assert (ask.status, Ask.objects.count()) == ("queued", 2)
