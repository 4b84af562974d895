"""The page on which the platform counts how often it was right."""

import re

import pytest

from tests import builders as b
from tests.forecasts.test_forecasts import LATER, agreed, ended, made
from tests.web.reader import words
from vetting.forecasts.actions import settle
from vetting.scoring.reliability import Settled, reliability
from vetting.web.drawings.reliability import reliability as drawn

pytestmark = pytest.mark.django_db


def test_while_nothing_is_settled_nothing_is_claimed(client):
    page = words(client.get("/forecasts/"))
    assert "No forecast is settled yet So nobody can tell yet how good they are." in page
    assert "No forecasts are still open" in page
    assert "Said on average" not in page
    assert "base rate" not in page
    assert client.get("/api/v1/forecasts").json()["reliability"]["brier"] is None


def test_what_was_said_stands_beside_what_happened(client):
    ana = b.consultant()
    ends = [agreed(ana, f"Place {number}") for number in range(3)]
    made()
    for number, (goal, whom) in enumerate(ends[:2]):
        ended(goal, whom, ("6.10", "8.00")[number])
    settle(at=LATER)
    shown = client.get("/forecasts/")
    page = words(shown)
    found = client.get("/api/v1/forecasts").json()
    assert (found["made"], found["open"], found["void"]) == (3, 1, 0)
    assert (found["reliability"]["n"], found["reliability"]["met"]) == (2, 1)
    assert "2 forecasts are settled, 1 of these goals was reached" in page
    assert "1 forecast is still open" in page
    assert re.search(r"Brier score 0\.\d+ 0\.25\b", page)
    (row,) = [tenth for tenth in found["reliability"]["tenths"] if tenth["n"]]
    assert f"Of 2 forecast at {100 * row['mean']:.0f} % on average, 1 came true." in shown.content.decode()


def test_a_mark_lies_where_it_was_said_and_as_high_as_it_came_true():
    drawing = drawn(reliability([Settled(0.25, True)] * 4 + [Settled(0.75, False)]), key="k")
    places = re.findall(r'<svg x="([\d.]+)%" y="([\d.]+)"', drawing)
    assert places == [("33", "16"), ("75", "240")]
    assert re.findall(r' r="([\d.]+)"', drawing) == ["12", "6"]
    assert (
        "Of 4 forecast at 25 % on average, 4 came true. Of 1 forecast at 75 % on average, 0 came true."
        in drawing
    )


def test_who_refers_is_known_by_those_she_referred(client):
    ben = b.consultant("Ben Peer", domain="peer.example")
    ana = b.consultant()
    b.published(ben, ana)
    assert "has referred" not in words(client.get(f"/c/{ben.slug}/"))
    b.referral(ana, ("Ben", ben.owner.email))
    assert "Ben Peer has referred 1 consultant No client of theirs has confirmed a result since" in words(
        client.get(f"/c/{ben.slug}/")
    )
    goal, whom = agreed(ana)
    made()
    ended(goal, whom)
    settle(at=LATER)
    page = words(client.get(f"/c/{ben.slug}/"))
    assert "Ben Peer has referred 1 consultant: 1 of 1 goal reached since" in page
    assert "For 1 of these goals a forecast stood beforehand:" in page
    assert client.get(f"/api/v1/profiles/{ben.slug}").json()["referred"]["met"] == 1
