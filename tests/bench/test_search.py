"""The search bench works: each way answers, and all of them alike."""

import pytest

from bench import search
from vetting.indexes import holding


@pytest.mark.django_db(transaction=True)
def test_all_ways_find_the_same(settings, tmp_path, monkeypatch):
    settings.SEGMENTS = tmp_path
    monkeypatch.setitem(search.SCALES, "small", 400)
    monkeypatch.setitem(search.ASKED, "small", 20)
    lines = []
    p95 = search.measure("small", through_http=False, tell=lambda **line: lines.append(line))
    holding.forget()
    (equal,) = [line for line in lines if line["measure"] == "answers equal to plain SQL"]
    assert equal["equal"] == equal["of"] > 0
    (agreed,) = [line for line in lines if line["measure"] == "numbers of hits that agree"]
    assert {name for name, counted in agreed.items() if isinstance(counted, list)} == set(p95)
    assert all(same == of > 0 for same, of in (agreed[name] for name in p95))
    assert set(p95) == {"segments", "postgresql", "tantivy", "sqlite fts5"}
