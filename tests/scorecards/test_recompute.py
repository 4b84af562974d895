"""A stranger and the consultant herself compute real cards again, each from what she is given."""

import json
import runpy
from decimal import Decimal
from pathlib import Path

import pytest

from tests import builders as b
from vetting.scorecards.actions import compute
from vetting.scorecards.gather import evidence_of
from vetting.scorecards.queries import of_profile

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).resolve().parent.parent.parent / "docs" / "recompute.py"
recompute = runpy.run_path(str(SCRIPT))["recompute"]


@pytest.fixture
def card():
    ana, ben = b.consultant(), b.consultant("Ben Peer", domain="peer.example")
    b.result(ben, organization=b.client("Bens Place"))
    paid = {"fee": Decimal(10_000), "fee_currency": "EUR"}
    place = b.client("Open Place")
    b.result(ana, organization=place, work=paid)
    again = b.outcome(
        b.goal(b.engagement(ana, place, work="A second round", **paid)),
        money=Decimal(50_000),
        money_currency="EUR",
    )
    b.answered(again, ("Carla Controller", "carla@open-place.example"))
    b.result(ana, "8.50", organization=b.client("Secret Works"), publish="sealed")
    b.result(ana, organization=b.client("Third Place"), result_verdict="wrong")
    b.referral(ana, ("Ben", ben.owner.email))
    compute([ana.pk, ben.pk], at=b.AT)
    return of_profile(ana.pk)


@pytest.mark.parametrize("is_owner", [True, False])
def test_the_score_and_every_line_of_its_ledger_come_out_again(card, is_owner):
    export = json.loads(json.dumps(evidence_of(card, is_owner=is_owner)))
    found, ledger = recompute(export)
    assert (found["mean"], found["low"]) == pytest.approx((card.theta, card.theta_low), abs=1e-9)
    assert export["card"]["mean"] == card.theta
    assert {(row["key"], row["dimension"]) for row in card.ledger} >= set(ledger)
    for row in export["card"]["ledger"]:
        assert ledger[row["key"], row["dimension"]] == pytest.approx(row["value"], abs=1e-9)
    assert len(export["card"]["ledger"]) == len(card.ledger) == 10


def test_a_stranger_learns_no_name_no_fee_and_no_number(card, client):
    given = client.get(f"/api/v1/scorecards/{card.profile.slug}/evidence")
    assert given.json() == json.loads(json.dumps(evidence_of(card, is_owner=False)))
    hidden = ["Secret", "secret", "Carla", "carla", "cost_per_ticket"]
    organizations = {claim["cluster"] for claim in evidence_of(card, is_owner=True)["claims"]}
    text = given.content.decode()
    assert [word for word in [*hidden, *organizations, str(card.profile_id)] if word in text] == []
    told = {name for reading in given.json()["readings"] for name in reading}
    assert told == {"key", "dimension", "category", "hardness", "blur", "fabrication", "weight", "age"}


def test_only_she_herself_gets_her_claims(card, client):
    assert client.get("/api/v1/profiles/me/evidence").status_code == 401
    client.force_login(card.profile.owner)
    mine = client.get("/api/v1/profiles/me/evidence").json()
    assert sorted(claim["achieved"] for claim in mine["claims"]) == [6.1, 6.1, 6.1, 8.5]
    assert "readings" not in mine
    client.force_login(b.consultant("Eve Other").owner)
    assert client.get("/api/v1/profiles/me/evidence").status_code == 404
