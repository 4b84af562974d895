"""A copy of all that is known of a referee, and the end of it."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from tests import builders as b
from tests.drawer import Drawer, key_of, sweep
from vetting.audit.queries import trail
from vetting.followups import actions as followups
from vetting.followups import outbox
from vetting.followups.models import Ask, AskKey, AskStep, Referee
from vetting.followups.queries import by_key, referee_by_key
from vetting.mail.queries import is_suppressed
from vetting.mail.sending import Delivery, Fate
from vetting.outcomes.models import Attestation, Outcome
from vetting.privacy import actions
from vetting.privacy.corrections import correct
from vetting.privacy.queries import READERS, copy_of
from vetting.referrals.models import Referral
from vetting.scorecards.actions import compute
from vetting.scorecards.models import Scorecard

pytestmark = pytest.mark.django_db

LATER = b.AT + timedelta(days=1)
CARLA = ("Carla Zzyzx", "carla.zzyzx@paper-umbrella.example")


@pytest.fixture
def carla() -> Referee:
    """She has answered about a result, referred a peer, and has a half-finished question open."""
    ana = b.consultant()
    b.answered(b.outcome(b.goal(b.engagement(ana))), CARLA, role="Zzyzx role", comment="Zzyzx comment")
    b.referral(b.consultant("Ben Peer"), CARLA, saw="Zzyzx saw it.", skill="Zzyzx skill")
    third = b.asked(b.outcome(b.goal(b.engagement(b.consultant("Eve Ozola")))), CARLA)
    followups.save_draft(third.pk, answers={"role": "Zzyzx draft"}, at=b.AT)
    return Referee.objects.get()


def rows_with(text):
    """Every table in which that text stands, whatever the column."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text ILIKE %s", [f"%{text}%"])
            found += [model.__name__] * bool(cursor.fetchone()[0])
    return sorted(found)


def test_nothing_says_any_more_who_she_is_or_what_she_wrote(carla):
    assert rows_with("zzyzx") == ["Ask", "Attestation", "Referee", "Referral"]
    actions.ask_for_code(carla.pk, at=b.AT)
    actions.erase(carla.pk, at=LATER, stop_too=False)
    assert rows_with("zzyzx") == []
    assert not is_suppressed(CARLA[1])


def test_what_she_said_goes_and_that_something_went_stays(carla):
    ana = Outcome.objects.order_by("id").first().goal.engagement.profile
    compute([ana.pk], at=b.AT)
    assert Scorecard.objects.get(profile=ana).counted == 1
    before = {model: model.objects.count() for model in (Ask, Outcome, Referee, Referral)}
    actions.erase(carla.pk, at=LATER, stop_too=False)
    assert {model: model.objects.count() for model in before} == before
    assert [row.withdrawn for row in Attestation.objects.order_by("id")] == [False, True]
    assert [row.status for row in Outcome.objects.order_by("id")] == ["retracted", "awaiting_client"]
    assert [row.status for row in Ask.objects.order_by("id")] == ["answered", "answered", "declined"]
    assert Referral.objects.get().status == "withdrawn"
    compute([ana.pk], at=LATER)
    card = Scorecard.objects.get(profile=ana)
    assert (card.counted, card.coverage["asked"], card.coverage["declined"]) == (0, 1, 1)
    assert [each.verb for each in trail(carla.pk)] == ["erase"]


def test_twice_is_once(carla):
    for _ in range(2):
        actions.erase(carla.pk, at=LATER, stop_too=True)
    assert Attestation.objects.count() == 2
    assert is_suppressed(CARLA[1])


def test_no_letter_leaves_and_no_link_opens(carla):
    key = key_of(Ask.objects.order_by("id").last(), at=b.AT)
    assert (by_key(key, at=LATER).referee, referee_by_key(key)) == (carla, carla)
    assert referee_by_key("x" * 43) is None
    actions.erase(carla.pk, at=LATER, stop_too=True)
    assert (by_key(key, at=LATER), referee_by_key(key), AskKey.objects.count()) == (None, None, 0)
    assert [str(letter["To"]) for letter in sweep(LATER + timedelta(days=20))] == []


def test_a_colleague_s_letter_names_nobody_who_was_erased(carla):
    open_ask = Ask.objects.get(status="queued")
    followups.hand_on(open_ask.pk, name="Dora Director", email="dora@paper-umbrella.example", at=b.AT)
    actions.erase(carla.pk, at=b.AT, stop_too=False)
    [letter] = sweep(LATER)
    text = letter.get_body(("plain",)).get_content()
    assert "and whoever was asked before you names you as the person" in " ".join(text.split())
    assert "Zzyzx" not in letter.as_string()


def test_one_without_anything_said_is_erased_as_well():
    ask = b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    actions.erase(ask.referee_id, at=LATER, stop_too=False)
    ask.refresh_from_db()
    assert (ask.status, ask.draft, ask.about["referee"], ask.about["consultant"]) == (
        "declined",
        {},
        "",
        "Ana Kalnina",
    )


def test_the_copy_holds_every_version_and_who_reads_it(carla):
    first = Ask.objects.order_by("id").first()
    from dataclasses import replace

    correct(first.pk, answers=replace(b.CONFIRMED, publish="sealed"), at=LATER)
    copy = json.loads(json.dumps(copy_of(carla, at=LATER)))
    assert copy["person"] == {
        "name": CARLA[0],
        "address": CARLA[1],
        "country": "EE",
        "language": "en",
        "known_since": b.AT.isoformat(),
    }
    assert (copy["letters_stopped"], copy["stopped_consultants"]) == (False, [])
    third, second, answered = copy["questions"]
    assert [(each["given_at"], each["publish"], each["role"]) for each in answered["said"]] == [
        (b.AT.isoformat(), "named", "Zzyzx role"),
        (LATER.isoformat(), "sealed", "CFO"),
    ]
    assert answered["who_may_read_it"] == READERS["outcome"]
    assert [each["saw"] for each in second["said"]] == ["Zzyzx saw it."]
    assert (third["said"], third["filled_in_and_not_sent"]["role"]) == ([], "Zzyzx draft")
    assert third["who_may_read_it"] == "Nobody but our staff."
    assert answered["name_given_by"] == "Ana Kalnina"


def test_the_copy_holds_nothing_of_anybody_else(carla):
    b.answered(
        b.outcome(b.goal(b.engagement(b.consultant("Peter Vitols")))),
        ("Dora", "dora@other.example"),
        role="Dora role",
    )
    text = json.dumps(copy_of(carla, at=LATER))
    assert "Dora" not in text


# --- while her letter is on the line --------------------------------------------------------------------


class OnTheLine(Drawer):
    """She is erased before the last check of her letter, or after it; then the server takes it, or falls silent."""

    def __init__(self, ask, *, before=False, fate=Fate.SENT):
        super().__init__()
        self.ask, self.before, self.fate = ask, before, fate

    def send(self, mail, *, before_data):
        if self.before:
            self._erase()
        taken = super().send(mail, before_data=before_data)
        if not self.before:
            self._erase()
        return Delivery(self.fate) if taken.fate is Fate.SENT else taken

    def _erase(self):
        actions.erase(self.ask.referee_id, at=b.AT, stop_too=False)


@pytest.mark.parametrize(
    ("before", "fate", "begun", "state"),
    [
        (True, Fate.SENT, 0, "cancelled"),  # the last check says no
        (False, Fate.SENT, 1, "sent"),  # it cannot be called back any more
        (False, Fate.AMBIGUOUS, 1, "cancelled"),  # and is not sent again to nobody
    ],
)
def test_one_who_is_erased_while_her_letter_is_on_the_line(before, fate, begun, state):
    ask = b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    post = OnTheLine(ask, before=before, fate=fate)
    assert outbox.chase_due(posts=[post], at=b.AT) is True
    assert len(post.letters) == begun
    assert AskStep.objects.get(ask=ask, step="ask").state == state
    later = [letter for day in range(40) for letter in sweep(b.AT + timedelta(days=day))]
    assert [str(letter["To"]) for letter in later] == []
    assert b.CARLA[1] not in json.dumps([*AskStep.objects.values(), *Ask.objects.values()], default=str)


def test_one_who_is_erased_and_whose_letter_s_worker_dies():
    """In the middle of DATA: its lease runs out, and nothing goes to nobody."""
    ask = b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    [step] = outbox.claim(at=b.AT)
    AskStep.objects.filter(pk=step.pk).update(state="data")
    actions.erase(ask.referee_id, at=b.AT, stop_too=False)
    outbox.recover(at=b.AT + timedelta(hours=1))
    assert sweep(b.AT + timedelta(hours=1)) == []
    assert AskStep.objects.get(pk=step.pk).state == "cancelled"
