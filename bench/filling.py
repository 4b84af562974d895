"""The world into the product's tables by COPY: profiles and listings, and nothing that a search does not read."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from bench.listings import CURRENCY, Person, people
from bench.world import World
from vetting.engagements.metrics import METRICS
from vetting.kernel.keys import uuid7
from vetting.search.models import EDITION

_AT = datetime(2026, 3, 1, tzinfo=UTC).isoformat()
_PART = 10_000
_NOTHING = {
    "declared": 1,
    "asked": 1,
    "answered": 1,
    "declined": 0,
    "silent": 0,
    "open": 0,
    "blocks": ["confirmed"],
}
_COPIES = {
    "vetting_profile": "id slug origin name biography country place languages rate rate_currency availability"
    " evidence_version created_at is_demo source_key status status_at",
    "vetting_listing": "id profile_id edition evidence_version card_computed_at theta_low theta_elsewhere terms skills"
    " metrics categories industries sizes modes languages country rate rate_currency availability level preregistered"
    " transfer hit",
    "vetting_listingmetric": "id listing_id metric theta_low change",
    "vetting_listingniche": "id listing_id metric industry theta_low",
}


def fill(world: World) -> None:
    """All of it or nothing; the indexes of lists are built at the end, all rows at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no index is built while a row waits for its check
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'vetting_listing' AND indexdef LIKE '%USING gin%'"
        )
        lists = cursor.fetchall()
        for name, _ in lists:
            cursor.execute(f"DROP INDEX {name}")
        waiting = people(world)
        while part := list(islice(waiting, _PART)):
            for table, columns in _COPIES.items():
                command = f"COPY {table} ({', '.join(columns.split())}) FROM STDIN"
                with cursor.copy(command) as copy:
                    for row in _ROWS[table](part):
                        copy.write("\t".join(map(_cell, row)) + "\n")
        for _, definition in lists:
            cursor.execute(definition)
        cursor.execute("INSERT INTO vetting_word SELECT DISTINCT unnest(terms) FROM vetting_listing")
        for table in [*_COPIES, "vetting_word"]:
            cursor.execute(f"ANALYZE {table}")


def _profiles(part: Iterable[Person]) -> Iterator[Sequence[Any]]:
    for each in part:
        number = each.id.int >> 80 & 0xFFFF_FFFF
        yield (
            each.id, f"person-{number}", "self", f"Person {number}", "", each.country, "", each.languages, each.rate,
            CURRENCY, each.availability, 1, _AT, False, "", "listed", _AT,
        )  # fmt: skip


def _listings(part: Iterable[Person]) -> Iterator[Sequence[Any]]:
    for each in part:
        yield (
            each.id, each.id, EDITION, 1, _AT, each.theta_low, each.theta_elsewhere, sorted(each.words), each.skills,
            each.metrics, each.categories, each.industries, each.sizes, each.modes, each.languages, each.country,
            each.rate, CURRENCY, each.availability, each.level, each.preregistered, each.transfer, _hit(each),
        )  # fmt: skip


def _standings(part: Iterable[Person]) -> Iterator[Sequence[Any]]:
    for each in part:
        yield from ((uuid7(), each.id, *standing) for standing in each.standings)


def _niches(part: Iterable[Person]) -> Iterator[Sequence[Any]]:
    for each in part:
        yield from ((uuid7(), each.id, *niche) for niche in each.niches)


_ROWS = {
    "vetting_profile": _profiles,
    "vetting_listing": _listings,
    "vetting_listingmetric": _standings,
    "vetting_listingniche": _niches,
}


def _hit(each: Person) -> str:
    number = each.id.int >> 80 & 0xFFFF_FFFF
    scale = {"mean": 55.0, "low": 42.0, "high": 66.0}
    return json.dumps(
        {
            "name": f"Person {number}",
            "slug": f"person-{number}",
            "place": "",
            "origin": "self",
            "is_demo": False,
            **scale,
            "counted": len(each.standings),
            "coverage": _NOTHING,
            "metrics": {
                key: {**scale, "theta_low": low, "reliability": 0.5, "n": 1} for key, low, _ in each.standings
            },
            "results": [
                {
                    "key": str(each.id),
                    "metric": key,
                    "metric_name": METRICS[key].name,
                    "baseline": "9.40 EUR",
                    "achieved": "6.10 EUR",
                    "client": "a retailer of 50-249 people in Estonia",
                    "verdict": "met",
                    "level": 3,
                    "still": "",
                    "still_months": 0,
                    "verified_on": "2026-03-01",
                    "preregistered": False,
                }
                for key, _, _ in each.standings[:2]
            ],
        }
    )


def _cell(value: Any) -> str:
    """As COPY reads a text; nothing here holds a tab or a backslash but a quoted one."""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list | tuple):
        return "{" + ",".join(f'"{each}"' for each in value) + "}"
    return str(value)
