"""The speed benches run: small, on a database of their own that is gone afterwards. Their figures mean nothing here."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from bench import place
from config import embedded, env
from tests.house.files import PROJECT

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("bench", "measures"),
    [
        ("rescore", ["everybody", "writing and swapping all cards"]),
        (
            "api",
            [
                "bare view",
                "one row by key",
                "dossier",
                "dossier page",
                "list",
                "list by page number",
                "search",
            ]
            + ["dossier page by gzip 6"],
        ),
        ("freshness", ["answer to scorecard", "answer to search page"]),
    ],
)
def test_a_bench_prints_what_it_measured_as_lines_of_json(bench, measures):
    run = subprocess.run(
        [sys.executable, "-m", f"bench.{bench}", "--scale", "small"],
        cwd=PROJECT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": place.url(),
            "REDIS_URL": env.given("REDIS_URL") or embedded.redis_url(embedded.TESTS),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["measure"] for line in lines] == measures
    assert {line["bench"] for line in lines} == {bench}
    with connection.cursor() as cursor:
        name = f"{connection.settings_dict['NAME']}_bench_200"
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name])
        assert cursor.fetchone() == (0,)
