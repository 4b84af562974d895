"""manage.py rescore: cards on demand, and where one comes from."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests import builders as b
from tests.scorecards.test_faults import spoil
from vetting.outcomes.models import Outcome
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import of_profile

pytestmark = pytest.mark.django_db


def run(capsys, *words):
    call_command("rescore", *words)
    return capsys.readouterr().out


def test_all_are_computed_and_what_was_left_out_is_named(capsys):
    ana, ben = b.consultant("Ana One"), b.consultant("Ben Two")
    bad = b.result(ana)
    b.result(ben, organization=b.client("Other Place"))
    spoil(Outcome, bad.pk, achieved="NaN")
    assert run(capsys, "--all") == (
        f"ana-one: {bad.pk}: achieved is not a finite number; left out\n2 cards computed, 1 rows left out.\n"
    )
    assert Scorecard.objects.count() == 2


def test_only_who_is_named_is_computed(capsys):
    ana, _ = b.consultant("Ana One"), b.consultant("Ben Two")
    (line,) = run(capsys, "ana-one", "ana-one", "--json").splitlines()
    card = of_profile(ana.pk)
    assert json.loads(line) == {
        "slug": "ana-one",
        "low": card.low,
        "mean": card.mean,
        "high": card.high,
        "theta": card.theta,
        "theta_low": card.theta_low,
        "reliability": 0.0,
        "counted": 0,
        "model_version": card.model_version,
        "faults": [],
    }
    assert Scorecard.objects.count() == 1


def test_one_is_explained_line_by_line_and_adds_up(capsys):
    ana = b.consultant()
    b.result(ana)
    shown = " ".join(run(capsys, "--explain", ana.slug).split())
    card = of_profile(ana.pk)
    assert "Cost per ticket 9.40 to 6.10 EUR (goal 7.00 EUR) at Paper Umbrella, confirmed by its CFO" in shown
    assert f"Together │ │ +{card.theta:.3f}" in shown
    told = json.loads(run(capsys, "--explain", ana.slug, "--json"))
    assert told["ledger_sum"] == pytest.approx(card.theta, abs=1e-9)
    assert [entry["key"] for entry in told["ledger"]] == [entry["key"] for entry in card.ledger]


@pytest.mark.parametrize("words", [[], ["ana-one", "--all"], ["--all", "--explain", "ana-one"]])
def test_one_of_three_must_be_asked_for(words):
    with pytest.raises(CommandError, match=r"Name consultants, or --all, or --explain SLUG"):
        call_command("rescore", *words)


def test_an_unknown_consultant_is_named():
    with pytest.raises(CommandError, match="No consultant has the address nobody"):
        call_command("rescore", "nobody")
