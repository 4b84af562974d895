"""The world of the benchmarks in rows: number columns go in by COPY, and the database makes the rows of them.

What a killed run has committed stays: each step is a transaction and is written down in it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import connection, transaction

from bench.world import World
from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.engagements.metrics import METRICS, usual_step
from vetting.kernel.places import COUNTRIES, LANGUAGES

CHUNK: Final = 200_000  # rows of one transaction
TABLES: Final = "profile organization referee engagement goal outcome attestation referral".split()
_METRICS: Final = list(METRICS)[::2][:24]
_INDUSTRIES: Final = [code for code, industry in INDUSTRIES.items() if not industry.is_section][:60]

# A key is the number of its table and of its row: the same world has the same keys, and they sort as they were made.
_KEY: Final = "(lpad(to_hex({kind}), 8, '0') || '000070008000' || lpad(to_hex({number}), 12, '0'))::uuid"
_SINCE: Final = "timestamptz '2022-01-03 09:00+00'"


def _key(kind: str, number: str = "n") -> str:
    return _KEY.format(kind=1 + TABLES.index(kind), number=number)


@dataclass(frozen=True, kw_only=True)
class Step:
    """`work` does it within the transaction that writes down its name."""

    name: str
    work: Callable[[], object]


_CLIENT: Final = f"""
INSERT INTO vetting_organization
    (id, slug, name, kind, country, industry, size_band, created_at, is_demo, source_key)
SELECT {_key("organization")}, 'client-' || n, 'Client ' || n, 'company', (%(countries)s::text[])[1 + n %% 100],
    (%(industries)s::text[])[1 + n %% 60], (%(sizes)s::text[])[1 + n %% 6], {_SINCE}, true, ''
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
_REFEREE: Final = f"""
INSERT INTO vetting_referee (id, email, mailbox, name, country, created_at)
SELECT {_key("referee")}, address, address, 'Referee ' || n, '', {_SINCE}
FROM (SELECT n, 'cfo@client-' || n || '.example' AS address
      FROM generate_series(%(first)s::int, %(last)s::int) n) every
"""
_PROFILE: Final = f"""
INSERT INTO vetting_profile
    (id, status, status_at, slug, origin, name, biography, country, place, languages, rate, rate_currency,
     availability, evidence_version, created_at, is_demo, source_key)
SELECT {_key("profile")}, 'listed', {_SINCE}, 'consultant-' || n, 'self', 'Consultant ' || n, '',
    (%(countries)s::text[])[1 + country], '', ARRAY[(%(languages)s::text[])[1 + language]], round(rate::numeric, 2),
    'EUR', (%(availabilities)s::text[])[1 + availability], 1, {_SINCE}, true, ''
FROM world_consultant WHERE n BETWEEN %(first)s AND %(last)s ORDER BY n
"""
_ENGAGEMENT: Final = f"""
INSERT INTO vetting_engagement
    (id, status, status_at, work, description, starts_on, ends_on, mode, confidentiality, fee, fee_currency,
     source_key, created_at, organization_id, profile_id)
SELECT {_key("engagement")}, 'declared', {_SINCE} + day * interval '1 day', 'Work ' || n, '',
    date '2021-09-01' + day, date '2021-12-20' + day,
    (ARRAY['advise', 'deliver', 'build_capability'])[1 + n %% 3],
    (ARRAY['named', 'sector', 'sealed'])[1 + shown], CASE WHEN paid THEN 10000 END, CASE WHEN paid THEN 'EUR' ELSE '' END,
    '', {_SINCE} + day * interval '1 day', {_key("organization", "client")}, {_key("profile", "consultant")}
FROM world_outcome WHERE n BETWEEN %(first)s AND %(last)s ORDER BY n
"""
_GOAL: Final = f"""
INSERT INTO vetting_goal
    (id, status, status_at, metric, currency, baseline, target, due_on, note, created_at, agreed_hash,
     preregistered, engagement_id)
SELECT {_key("goal")}, 'accepted', {_SINCE} + day * interval '1 day', (%(metrics)s::text[])[1 + metric],
    (%(currencies)s::text[])[1 + metric], 40, 40 + round((asked * (%(steps)s::float8[])[1 + metric])::numeric, 3),
    date '2021-12-20' + day, '', {_SINCE} + day * interval '1 day', '', agreed, {_key("engagement")}
FROM world_outcome WHERE n BETWEEN %(first)s AND %(last)s ORDER BY n
"""
_OUTCOME: Final = f"""
INSERT INTO vetting_outcome
    (id, status, status_at, achieved, measured_on, source, statement, share, money, money_currency, level,
     verified_at, created_at, goal_id)
SELECT {_key("outcome")}, CASE WHEN refused THEN 'rejected' ELSE 'confirmed' END,
    {_SINCE} + day * interval '1 day',
    greatest(0, least(100, 40 + round((reached * asked * (%(steps)s::float8[])[1 + metric])::numeric, 3))),
    date '2021-12-20' + day, 'dashboard', '', 100, CASE WHEN paid THEN round((10000 * gain)::numeric, 2) END,
    CASE WHEN paid THEN 'EUR' ELSE '' END, level, {_SINCE} + day * interval '1 day',
    {_SINCE} + day * interval '1 day', {_key("goal")}
FROM world_outcome WHERE n BETWEEN %(first)s AND %(last)s ORDER BY n
"""
_ATTESTATION: Final = f"""
INSERT INTO vetting_attestation
    (id, witness, record, questionnaire, worked_together, role, interests, baseline_verdict, result_verdict,
     share_low, share_high, goal_before, transfer, hire_again, publish, comment, level, given_at, outcome_id, referee_id,
     withdrawn)
SELECT {_key("attestation")}, 'client', '', 'outcome-1', true, 'CFO', '{{}}', 'confirm',
    CASE WHEN refused THEN 'wrong' ELSE 'confirm' END, 50, 75, CASE WHEN agreed THEN 'yes' ELSE 'no' END,
    nullif(transfer, -1), 'yes', (ARRAY['named', 'sector', 'sealed'])[1 + shown], '', level,
    {_SINCE} + day * interval '1 day', {_key("outcome")}, {_key("referee", "client")}, false
FROM world_outcome WHERE n BETWEEN %(first)s AND %(last)s ORDER BY n
"""
_REFERRAL: Final = f"""
INSERT INTO vetting_referral
    (id, status, status_at, relation, skill, seen_from, seen_to, saw, gets_fee, created_at, given_at, profile_id,
     referrer_id)
SELECT {_key("referral")}, 'accepted', {_SINCE}, 'worked_with', 'delivery', 2021, 2022, 'The work itself.', false,
    {_SINCE}, {_SINCE}, {_key("profile", "target")}, {_key("profile", "source")}
FROM world_referral WHERE n BETWEEN %(first)s AND %(last)s ORDER BY n
"""


def steps(world: World, *, seed: int) -> list[Step]:
    """All that makes an empty, migrated database into the world, in order."""
    columns = _columns(world, seed)
    outcomes, edges = len(columns["outcome"]["client"]), len(columns["referral"]["source"])
    rows: tuple[tuple[str, str, int], ...] = (
        ("organization", _CLIENT, max(world.n // 5, 1)),
        ("referee", _REFEREE, max(world.n // 5, 1)),
        ("profile", _PROFILE, world.n),
        ("engagement", _ENGAGEMENT, outcomes),
        ("goal", _GOAL, outcomes),
        ("outcome", _OUTCOME, outcomes),
        ("attestation", _ATTESTATION, outcomes),
        ("referral", _REFERRAL, edges),
    )
    words = _words()
    return [
        Step(name="keys and indexes aside", work=_put_aside),
        *(Step(name=f"numbers of {name}s", work=_copied(name, known)) for name, known in columns.items()),
        *(
            Step(name=f"{name}s from {first}", work=_ran(query, words, first, min(first + CHUNK, count) - 1))
            for name, query, count in rows
            for first in range(0, count, CHUNK)
        ),
    ]


def fill(every: Sequence[Step]) -> Iterator[Step]:
    """Each step as it is done, those of an earlier run at once; then indexes and keys, one by one."""
    _execute("CREATE TABLE IF NOT EXISTS world_done (name text PRIMARY KEY)")
    _execute("CREATE TABLE IF NOT EXISTS world_aside (n int PRIMARY KEY, name text, made text)")
    done = {name for (name,) in _rows("SELECT name FROM world_done")}
    for step in every:
        if step.name not in done:
            with transaction.atomic():
                _execute("SET LOCAL synchronous_commit = off")
                step.work()
                _execute("INSERT INTO world_done VALUES (%s)", [step.name])
        yield step
    for number, name, made in _rows("SELECT n, name, made FROM world_aside ORDER BY n"):
        with transaction.atomic():
            _execute("SET LOCAL maintenance_work_mem = '512MB'")
            _execute(made)
            _execute("DELETE FROM world_aside WHERE n = %s", [number])
        yield Step(name=name, work=lambda: None)
    _execute("ANALYZE")


def is_whole() -> bool:
    """Whether the present database holds a world that was filled to its end."""
    tables = connection.introspection.table_names()
    return (
        "world_aside" in tables
        and not _rows("SELECT 1 FROM world_aside LIMIT 1")
        and bool(_rows("SELECT 1 FROM vetting_referral LIMIT 1"))
    )


def _columns(world: World, seed: int) -> dict[str, dict[str, Any]]:
    """What the world of speed.md leaves open is drawn here: levels, agreements, money, what clients keep sealed."""
    rng = np.random.default_rng([seed, 16])
    told = world.outcomes
    count, depth = len(told.consultant), np.abs(told.effect)
    edges = np.unique(world.edges[0].astype(np.int64) * world.n + world.edges[1])  # a peer's word counts once
    return {
        "consultant": {
            "country": world.country,
            "language": world.languages.values[world.languages.starts[:-1]],
            "rate": world.rate,
            "availability": world.availability,
        },
        "outcome": {
            "consultant": told.consultant,
            "client": told.client,
            "metric": told.metric,
            "day": told.day,
            "reached": np.where(told.success, 1.0 + 0.2 * depth, 0.9 - 0.25 * depth),
            "asked": rng.lognormal(0.0, 0.5, count).clip(0.2, 4.0),
            "level": rng.choice(4, count, p=[0.1, 0.25, 0.55, 0.1]) + 1,
            "shown": rng.choice(3, count, p=[0.5, 0.4, 0.1]),
            "transfer": np.where(rng.random(count) < 0.7, rng.integers(0, 5, count), -1),
            "agreed": rng.random(count) < 0.4,
            "paid": rng.random(count) < 0.4,
            "gain": rng.lognormal(1.0, 1.0, count),
            "refused": rng.random(count) < 0.03,
        },
        "referral": {"source": edges // world.n, "target": edges % world.n},
    }


def _words() -> dict[str, Any]:
    kinds = [METRICS[key] for key in _METRICS]
    return {
        "countries": list(COUNTRIES)[:100],
        "languages": list(LANGUAGES)[:40],
        "industries": _INDUSTRIES,
        "sizes": list(SIZE_BANDS),
        "availabilities": ["now", "month", "quarter", "none"],
        "metrics": _METRICS,
        "currencies": ["EUR" if kind.needs_currency else "" for kind in kinds],
        "steps": [int(kind.direction) * float(usual_step(kind, 40)) for kind in kinds],
    }


def _copied(name: str, columns: dict[str, Any]) -> Callable[[], None]:
    """A table of numbers, row by row `n` and these columns, by binary COPY straight from memory."""
    kinds = {"b": ("boolean", "?"), "i": ("int", ">i4"), "u": ("int", ">i4"), "f": ("float8", ">f8")}

    def copy() -> None:
        count = len(next(iter(columns.values())))
        known = {"n": np.arange(count), **columns}
        types = {key: kinds[values.dtype.kind] for key, values in known.items()}
        layout: list[tuple[str, str]] = [("fields", ">i2")]
        for key, (_, written) in types.items():
            layout += [(f"{key} bytes", ">i4"), (key, written)]
        rows = np.zeros(min(count, CHUNK), dtype=layout)
        _execute(
            f"CREATE UNLOGGED TABLE world_{name} ({', '.join(f'{key} {types[key][0]}' for key in known)})"
        )
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY world_{name} FROM STDIN (FORMAT binary)") as pipe,
        ):
            pipe.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for first in range(0, count, CHUNK):
                here = rows[: min(CHUNK, count - first)]
                here["fields"] = len(known)
                for key, values in known.items():
                    here[f"{key} bytes"] = here.dtype[key].itemsize
                    here[key] = values[first : first + CHUNK]
                pipe.write(here.tobytes())
            pipe.write(b"\xff\xff")
        _execute(f"CREATE INDEX ON world_{name} USING brin (n)")

    return copy


def _ran(query: str, words: dict[str, Any], first: int, last: int) -> Callable[[], None]:
    return lambda: _execute(query, words | {"first": first, "last": last})


def _put_aside() -> None:
    """Checked and built at the end, all rows at once, keys and indexes cost a tenth of what they cost row by row."""
    tables = [f"vetting_{name}" for name in TABLES]
    made = _rows(
        "SELECT conrelid::regclass::text, conname, format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass,"
        " conname, pg_get_constraintdef(oid)), contype::text FROM pg_constraint"
        " WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('u', 'f') ORDER BY contype = 'f', conname",
        [tables],
    )
    plain = _rows(
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY indexname",
        [tables],
    )
    for table, name, _, kind in reversed(made):
        if kind == "f":
            _execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for table, name, _, kind in made:
        if kind == "u":
            _execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for _, name, _ in plain:
        _execute(f'DROP INDEX "{name}"')
    later = [(name, made_by) for _, name, made_by in plain]
    unique = [(name, made_by) for _, name, made_by, kind in made if kind == "u"]
    foreign = [(name, made_by) for _, name, made_by, kind in made if kind == "f"]
    for number, (name, made_by) in enumerate([*unique, *later, *foreign]):
        _execute("INSERT INTO world_aside VALUES (%s, %s, %s)", [number, name, made_by])


def _execute(query: str, given: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, given)


def _rows(query: str, given: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())
