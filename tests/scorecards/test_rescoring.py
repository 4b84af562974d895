"""Everybody's cards are made beside those that are read, and swapped in."""

import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from django.forms.models import model_to_dict

from tests import builders as b
from tests.scorecards.test_faults import spoil
from vetting.kernel import editions
from vetting.outcomes.models import Outcome
from vetting.profiles.models import Profile
from vetting.scorecards import actions
from vetting.scorecards.actions import calibrate, compute, rescore
from vetting.scorecards.models import CalibrationRecord, Scorecard
from vetting.scorecards.queries import in_force, stale
from vetting.scoring.calibration import NONE

pytestmark = pytest.mark.django_db
LATER = b.AT + timedelta(days=1)
TABLE = Scorecard._meta.db_table


def market() -> list[Profile]:
    """One with most kinds of evidence and a row that cannot be read, a peer, and a newcomer without any."""
    ana, ben = b.consultant("Ana One"), b.consultant("Ben Peer", domain="peer.example")
    work = {"fee": Decimal(1000), "fee_currency": "EUR"}
    b.result(ana, organization=b.client("Paid Place"), work=work)
    b.result(ana, "8.60", organization=b.client("Sealed Place"), publish="sealed")
    b.result(ana, "6.90", organization=b.client("Wrong Place"), result_verdict="wrong")
    b.result(ana, organization=b.client("Other Place"), result_verdict="correct", result_value=Decimal("7.2"))
    spoil(Outcome, b.result(ana, organization=b.client("Bad Place")).pk, achieved="NaN")
    b.outcome(b.goal(b.engagement(ana, b.client("Silent Place"))))
    b.result(ben, organization=b.client("Peer Place"))
    b.referral(ana, ("Ben Peer", "ben.peer@peer.example"))
    return [ana, ben, b.consultant("New Comer")]


def columns() -> dict[object, dict[str, object]]:
    return {card.profile_id: model_to_dict(card) for card in Scorecard.objects.all()}


def test_everybodys_cards_are_bit_for_bit_those_of_one_after_the_other():
    for profile in market():
        compute([profile.pk], at=LATER)
    one_by_one = columns()
    assert [len(card["faults"]) for card in one_by_one.values()].count(1) == 1
    assert any(row["dimension"] == "referral" for card in one_by_one.values() for row in card["ledger"])
    Scorecard.objects.update(theta=7, ledger=[])
    assert rescore(NONE, at=LATER)
    assert columns() == one_by_one


def test_a_batch_of_one_and_a_batch_of_all_are_the_same(monkeypatch):
    market()
    rescore(NONE, at=LATER)
    together = columns()
    monkeypatch.setattr(actions, "GATHERED", 1)
    rescore(NONE, at=LATER)
    assert columns() == together


def schema() -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s ORDER BY 1", [TABLE])
        indexes = cursor.fetchall()
        cursor.execute(
            "SELECT conname, contype::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
            " WHERE conrelid = %s::regclass ORDER BY 1",
            [TABLE],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT relacl::text, obj_description(oid) FROM pg_class WHERE oid = %s::regclass", [TABLE]
        )
        return [indexes, constraints, cursor.fetchone()]


def test_the_table_keeps_its_names_indexes_keys_and_rights():
    market()
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON {TABLE} TO pg_read_all_data, PUBLIC")
    before = schema()
    for _ in range(2):
        rescore(NONE, at=LATER)
        assert schema() == before
    assert f"{TABLE}_next" not in connection.introspection.table_names()


def test_a_run_that_was_ended_goes_on_where_it_was(monkeypatch):
    people = sorted(profile.pk for profile in market())
    monkeypatch.setattr(actions, "GATHERED", 1)
    heard = []

    def end(made):
        heard.append(made)
        if len(heard) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rescore(NONE, at=LATER, on_batch=end)
    assert (heard, Scorecard.objects.count()) == ([0, 1, 1], 0)
    heard.clear()
    heard += [0, 0, 0]
    assert rescore(NONE, at=LATER + timedelta(hours=1), on_batch=end)
    assert heard == [0, 0, 0, 2, 1]
    assert [card.computed_at for card in Scorecard.objects.order_by("profile_id")] == [LATER] * 3
    assert sorted(card.profile_id for card in Scorecard.objects.all()) == people


@pytest.mark.parametrize("later", [{"hours": 21}, {"hours": -1}])
def test_what_an_old_run_has_left_is_not_taken_up(later):
    market()

    def end(made):
        if made:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rescore(NONE, at=LATER, on_batch=end)
    rescore(NONE, at=LATER + timedelta(**later))
    assert {card.computed_at for card in Scorecard.objects.all()} == {LATER + timedelta(**later)}


def test_a_card_made_anew_meanwhile_stays_and_readers_see_the_old_ones_until_all_are_there():
    ana, ben, _ = market()
    compute([ana.pk, ben.pk], at=b.AT)
    seen = []

    def meanwhile(made):
        seen.append({card.computed_at for card in Scorecard.objects.all()})
        if made:
            Profile.objects.filter(pk=ana.pk).update(evidence_version=99)
            compute([ana.pk], at=b.AT + timedelta(hours=1))

    rescore(NONE, at=LATER, on_batch=meanwhile)
    assert seen == [{b.AT}, {b.AT}]
    found = {card.profile_id: card for card in Scorecard.objects.all()}
    assert (found[ana.pk].evidence_version, found[ana.pk].computed_at) == (99, b.AT + timedelta(hours=1))
    assert found[ben.pk].computed_at == LATER


def test_who_comes_last_and_is_scored_before_the_swap_keeps_that_card(monkeypatch):
    market()

    def swap(*args, **kwargs):
        compute([b.consultant("Very Late").pk], at=b.AT)
        editions.swap(*args, **kwargs)

    monkeypatch.setattr(actions, "swap", swap)
    rescore(NONE, at=LATER)
    assert Scorecard.objects.get(profile__slug="very-late").computed_at == b.AT
    assert Scorecard.objects.count() == 4


def test_a_calibration_takes_effect_with_the_swap_and_not_before(monkeypatch):
    ana, *_ = market()
    compute([ana.pk], at=b.AT)
    seen = []
    monkeypatch.setattr(
        actions, "swap", lambda *args, **kwargs: (seen.append(in_force()), editions.swap(*args, **kwargs))
    )
    record = calibrate(at=LATER)
    assert seen == [NONE]
    assert (in_force().constants.version, CalibrationRecord.objects.count()) == (record.version, 1)
    assert stale(at=LATER, most=9) == []


def test_changed_evidence_comes_before_all_that_is_only_old():
    people = sorted(market(), key=lambda profile: profile.pk)
    compute([profile.pk for profile in people], at=b.AT)
    Profile.objects.filter(pk=people[2].pk).update(evidence_version=99)
    much_later = b.AT + timedelta(days=30)
    assert stale(at=much_later, most=1) == [people[2].pk]
    assert stale(at=much_later, most=9) == [people[2].pk, people[0].pk, people[1].pk]


@pytest.mark.django_db(transaction=True)
def test_only_one_makes_them_at_a_time_and_a_long_reader_is_waited_for(monkeypatch):
    monkeypatch.setattr(editions, "_PAUSE_SECONDS", 0.1)
    ana, *_ = market()
    compute([ana.pk], at=b.AT)
    reads, may_end, answers = threading.Event(), threading.Event(), []

    def read():
        with transaction.atomic():
            list(Scorecard.objects.all())
            reads.set()
            may_end.wait(30)
        connection.close()

    def second():
        answers.append(rescore(NONE, at=LATER))
        answers.append(calibrate(at=LATER))
        connection.close()

    def meanwhile(made):
        if made:
            thread = threading.Thread(target=second)
            thread.start()
            thread.join(30)
            reader.start()
            reads.wait(30)
            threading.Timer(1.5, may_end.set).start()

    reader = threading.Thread(target=read)
    assert rescore(NONE, at=LATER, on_batch=meanwhile)
    reader.join(30)
    assert answers == [False, None]
    assert {card.computed_at for card in Scorecard.objects.all()} == {LATER}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", [TABLE, Profile._meta.db_table])
def test_the_upkeep_of_a_table_is_waited_for(monkeypatch, table):
    """What autovacuum holds stops no reader, and PostgreSQL ends it for us only after a second."""
    monkeypatch.setattr(editions, "_TRIES", 1)
    market()
    holds = threading.Event()

    def upkeep():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE")
            holds.set()
            time.sleep(1.5)
        connection.close()

    def meanwhile(made):
        if made and not holds.is_set():
            thread.start()
            holds.wait(30)

    thread = threading.Thread(target=upkeep)
    assert rescore(NONE, at=LATER, on_batch=meanwhile)
    thread.join(30)
    assert Scorecard.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_reader_who_never_lets_go_ends_the_run_and_the_next_one_goes_on(monkeypatch):
    monkeypatch.setattr(editions, "_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(editions, "_TRIES", 2)
    ana, *_ = market()
    compute([ana.pk], at=b.AT)
    reads, may_end = threading.Event(), threading.Event()

    def read():
        with transaction.atomic():
            list(Scorecard.objects.all())
            reads.set()
            may_end.wait(30)
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    reads.wait(30)
    with pytest.raises(OperationalError, match="lock timeout"):
        rescore(NONE, at=LATER)
    may_end.set()
    reader.join(30)
    assert {card.computed_at for card in Scorecard.objects.all()} == {b.AT}
    rescore(NONE, at=LATER + timedelta(minutes=1))
    assert {card.computed_at for card in Scorecard.objects.all()} == {LATER}
