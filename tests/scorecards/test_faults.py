"""A row that cannot be scored is named and left out; the rest is scored."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pgtrigger
import pytest
from django.db import connection

from tests import builders as b
from vetting.engagements.models import Goal
from vetting.jobs import scorecards
from vetting.outcomes.models import Attestation, Outcome
from vetting.scorecards.actions import compute
from vetting.scorecards.gather import gather, history_of
from vetting.scorecards.queries import in_force, of_profile, stale
from vetting.scoring.batch import History
from vetting.scoring.evidence import sift

pytestmark = pytest.mark.django_db
LATER = b.AT + timedelta(hours=1)


def spoil(table, key, **columns):
    """As a restore or a hand in the database would: past every check of ours."""
    names = ", ".join(f"{name} = %s" for name in columns)
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table._meta.db_table} SET {names} WHERE id = %s", [*columns.values(), key])


@pytest.mark.parametrize(
    ("spoiled", "field", "reason"),
    [
        (lambda found: spoil(Outcome, found.pk, achieved="NaN"), "achieved", "is not a finite number"),
        (lambda found: spoil(Goal, found.goal_id, baseline="NaN"), "baseline", "is not a finite number"),
        (lambda found: spoil(Goal, found.goal_id, target="NaN"), "target", "is not a finite number"),
        (
            lambda found: spoil(Goal, found.goal_id, target="12.5"),
            "target",
            "must be better than the baseline",
        ),
        (lambda found: spoil(Goal, found.goal_id, metric="luck"), "metric", "is not in the catalogue"),
        (
            lambda found: spoil(Attestation, said(found), outcome_id=b.result(b.consultant("Other")).pk),
            "testimony",
            "is missing: nobody has said what the status tells",
        ),
    ],
    ids=["not finite", "no baseline", "no target", "contradictory goal", "unknown metric", "no testimony"],
)
def test_a_row_that_cannot_be_scored_is_named_and_the_rest_is_scored(spoiled, field, reason):
    ana, ben = b.consultant("Ana One"), b.consultant("Ben Two")
    good, bad = (b.result(ana, organization=b.client(name)) for name in ("Good Place", "Bad Place"))
    b.result(ben, organization=b.client("Third Place"))
    spoiled(bad)
    compute([ana.pk, ben.pk], at=LATER)
    card = of_profile(ana.pk)
    assert card.faults == [{"key": str(bad.pk), "field": field, "reason": reason}]
    assert card.counted == 1
    assert {row["key"] for row in card.ledger} == {str(good.pk)}
    assert list(card.metrics) == ["cost_per_ticket"]
    assert sorted(card.coverage["blocks"]) == ["confirmed", "open"]
    assert (of_profile(ben.pk).counted, of_profile(ben.pk).faults) == (1, [])


def said(outcome):
    return Attestation.objects.get(outcome=outcome).pk


@pytest.mark.parametrize(
    ("table", "columns"),
    [(Outcome, {"level": 6}), (Attestation, {"transfer": 5})],
    ids=["unknown level", "category out of range"],
)
def test_what_the_database_itself_refuses_is_refused_by_the_scale_as_well(table, columns):
    """The constraint is dropped here, as a restore without constraints would leave it."""
    ana = b.consultant()
    bad = b.result(ana)
    (name,) = [
        each.name
        for each in table._meta.constraints
        if next(iter(columns)) in str(getattr(each, "condition", ""))
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table._meta.db_table} DROP CONSTRAINT {name}")
    spoil(table, bad.pk if table is Outcome else said(bad), **columns)
    compute([ana.pk], at=LATER)
    card = of_profile(ana.pk)
    assert [fault["field"] for fault in card.faults] == list(columns)
    assert (card.counted, card.ledger) == (0, [])


def test_two_different_claims_under_one_key_are_both_set_apart():
    ana = b.consultant()
    b.result(ana)
    evidence = gather([ana.pk])[ana.pk]
    (claim,) = evidence.claims
    evidence.claims.append(replace(claim, level=4))
    history = history_of(evidence, in_force(), at=LATER)
    assert history == History(claims=[], referrals=[], on=LATER.date())
    assert [(fault.key, fault.field) for fault in evidence.faults] == [(claim.key, "level")]
    assert sift([claim], on=LATER.date()) == ([claim], [])


def test_the_job_comes_to_an_end_with_bad_rows_and_with_empty_histories():
    ana, nobody = b.consultant("Ana One"), b.consultant("New Comer")
    spoil(Outcome, b.result(ana).pk, achieved="NaN")
    scorecards.wake()
    assert stale(at=LATER, most=9) == []
    assert (of_profile(ana.pk).counted, len(of_profile(ana.pk).faults)) == (0, 1)
    assert (of_profile(nobody.pk).counted, of_profile(nobody.pk).faults) == (0, [])


def test_a_mended_row_is_scored_again():
    ana = b.consultant()
    bad = b.result(ana)
    spoil(Outcome, bad.pk, achieved="NaN")
    compute([ana.pk], at=LATER)
    spoil(Outcome, bad.pk, achieved=Decimal("6.10"))
    compute([ana.pk], at=LATER)
    assert (of_profile(ana.pk).counted, of_profile(ana.pk).faults) == (1, [])


def test_cards_take_the_same_queries_for_one_and_for_many(django_assert_num_queries):
    people = [b.consultant(name) for name in ("Ana One", "Ana Two", "Ana Three")]
    for number, profile in enumerate(people):
        b.result(profile, organization=b.client(f"Place {number}"))
    for many in (people[:1], people):
        with django_assert_num_queries(9):
            compute([profile.pk for profile in many], at=LATER)
