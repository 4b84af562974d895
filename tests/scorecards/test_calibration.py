"""The nightly calibration as staff and consultants meet it: stored, frozen, in force, the same for the same evidence."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, transaction

from tests import builders as b
from vetting.jobs import scorecards as job
from vetting.scorecards.actions import calibrate, compute
from vetting.scorecards.gather import gather
from vetting.scorecards.models import CalibrationRecord, Scorecard
from vetting.scorecards.queries import CALIBRATED_EVERY, LEAST_CLAIMS, calibration_is_due, in_force, stale
from vetting.scoring.calibration import Calibration
from vetting.scoring.weights import VERSION

pytestmark = pytest.mark.django_db
LATER = b.AT + timedelta(days=1)


def test_without_a_calibration_the_published_constants_are_in_force():
    profile = b.consultant()
    b.result(profile)
    compute([profile.pk], at=LATER)
    assert in_force().constants.version == VERSION
    assert Scorecard.objects.get().model_version == VERSION


def test_a_calibration_is_stored_once_for_the_same_evidence():
    b.result(b.consultant())
    first, second = calibrate(at=b.AT), calibrate(at=LATER)
    assert (first.pk, first.made_at) == (second.pk, second.made_at)
    assert CalibrationRecord.objects.get().checked_at == LATER
    assert (second.claims, second.consultants) == (1, 1)
    assert second.version == f"fitted-{second.fingerprint[:12]}"
    assert in_force() == Calibration.of_plain(CalibrationRecord.objects.get().record)


def test_a_new_calibration_is_in_force_with_everybodys_card_by_it():
    people = [b.consultant("Ana One"), b.consultant("Ana Two")]
    b.result(people[0])
    compute([profile.pk for profile in people], at=b.AT)
    record = calibrate(at=LATER)
    assert {card.model_version for card in Scorecard.objects.all()} == {record.version}
    assert stale(at=LATER, most=9) == []


def test_what_a_night_learned_is_never_changed_or_removed():
    b.result(b.consultant())
    record = calibrate(at=b.AT)
    for change in (lambda: CalibrationRecord.objects.update(claims=7), record.delete):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()
    assert CalibrationRecord.objects.get().claims == 1


def test_public_records_have_no_say_in_it():
    b.result(b.consultant())
    before = calibrate(at=b.AT)
    work = b.engagement(b.recorded())
    b.outcome(b.goal(work))
    assert calibrate(at=LATER).pk == before.pk


def test_a_claim_says_in_which_circumstances_it_was_made_and_nothing_else():
    profile = b.consultant()
    b.result(profile)
    (claim,) = gather([profile.pk])[profile.pk].claims
    assert dict(claim.contexts) == {
        "metric": "cost_per_ticket",
        "industry": "47",
        "client_size": "50-249",
        "country": "EE",
    }
    assert (claim.ease, claim.blur) == (0.0, None)


def test_the_clock_calibrates_once_a_day_and_only_from_enough_answers():
    for person in range(LEAST_CLAIMS):
        assert not calibration_is_due(at=LATER)
        b.result(
            b.consultant(f"Person {chr(65 + person // 26)}{chr(97 + person % 26)}"),
            organization=b.client(f"Client {person}"),
        )
    assert calibration_is_due(at=LATER)
    job.wake()
    record = CalibrationRecord.objects.get()
    assert record.claims == LEAST_CLAIMS
    assert set(Scorecard.objects.values_list("model_version", flat=True)) == {record.version}
    assert not calibration_is_due(at=record.checked_at + CALIBRATED_EVERY - timedelta(minutes=1))
    assert calibration_is_due(at=record.checked_at + CALIBRATED_EVERY)


def test_the_command_shows_the_constants_beside_the_published_ones(capsys):
    b.result(b.consultant())
    call_command("calibrate")
    shown = capsys.readouterr().out
    assert CalibrationRecord.objects.get().version in shown
    assert "results: thresholds" in shown
    call_command("calibrate", "--json")
    assert json.loads(capsys.readouterr().out) == CalibrationRecord.objects.get().record
