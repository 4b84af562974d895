"""python -m bench.rescore: everybody's card made anew, beside a loop of the ORM, one by one, and beside the hardware.

The loop is what one would write first (`bench/one_by_one.py`). It and `compute` for one consultant at a time are timed on
a sample and scaled; the loop's figures are compared with those of the cards. The limit is the time in which this machine
reads the bytes of all evidence once from memory.
"""

import resource
import time
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

import bench.ready  # noqa: F401 - before whatever reads a table
from bench.measure import say, seconds, world_of
from bench.one_by_one import scored
from vetting.kernel import editions
from vetting.profiles.models import Profile
from vetting.scorecards.actions import compute, rescore
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import in_force

SAMPLE = 200


def main() -> None:
    with world_of(__doc__ or "") as consultants:
        _everybody(consultants)
        _written(consultants)


def _everybody(consultants: int) -> None:
    size = min(SAMPLE, consultants // 10)
    sample = list(Profile.objects.order_by("?").values_list("pk", flat=True)[:size])
    scale, at, share = in_force(), timezone.now(), consultants / size
    looped: list[Scorecard] = []
    loop = share * seconds(lambda: looped.extend(scored(key, scale, at=at) for key in sample))
    singly = share * seconds(lambda: [compute([key], at=at) for key in sample])
    done: list[bool] = []
    before, spent = time.process_time(), seconds(lambda: done.append(rescore(scale, at=at)))
    used = time.process_time() - before
    if done != [True]:
        message = "Somebody else is rescoring this world already."
        raise SystemExit(message)
    cards = Scorecard.objects.in_bulk([card.profile_id for card in looped], field_name="profile_id")
    limit = _bytes_of_evidence(connection) / _bytes_a_second()
    say(
        "rescore",
        "everybody",
        consultants=consultants,
        seconds=spent,
        python_seconds=used,
        loop_seconds=loop,
        ratio=loop / spent,
        singly_seconds=singly,
        compared=len(looped),
        equal=sum(_figures(card) == _figures(cards[card.profile_id]) for card in looped),
        limit_seconds=limit,
        times_the_limit=spent / limit,
        peak_gigabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    )


def _written(consultants: int) -> None:
    table = Scorecard._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE bench_cards (LIKE {table})")
        bare = seconds(lambda: cursor.execute(f"INSERT INTO bench_cards SELECT * FROM {table}"))
        cursor.execute("DROP TABLE bench_cards")

        def write() -> None:
            beside = editions.open_next(table, label="bench")
            cursor.execute(f"INSERT INTO {beside} SELECT * FROM {table}")
            editions.swap(table, take_over=tuple)

        written = seconds(write)
    say(
        "rescore",
        "writing and swapping all cards",
        consultants=consultants,
        seconds=written,
        unlogged_seconds=bare,
        ratio=written / bare,
    )


def _figures(card: Any) -> tuple[object, ...]:
    return card.mean, card.low, card.high, card.reliability, card.counted, card.ledger


def _bytes_of_evidence(connection: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_relation_size('vetting_' || name)) FROM unnest(%s::text[]) name",
            [["engagement", "goal", "outcome", "attestation", "referral"]],
        )
        return int(cursor.fetchone()[0])


def _bytes_a_second() -> float:
    """How fast one core reads what does not fit into its caches; the best of five."""
    values = np.ones(32 * 2**20)
    return float(values.nbytes / min(seconds(values.sum) for _ in range(5)))


if __name__ == "__main__":
    main()
