"""The benchmark of the outbox, small: what it counts is there, and what it claims is claimed."""

import pytest
from django.db import connection

from bench import followups, letters, planning
from bench.sink import sink
from vetting.followups.models import Ask, AskStep
from vetting.jobs.followups import BATCH

pytestmark = pytest.mark.django_db


def test_planned_rows_are_found_by_an_index_and_claimed():
    found = list(planning.lines(rows=20_000, tries=4))
    assert [line["measure"] for line in found] == [
        "planned rows written",
        "plan of the due query",
        "due query, ms",
        *["claims a second"] * 3,
    ]
    assert (AskStep.objects.count(), Ask.objects.count()) == (20_000, 5_000)
    assert found[1]["sequential_scans_of_steps"] == 0
    assert any("ask_step_due" in line for line in found[1]["plan"])
    assert found[2]["p50"] <= found[2]["p99"]
    assert [(line["at_once"], line["ratio"] > 1) for line in found[3:]] == [
        (1, False),
        (BATCH, True),
        (10 * BATCH, True),
    ]
    assert AskStep.objects.filter(state="claimed").count() == 5 * (1 + 10 * BATCH + 3 * 10 * BATCH)


def test_too_few_rows_for_the_claims_are_noticed():
    with pytest.raises(AssertionError):
        list(planning.lines(rows=2_000, tries=4))


@pytest.mark.django_db(transaction=True)  # the naive peer's worker is a thread of its own
def test_letters_drain_beside_their_peers(monkeypatch):
    monkeypatch.setattr(letters, "TURNS", 1)
    found = list(letters.lines(letters=12))
    assert [line["way"] for line in found] == [
        "outbox",
        "bare smtplib",
        "bare smtplib, the same bytes",
        "a Celery task a letter",
    ]
    assert all(line["a_second"] > 0 and line["processor_ms_a_letter"] > 0 for line in found)
    assert found[0]["outbox_of_it"] == 1
    for line in found:
        assert line["outbox_of_it"] == pytest.approx(found[0]["a_second"] / line["a_second"], rel=0.1)
    assert not AskStep.objects.exists()


def test_letters_that_did_not_go_out_are_not_counted(settings):
    letters.put_in(2)
    with pytest.raises(AssertionError, match="0 of 2 were sent"):
        letters._expect_sent(2)


def test_the_small_scale_is_enough_for_its_claims():
    for scale in followups.SCALES.values():
        assert scale["rows"] >= planning.MOST_CLAIMED
    assert connection.settings_dict["NAME"].startswith("test_")
    with sink() as port:
        assert port > 0
