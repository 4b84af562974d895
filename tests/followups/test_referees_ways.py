"""What a referee may do besides answering: save, name somebody else, stop one consultant."""

from datetime import timedelta

import pytest

from tests import builders as b
from tests.builders import AT, BEN, CARLA
from tests.drawer import sweep, text_of
from vetting.audit.queries import trail
from vetting.engagements import actions as engagements
from vetting.followups import actions
from vetting.followups.models import Ask, AskStep, ConsultantStop, Referee
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.mail.queries import is_suppressed
from vetting.outcomes import actions as outcomes
from vetting.outcomes.models import Outcome
from vetting.referrals import actions as referrals

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
DORA = ("Dora Director", "dora@paper-umbrella.example")


@pytest.fixture
def ask() -> Ask:
    return b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))


def again(row):
    row.refresh_from_db()
    return row


def named(ask, whom=DORA, at=AT):
    return actions.hand_on(ask.pk, name=whom[0], email=whom[1], at=at)


# --- not me: ask ... ------------------------------------------------------------------------------------


def test_the_question_goes_to_the_person_named_and_her_word_counts(ask):
    sweep(AT)
    successor = named(ask, at=AT + DAY)
    assert (again(ask).status, successor.status, successor.replaces, successor.about["referee"]) == (
        "replaced",
        "queued",
        ask,
        "Dora Director",
    )
    letters = {str(letter["To"]): text_of(letter) for letter in sweep(AT + DAY)}
    assert set(letters) == {"ana.kalnina@advice.example", DORA[1]}
    assert "Carla Controller gave us your name and this address on 5 May 2026" in letters[DORA[1]]
    assert "Carla Controller names somebody else" in letters["ana.kalnina@advice.example"]
    outcomes.attest(successor.pk, answers=b.CONFIRMED, at=AT + DAY)
    assert Outcome.objects.get().status == "confirmed"
    later = [*sweep(AT + 5 * DAY), *sweep(AT + 12 * DAY)]
    assert {str(letter["To"]) for letter in later} == {"ana.kalnina@advice.example"}  # nobody is reminded
    assert [each.actor_id for each in trail(successor.pk)][:1] == [ask.referee_id]


def test_the_caps_hold_for_whoever_is_named(ask):
    for name in ("Eve Ozola", "Peter Vitols"):
        peer = b.consultant(name)
        referrals.ask_peer(profile=peer, name=DORA[0], email=DORA[1], by=peer.owner.actor, at=AT)
    sweep(AT)
    successor = named(ask)
    sweep(AT + DAY)
    step = AskStep.objects.get(ask=successor, step="ask")
    assert (step.state, step.held) == (
        "planned",
        "This person was asked twice in 90 days already, over all consultants.",
    )


@pytest.mark.parametrize(
    ("whom", "field", "code"),
    [
        (("", DORA[1]), "name", "required"),
        (("Dora\x00", DORA[1]), "name", "control_character"),
        (("D" * 1_000_000, DORA[1]), "name", "too_long"),
        (("Dora", "nobody"), "email", "invalid_email"),
        (("Dora", "CARLA+x@paper-umbrella.example"), "email", "own_mailbox"),
        (("Ana", "ana.kalnina@advice.example"), "email", "not_to_be_asked"),
        (("Friend", "friend@advice.example"), "email", "not_to_be_asked"),
    ],
)
def test_who_cannot_be_named_is_said_at_the_field(ask, whom, field, code):
    with pytest.raises(InvalidError) as refused:
        named(ask, whom)
    assert {name: found for name, (found, _) in refused.value.problems.items()} == {field: code}
    assert (again(ask).status, Ask.objects.count()) == ("queued", 1)


def test_nobody_learns_who_has_stopped_our_letters_or_was_asked(ask):
    other = b.asked(b.outcome(b.goal(b.engagement(b.consultant("Eve Ozola")))), DORA)
    actions.stop(other.pk, at=AT)
    peer = b.consultant("Peter Vitols")
    mine = referrals.ask_peer(
        profile=peer, name="G", email="gina@paper-umbrella.example", by=peer.owner.actor, at=AT
    )
    asked_before = named(ask, ("Gina", "gina@paper-umbrella.example"))
    refusals = []
    for whom in (DORA, CARLA):
        with pytest.raises(InvalidError) as refused:
            named(asked_before, whom)
        refusals.append(refused.value.problems)
    assert refusals[0] == refusals[1]
    assert mine.ask.referee_id == asked_before.referee_id


def test_it_is_handed_on_twice_at_most(ask):
    second = named(ask)
    third = named(second, ("Gina", "gina@paper-umbrella.example"))
    with pytest.raises(RefusedError) as refused:
        named(third, ("Hugo", "hugo@paper-umbrella.example"))
    assert refused.value.verdict.code == "handed_on_twice"
    assert again(third).status == "queued"


def test_a_peer_answers_for_himself():
    profile = b.consultant()
    peer = referrals.ask_peer(profile=profile, name=BEN[0], email=BEN[1], by=profile.owner.actor, at=AT)
    with pytest.raises(RefusedError) as refused:
        named(peer.ask)
    assert refused.value.verdict.code == "not_for_peers"


def test_a_goal_is_handed_on_too():
    goal = b.goal(b.engagement(b.consultant()))
    ask = engagements.propose_goal(
        goal, name=CARLA[0], email=CARLA[1], by=goal.engagement.profile.owner.actor, at=AT
    )
    engagements.answer_goal(named(ask).pk, accepts=True, at=AT)
    assert again(goal).status == "accepted"


@pytest.mark.parametrize("ended", ["handed on", "declined", "answered"])
def test_a_closed_question_is_not_handed_on(ask, ended):
    if ended == "handed on":
        named(ask)
    elif ended == "declined":
        actions.decline(ask.pk, at=AT)
    else:
        outcomes.attest(ask.pk, answers=b.CONFIRMED, at=AT)
    before = Ask.objects.count()
    with pytest.raises(RefusedError):
        named(ask, ("Gina", "gina@paper-umbrella.example"))
    assert Ask.objects.count() == before


# --- stop one consultant --------------------------------------------------------------------------------


def test_one_consultant_is_stopped_and_others_are_not(ask):
    peer = b.consultant("Eve Ozola")
    other = referrals.ask_peer(profile=peer, name=CARLA[0], email=CARLA[1], by=peer.owner.actor, at=AT).ask
    sweep(AT)
    for _ in range(2):
        actions.stop_consultant(ask.pk, at=AT + DAY)
    assert (again(ask).status, again(other).status, is_suppressed(CARLA[1])) == ("stopped", "sent", False)
    stopped = ConsultantStop.objects.get()
    assert (stopped.consultant, [each.verb for each in trail(stopped.pk)]) == (
        ask.consultant,
        ["stop_consultant"],
    )
    assert CARLA[1] not in repr(vars(stopped))
    assert str(stopped) == "stopped 2026-05-05"
    outcome = Outcome.objects.get()
    outcomes.note_silence(outcome.pk, by=b.staff(), at=AT + DAY)
    with pytest.raises(InvalidError) as refused:
        b.asked(outcome, (CARLA[0], "Carla+new@paper-umbrella.example"))
    assert refused.value.problems["email"][0] == "stopped"


def test_it_outlives_her_erasure(ask):
    actions.stop_consultant(ask.pk, at=AT)
    actions.erase(ask.referee_id, at=AT)
    outcomes.note_silence(Outcome.objects.get().pk, by=b.staff(), at=AT)
    with pytest.raises(InvalidError):
        b.asked(Outcome.objects.get())
    assert Referee.objects.count() == 1


def test_a_letter_that_is_about_to_leave_stays(ask):
    from tests.drawer import Drawer

    class Late(Drawer):
        def send(self, mail, *, before_data):
            actions.stop_consultant(ask.pk, at=AT)
            return super().send(mail, before_data=before_data)

    assert sweep(AT, Late()) == []
    assert again(ask).status == "stopped"


# --- save ------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_beside_what_was_sent_on(ask):
    sweep(AT)
    actions.save_typed(ask.pk, typed={"role": "CF", "interests": []}, at=AT + DAY)
    actions.save_typed(ask.pk, typed={"role": "CFO", "result_value": "abc"}, at=AT + 2 * DAY)
    row = again(ask)
    assert row.draft == {"typed": {"role": "CFO", "interests": [], "result_value": "abc"}}
    assert (row.status, row.started_at) == ("started", AT + DAY)
    actions.save_draft(ask.pk, answers={"role": "CFO", "interests": []}, at=AT + 3 * DAY)
    row = again(ask)
    assert row.draft == {"role": "CFO", "interests": [], "typed": {"result_value": "abc"}}
    assert row.started_at == AT + DAY


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"role": "x\x00"}, "control_character"),
        ({"interests": ["fee", "\ud800"]}, "control_character"),
        ({"role": "x" * 4_001}, "too_long"),
    ],
)
def test_what_no_text_holds_is_not_kept(ask, typed, code):
    with pytest.raises(InvalidError) as refused:
        actions.save_typed(ask.pk, typed=typed, at=AT)
    assert [found for found, _ in refused.value.problems.values()] == [code]
    assert again(ask).draft == {}


def test_nothing_is_kept_for_a_closed_question(ask):
    actions.decline(ask.pk, at=AT)
    with pytest.raises(RefusedError):
        actions.save_typed(ask.pk, typed={"role": "CFO"}, at=AT)
    assert again(ask).draft == {}
