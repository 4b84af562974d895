"""Who else answers the same questions over the same people: tantivy, and SQLite's full-text search.

An answer is the first twenty and exact counts of seven facets. Neither can order by a pair's score: there they order by
the overall one, and what they find is compared by number alone.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from bench.asking import Asking
from bench.listings import Person

COUNTED = ("metrics", "categories", "industries", "languages", "skills", "country", "availability")
_FIELDS = {
    "metric": "metrics",
    "industry": "industries",
    "language": "languages",
    "skill": "skills",
    "availability": "availability",
}
Answering = Callable[[Asking], int]


def _values(person: Person) -> dict[str, Sequence[str]]:
    single = {"country": [person.country], "availability": [person.availability]}
    return {name: getattr(person, name) for name in COUNTED[:5]} | single


def with_tantivy(people: Iterable[Person], folder: Path) -> Answering:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
    for name in COUNTED:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("rate", indexed=True, fast=True)
    builder.add_float_field("rank", fast=True)
    schema = builder.build()
    folder.mkdir(parents=True)
    index = tantivy.Index(schema, path=str(folder))
    writer = index.writer(200_000_000, 1)
    for each in people:
        document = tantivy.Document(words=[" ".join(each.words)], rate=each.rate, rank=each.theta_low)
        for name, values in _values(each).items():
            for value in values:
                document.add_text(name, value)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    facets = {name: {"terms": {"field": name, "size": 6_000}} for name in COUNTED}

    def answer(asking: Asking) -> int:
        parts = [
            (tantivy.Occur.Must, tantivy.Query.term_query(schema, "words", each)) for each in asking.words
        ]
        parts += [
            (tantivy.Occur.Must, tantivy.Query.term_query(schema, _FIELDS[name], value))
            for name, value in asking.filters.items()
            if name in _FIELDS
        ]
        if "rate" in asking.filters:
            most = tantivy.Query.range_query(
                schema, "rate", tantivy.FieldType.Float, 0.0, float(asking.filters["rate"])
            )
            parts.append((tantivy.Occur.Must, most))
        query = tantivy.Query.boolean_query(parts) if parts else tantivy.Query.all_query()
        found = searcher.search(query, limit=20, order_by_field="rank")
        searcher.aggregate(query, facets)
        return int(found.count)

    return answer


def with_sqlite(people: Iterable[Person], path: Path) -> Answering:
    """Words and values of facets in one full-text table, numbers and values to be counted in tables of their own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    base = sqlite3.connect(path)
    base.executescript(
        "PRAGMA journal_mode=off; PRAGMA synchronous=off; PRAGMA cache_size=-200000;"
        "CREATE VIRTUAL TABLE found USING fts5(words, content='', tokenize=\"unicode61 tokenchars '_'\");"
        "CREATE TABLE person (id INTEGER PRIMARY KEY, rank REAL, rate REAL);"
        "CREATE TABLE has (person INTEGER, facet INTEGER, value TEXT);"
    )
    for number, each in enumerate(people):
        values = _values(each)
        tokens = [*each.words, *(_token(name, value) for name in values for value in values[name])]
        base.execute("INSERT INTO found (rowid, words) VALUES (?, ?)", (number, " ".join(tokens)))
        base.execute("INSERT INTO person VALUES (?, ?, ?)", (number, each.theta_low, each.rate))
        base.executemany(
            "INSERT INTO has VALUES (?, ?, ?)",
            [(number, at, value) for at, name in enumerate(values) for value in values[name]],
        )
    base.execute("CREATE INDEX has_person ON has (person, facet, value)")
    base.execute("CREATE INDEX person_rank ON person (rank DESC)")
    base.commit()

    def answer(asking: Asking) -> int:
        tokens = [*asking.words, *(_token(_FIELDS[k], v) for k, v in asking.filters.items() if k in _FIELDS)]
        matching, given = "SELECT id FROM person", []
        if tokens:
            matching, given = "SELECT rowid AS id FROM found WHERE found MATCH ?", [" AND ".join(tokens)]
        if "rate" in asking.filters:
            matching = f"SELECT id FROM person WHERE id IN ({matching}) AND rate <= ?"
            given.append(float(asking.filters["rate"]))  # type: ignore[arg-type]  # a filter of a rate holds a number
        base.execute("DROP TABLE IF EXISTS temp.hits")
        base.execute(f"CREATE TEMP TABLE hits AS {matching}", given)
        base.execute(
            "SELECT id FROM person WHERE id IN (SELECT id FROM hits) ORDER BY rank DESC LIMIT 20"
        ).fetchall()
        base.execute(
            "SELECT facet, value, count(*) FROM hits JOIN has ON has.person = hits.id GROUP BY facet, value"
        ).fetchall()
        return int(base.execute("SELECT count(*) FROM hits").fetchone()[0])

    return answer


def _token(name: Any, value: str) -> str:
    return f"{name}_{value.replace(' ', '_').replace('-', '_')}"
