"""The memory of the house."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests import builders as b
from vetting.audit.actions import move, record
from vetting.audit.models import AuditEntry
from vetting.audit.queries import trail
from vetting.kernel.actors import system
from vetting.kernel.verdict import RefusedError

pytestmark = pytest.mark.django_db


def test_a_row_s_life_is_written_down_in_order():
    profile = b.consultant()
    record(profile, "look", by=system("test"), at=b.AT, facts={"n": 1})
    entries = [(each.verb, each.before, each.after, each.actor_kind) for each in trail(profile.pk)]
    assert entries == [
        ("begin", "", "draft", "person"),
        ("move", "draft", "submitted", "person"),
        ("move", "submitted", "listed", "person"),
        ("look", "", "", "system"),
    ]
    assert str(trail(profile.pk)[0]) == f"profile {profile.pk}: begin"


def test_a_move_that_the_table_lacks_is_refused_and_writes_nothing():
    profile = b.consultant()
    before = trail(profile.pk).count()
    with pytest.raises(RefusedError, match="This profile is listed by now"):
        move(profile, "draft", by=system("test"), at=b.AT)
    profile.refresh_from_db()
    assert (profile.status, trail(profile.pk).count()) == ("listed", before)


def test_a_move_reads_the_row_and_not_what_the_caller_believes():
    profile = b.consultant(listed=False)
    stale = type(profile).objects.get(pk=profile.pk)
    move(profile, "submitted", by=system("test"), at=b.AT)
    with pytest.raises(RefusedError):
        move(stale, "submitted", by=system("test"), at=b.AT)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE vetting_auditentry SET verb = 'x'",
        "DELETE FROM vetting_auditentry",
        "TRUNCATE vetting_auditentry",
        "UPDATE vetting_attestation SET level = 5",
        "DELETE FROM vetting_measurement",
        "TRUNCATE vetting_measurement, vetting_attestation",
        "UPDATE vetting_goal SET target = 1",
        "UPDATE vetting_outcome SET achieved = 1",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(attack):
    b.result(b.consultant())
    count = AuditEntry.objects.count()
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack)
    assert AuditEntry.objects.count() == count
