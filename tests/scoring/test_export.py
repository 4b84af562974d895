"""docs/recompute.py, which imports nothing of ours, says what the product says: to the ninth decimal."""

import ast
import json
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.scoring.histories import DAY, a_claim, a_referral, circles, histories, properties
from vetting.scoring.export import reduced, whole
from vetting.scoring.score import score
from vetting.scoring.weights import PUBLISHED

SCRIPT = Path(__file__).resolve().parent.parent.parent / "docs" / "recompute.py"
recompute = runpy.run_path(str(SCRIPT))["recompute"]

# Pure Python takes a tenth of a second for each: fewer cases.
slowly = settings(properties, max_examples=max(3, properties.max_examples // 4))


def assert_agrees(found, ledger, scored):
    composite = scored.composite
    assert (found["mean"], found["low"], found["high"]) == pytest.approx(
        (composite.mean, composite.low, composite.high), abs=1e-9
    )
    for line in scored.contributions:
        assert ledger[line.key, line.dimension] == pytest.approx(line.value, abs=1e-9)
    assert sum(ledger.values()) == pytest.approx(composite.mean, abs=1e-9)


@slowly
@given(histories(), circles())
def test_from_the_claims_and_from_what_is_public_the_score_is_the_same(history, referrals):
    scored = score(history, referrals, on=DAY)
    for export in (whole, reduced):
        written = json.dumps(export(history, referrals, on=DAY))
        assert_agrees(*recompute(json.loads(written)), scored)


def test_other_constants_and_many_claims_agree_too():
    other = replace(PUBLISHED, version="other", leniency=0.2, drift=0.0, slope=0.4, same_client=0.5)
    claims = [a_claim(str(n), achieved=95.0 + n, cluster=str(n % 7), transfer=n % 5) for n in range(60)]
    scored = score(claims, [a_referral()], on=DAY, constants=other)
    for export in (whole, reduced):
        assert_agrees(*recompute(export(claims, [a_referral()], on=DAY, constants=other)), scored)


def test_what_everybody_gets_holds_no_number_no_client_and_no_day():
    claims = [a_claim("a", cluster="Secret Place", fee=100.0, money=250.0)]
    referrals = [a_referral("p", referrer="Ben"), a_referral("q", referrer="Ben", cluster="Bens circle")]
    public = reduced(claims, referrals, on=DAY)
    assert set(public) == {"format", "on", "constants", "referrals", "readings"}
    assert [set(reading) for reading in public["readings"]] == [
        {"key", "dimension", "category", "hardness", "blur", "fabrication", "weight", "age"}
    ] * 2
    assert [(each["referrer"], each["cluster"]) for each in public["referrals"]] == [(1, 1), (1, 2)]
    text = json.dumps(public)
    assert not any(word in text for word in ("Secret", "Ben", "250.0", "115", "referee"))


def test_it_is_short_and_stands_on_its_own():
    text = SCRIPT.read_text()
    assert len(text.splitlines()) <= 100
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).partition(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= sys.stdlib_module_names


def test_it_runs_from_the_command_line(tmp_path):
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(whole([a_claim()], [], on=DAY)))
    answer = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file)], capture_output=True, text=True, check=True
    )
    mean = score([a_claim()], [], on=DAY).composite.mean
    assert answer.stdout.splitlines()[0] == f"{mean:+.12f} results a"
    assert answer.stdout.splitlines()[1].startswith(f"{mean:+.12f} together, interval ")


def test_claims_read_in_their_circumstances_agree_too():
    claims = [
        a_claim(str(n), achieved=95.0 + 3 * n, ease=0.1 * n - 0.3, blur=0.02 * n, rejected=n == 3)
        for n in range(7)
    ]
    scored = score(claims, [a_referral()], on=DAY)
    for export in (whole, reduced):
        assert_agrees(*recompute(json.loads(json.dumps(export(claims, [a_referral()], on=DAY)))), scored)


@pytest.mark.parametrize(
    "changes", [{"baseline": 0.0}, {"baseline": 1.0, "target": 2.0}, {"baseline": -100.0}]
)
def test_an_odd_baseline_agrees_too(changes):
    """From zero no relative change can be told."""
    claim = a_claim(**changes)
    assert_agrees(*recompute(whole([claim], [], on=DAY)), score([claim], [], on=DAY))
