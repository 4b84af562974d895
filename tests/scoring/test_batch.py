"""Many people at once are what they are one by one; `test_export` holds the one to a second implementation."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st

from tests.scoring.histories import DAY, a_claim, a_referral, circles, histories, promises
from vetting.scoring.batch import History, score_many, standings_many
from vetting.scoring.evidence import ScoringError
from vetting.scoring.score import score
from vetting.scoring.weights import RESULTS

people = st.builds(
    History,
    claims=histories(),
    referrals=circles(max_size=3),
    on=st.just(DAY) | st.just(DAY + timedelta(400)),
)


@promises(st.lists(people, min_size=2, max_size=3))
def test_who_else_is_in_the_batch_changes_no_bit(histories):
    together = score_many(histories)
    assert [score(each.claims, each.referrals, on=each.on) for each in histories] == together
    assert score_many(histories[::-1])[::-1] == together
    assert standings_many(histories) == [found.dimensions for found in together]


@promises(people, st.data())
def test_a_part_is_scored_as_if_nothing_else_were_known(history, data):
    keys = sorted({claim.key for claim in history.claims})
    chosen = st.frozensets(st.sampled_from(keys)) if keys else st.just(frozenset())
    parts = data.draw(st.sets(chosen, max_size=3))
    (whole,) = score_many([history])
    (found,) = score_many([replace(history, parts=parts)])
    assert replace(found, parts={}) == whole
    assert found.parts == {
        part: standings_many(
            [replace(history, claims=[claim for claim in history.claims if claim.key in part])]
        )[0][RESULTS]
        for part in parts
    }


def test_a_batch_larger_than_a_block_stays_in_order():
    histories = [
        History(
            claims=[a_claim(f"{n}", achieved=90.0 + n)], referrals=[a_referral(clients_verified=n)], on=DAY
        )
        for n in range(60)
    ]
    found = score_many(histories)
    assert [each.contributions[0].key for each in found] == [str(n) for n in range(60)]
    assert found == [score_many([history])[0] for history in histories]


def test_nobody_and_nothing_are_well_defined():
    assert score_many([]) == []
    assert standings_many([]) == []
    empty = History(claims=[], referrals=[], on=DAY)
    only_said = History(claims=[a_claim(level=0)], referrals=[], on=DAY)
    found, said = score_many([empty, only_said])
    assert (found.counted, found.contributions, found.composite.mean) == (0, (), 0.0)
    assert (said.dimensions, said.composite) == (found.dimensions, found.composite)
    assert [(line.key, line.value) for line in said.contributions] == [("a", 0.0)]


def test_a_line_stands_where_its_claim_does_and_self_claims_and_referrals_follow():
    claims = [
        a_claim("b", transfer=1, sustained_6m=115.0, sustained_12m=100.0),
        a_claim("a", level=0),
        a_claim("c", fee=1.0, money=4.0, verified_on=DAY - timedelta(9)),
    ]
    (found,) = score_many([History(claims=claims, referrals=[a_referral("p")], on=DAY)])
    assert [(line.key, line.dimension) for line in found.contributions] == [
        ("c", "results"),
        ("c", "money"),
        ("b", "results"),
        ("b", "transfer"),
        ("b", "persistence"),
        ("a", "results"),
        ("p", "referral"),
    ]
    assert [known.n for known in found.dimensions.values()] == [2, 1, 1, 1]


@pytest.mark.parametrize(
    ("claims", "field"),
    [
        ([a_claim("x"), a_claim("x", achieved=110.0)], "achieved"),
        ([a_claim("x", verified_on=DAY + timedelta(1))], "verified_on"),
    ],
)
def test_what_score_refuses_a_batch_refuses(claims, field):
    with pytest.raises(ScoringError) as caught:
        score_many(
            [
                History(claims=[a_claim("fine")], referrals=[], on=DAY),
                History(claims=claims, referrals=[], on=DAY),
            ]
        )
    assert (caught.value.field, caught.value.key) == (field, "x")
