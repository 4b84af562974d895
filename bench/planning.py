"""How fast due letters are found and claimed among millions that are planned: one at a time, and as the outbox does."""

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from vetting.accounts.models import User
from vetting.followups.outbox import claim
from vetting.jobs.followups import BATCH

AT = datetime(2026, 5, 5, 9, tzinfo=UTC)
DUE = 0.02  # the part of the rows that is due at AT, as after an outage; the rest lies in the year to come
MOST_CLAIMED = 16_000  # by all turns together
_STEPS = ("ask", "reminder_4", "reminder_11", "told_silent")  # of each ask; of the last none is due
_AT_ONCE = 1_000_000  # rows written in one statement
CONSULTANTS = 1_000


def lines(*, rows: int, tries: int) -> Iterator[dict[str, Any]]:
    began = time.perf_counter()
    fill(rows)
    yield {"measure": "planned rows written", "rows": rows, "seconds": round(time.perf_counter() - began, 1)}
    plan = explained()
    yield {
        "measure": "plan of the due query",
        "rows": rows,
        "sequential_scans_of_steps": plan.count("Seq Scan on vetting_askstep"),
        "plan": plan.splitlines(),
    }
    spent = sorted(_found(BATCH) for _ in range(tries))
    yield {
        "measure": "due query, ms",
        "rows": rows,
        "letters": BATCH,
        "p50": round(statistics.median(spent), 2),
        "p99": round(spent[int(0.99 * (len(spent) - 1))], 2),
    }
    times = {1: tries // 4, BATCH: 10, 10 * BATCH: 3}
    rates: dict[int, list[float]] = {most: [] for most in times}
    for _ in range(5):  # in turn, so that what else the machine does meets all of them
        for most, seen in rates.items():
            seen.append(_claimed(most, times=times[most]))
    single = statistics.median(rates[1])
    for most, seen in rates.items():
        yield {
            "measure": "claims a second",
            "rows": rows,
            "at_once": most,
            "a_second": round(statistics.median(seen), 1),
            "ratio": round(statistics.median(seen) / single, 1),
        }


def fill(rows: int) -> None:
    """So many planned steps of a quarter as many asks, by the server itself; keys are checked by nothing meanwhile."""
    asks, people, due = rows // len(_STEPS), max(1, rows // 40), max(DUE, MOST_CLAIMED / rows)
    User.objects.bulk_create(
        User(pk=UUID(int=number), email=f"ana{number}@advice.example") for number in range(1, CONSULTANTS + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
        again = [each for table in ("vetting_askstep", "vetting_ask") for each in _stripped(cursor, table)]
        cursor.execute(_KEYS)
        cursor.execute(_PEOPLE, [AT, people])
        cursor.execute(_ASKS, [CONSULTANTS, people, AT, AT, AT + timedelta(days=400), asks])
        for first in range(0, rows, _AT_ONCE):
            last = min(rows, first + _AT_ONCE)
            cursor.execute(_MANY_STEPS, [due, AT, AT, rows, first, last - 1, list(_STEPS)])
        for statement in again:
            cursor.execute(statement)
        cursor.execute("ANALYZE vetting_askstep, vetting_ask, vetting_referee, vetting_user")
        cursor.execute("RESET synchronous_commit; RESET maintenance_work_mem")


def _stripped(cursor: Any, table: str) -> list[str]:
    """Take its keys and indexes away, so that rows are written quickly; what makes them anew, but for foreign keys."""
    cursor.execute(_CONSTRAINTS, [table])
    constraints = cursor.fetchall()
    for name, _, _ in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s ORDER BY 1", [table])
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    keys = [
        f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {text}'
        for name, kind, text in constraints
        if kind != "f"
    ]
    return keys + [text for _, text in indexes]


_CONSTRAINTS = """
SELECT conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('f', 'p', 'u') ORDER BY contype, conname
"""


# Numbers as keys, so that a row is found by where it stands: 00000000-0000-0000-0000-00000000002a is the 42nd.
_KEYS = """
CREATE OR REPLACE FUNCTION pg_temp.key(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT lpad(to_hex(n), 32, '0')::uuid $$
"""
_PEOPLE = """
INSERT INTO vetting_referee (id, email, mailbox, name, country, created_at)
SELECT pg_temp.key(n), address, address, 'Carla Conti', 'LV', %s
FROM (SELECT n, 'carla' || n || '@client' || n / 5 || '.example' address FROM generate_series(1, %s) n) people
"""
_ASKS = """
INSERT INTO vetting_ask
    (id, kind, subject_id, consultant_id, referee_id, about, draft, created_at, status, status_at, expires_at)
SELECT pg_temp.key(n), 'outcome', pg_temp.key(n), pg_temp.key(1 + n %% %s), pg_temp.key(1 + n %% %s),
    '{}', '{}', %s, 'queued', %s, %s
FROM generate_series(1, %s) n
"""
_MANY_STEPS = """
INSERT INTO vetting_askstep
    (id, ask_id, step, letter, due_at, state, attempts, ambiguous, message_id, held, detail)
SELECT pg_temp.key(n), pg_temp.key(1 + n / 4), steps.names[1 + n %% 4], 'outcome_ask', due_at, 'planned', 0, 0,
    '<' || n || '@touchstone.example>', '', ''
FROM (
    SELECT n, CASE WHEN share < %s AND n %% 4 < 3 THEN %s::timestamptz - share * interval '10 days'
        ELSE %s::timestamptz + share * interval '365 days' END due_at
    FROM (SELECT n, (n * 7919::bigint %% r.rows) / r.rows::float share
          FROM (SELECT %s::bigint rows) r, generate_series(%s, %s) n) lots
) drawn, (SELECT %s::text[] names) steps
"""


def explained() -> str:
    """How PostgreSQL looks for what is due: the query of the claim itself, as it was sent."""
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        claim(at=AT, most=BATCH)
        transaction.set_rollback(True)
    looks = [each["sql"] for each in seen.captured_queries if "SKIP LOCKED" in each["sql"]]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {looks[-1]}")
        return "\n".join(row[0] for row in cursor.fetchall())


def _found(most: int) -> float:
    """Milliseconds of one claim's look, undone."""
    with transaction.atomic():
        began = time.perf_counter()
        steps = claim(at=AT, most=most)
        spent = time.perf_counter() - began
        assert len(steps) == most
        transaction.set_rollback(True)
    return 1000 * spent


def _claimed(most: int, *, times: int) -> float:
    began = time.perf_counter()
    claimed = sum(len(claim(at=AT, most=most)) for _ in range(times))
    assert claimed == most * times
    return claimed / (time.perf_counter() - began)
