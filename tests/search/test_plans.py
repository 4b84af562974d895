"""How PostgreSQL reaches listings where no segment answers: by an index wherever one knows what was asked for."""

import json
import re
from decimal import Decimal

import pytest
from django.db import connection

from bench.filling import fill
from bench.listings import DIVISIONS, METRIC_KEYS, skill, word
from bench.world import world
from tests.house.files import PROJECT
from vetting.indexes import holding
from vetting.search.queries import find
from vetting.search.rules import Query
from vetting.segments.documents import Hit

DOCUMENT = PROJECT / "docs" / "reference" / "search-plans.md"
ROW = re.compile(r"^\| ([^|`]+) \| (`[^|]+`) \|$", re.MULTILINE)
RARE, COMMON = word(900), word(10)
METRIC, INDUSTRY, SKILL = METRIC_KEYS[-1], DIVISIONS[40], skill(60)
QUESTIONS = {
    "a common word": Query(text=COMMON),
    "a rare word": Query(text=RARE),
    "three words": Query(text=f"{COMMON} {RARE} {word(60)}"),
    "a word that nobody has": Query(text="quokka"),
    "a word with a typo": Query(text=f"{word(1)}z"),
    "a word, a language and a rate": Query(text=COMMON, language="en", rate=Decimal(200), currency="EUR"),
    "a word and a metric in an industry": Query(text=COMMON, metric=METRIC, industry=INDUSTRY),
    "a metric": Query(metric=METRIC),
    "a metric in an industry": Query(metric=METRIC, industry=INDUSTRY),
    "a metric better by a part": Query(metric=METRIC, change=Decimal("0.1")),
    "an industry": Query(industry=INDUSTRY),
    "an industry, a skill and a rate": Query(
        industry=INDUSTRY, skill=SKILL, rate=Decimal(150), currency="EUR"
    ),
    "a skill": Query(skill=SKILL),
}


class Plans:
    """Of each statement that reads listings how it reaches them, asked for in its own transaction and settings."""

    def __init__(self):
        self.found = []

    def __call__(self, execute, sql, params, many, context):
        if "vetting_listing" in sql and sql.lstrip().startswith("SELECT"):
            with connection.connection.cursor() as beside:
                beside.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                (plan,) = beside.fetchone()
            (root,) = json.loads(plan) if isinstance(plan, str) else plan
            self.found += sorted(set(reached(root["Plan"])))
        return execute(sql, params, many, context)


def reached(node):
    if node.get("Relation Name") == "vetting_listing":
        below = [each["Index Name"] for each in nodes(node) if "Index Name" in each]
        yield " and ".join(sorted(set(below))) or node["Node Type"]
        return
    for child in node.get("Plans", ()):
        yield from reached(child)


def nodes(node):
    yield node
    for child in node.get("Plans", ()):
        yield from nodes(child)


def of(work):
    plans = Plans()
    with connection.execute_wrapper(plans):
        work()
    return plans.found


@pytest.mark.django_db(transaction=True)
def test_no_question_with_an_index_reads_all_listings():
    fill(world(6_000, referrals=0))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE vetting_listing")  # as a running site does by itself
    ways = {name: of(lambda query=query: find(query).facets()) for name, query in QUESTIONS.items()}
    best = [Hit(hit.rank, hit.profile_id.bytes, hit.own) for hit in find(Query()).hits]
    ways["everybody, the first page"] = of(lambda: find(Query()))[:1]
    ways["what is shown of twenty hits"] = of(lambda: holding.shown(best))
    assert [name for name, way in ways.items() if "Seq Scan" in way] == []
    written = {name: set(indexes.split("`")[1::2]) for name, indexes in ROW.findall(DOCUMENT.read_text())}
    assert list(written) == list(ways)
    assert {name: {*way} - written[name] for name, way in ways.items() if not {*way} <= written[name]} == {}
