"""A segment answers what a plain loop over the same documents answers: in hits, order and every count."""

from collections import Counter
from random import Random

import pytest

from vetting.segments.answering import Answer
from vetting.segments.building import build
from vetting.segments.documents import FACETS, LARGEST_RATE, TERM, Document, Question, SegmentError
from vetting.segments.files import check, read, write
from vetting.segments.segment import Segment

MOST = 5
METRICS, INDUSTRIES, LANGUAGES, SKILLS = (
    ("m1", "m2", "m3"),
    ("G", "47", "K", "64"),
    ("de", "en", "lv"),
    "abcdefgh",
)
SINGLE = {
    "country": ("DE", "LV", "ä", ""),
    "availability": ("now", ""),
    "level": ("", "2", "3"),
    "transfer": ("true", ""),
}


def document(draw, number, ranks):
    def some(values, most):
        return sorted(draw.sample(values, draw.randint(0, min(most, len(values)))))

    metrics, industries = some(METRICS, 3), some(INDUSTRIES, 3)
    single = {name: [value] if (value := draw.choice(values)) else [] for name, values in SINGLE.items()}
    priced = draw.random() < 0.8
    return Document(
        id=number.to_bytes(8) + draw.randbytes(8),
        rank=draw.choice(ranks),
        elsewhere=draw.choice(ranks) - 0.5,
        terms=some([f"w{n}" for n in range(30)], 12),
        values={
            "metrics": metrics,
            "industries": industries,
            "languages": some(LANGUAGES, 2),
            "skills": some(SKILLS, 6),
            "sizes": some(("1-9", "10-49"), 2),
            **single,
        },
        rate=draw.randint(1, 500) if priced else 0,
        currency=draw.choice(("EUR", "USD")) if priced else "",
        standings={metric: (draw.choice(ranks), draw.random()) for metric in metrics},
        niches={
            (metric, industry): draw.choice(ranks)
            for metric in metrics
            for industry in industries
            if draw.random() < 0.6
        },
    )


def question(draw, known):
    anyof = [
        [(TERM, f"w{n}") for n in draw.sample(range(34), draw.randint(1, 3))]
        for _ in range(draw.choice((0, 0, 1, 2)))
    ]
    metric = draw.choice(("", "", *METRICS, "m9"))
    industry = draw.choice(("", "", *INDUSTRIES))
    anyof += [[("metrics", metric)]] * bool(metric) + [[("industries", industry)]] * bool(industry)
    for facet, values in (
        ("languages", LANGUAGES),
        ("skills", SKILLS),
        ("country", ("LV", "XX")),
        ("transfer", ("true",)),
    ):
        if draw.random() < 0.2:
            anyof.append([(facet, draw.choice(values))])
    after = None
    if draw.random() < 0.4:
        like = draw.choice(known)
        after = draw.choice((like.rank, like.elsewhere, 0.0, -9.0, 9.0)), draw.choice((like.id, bytes(16)))
    return Question(
        anyof=anyof,
        metric=metric,
        industry=industry if metric else "",
        level=draw.choice((0, 0, 0, 2, 3)),
        rate=draw.choice((None, None, 100, 400)),
        currency=draw.choice(("EUR", "CHF")),
        change=draw.choice((None, None, 0.5)),
        after=after,
        size=draw.choice((1, 3, 20)),
    )


def matches(each, asked):
    held = {(facet, value) for facet, values in each.values.items() for value in values}
    held |= {(TERM, term) for term in each.terms}
    changes = [change for metric, (_, change) in each.standings.items() if asked.metric in ("", metric)]
    return (
        all(held & {*some} for some in asked.anyof)
        and int((each.values["level"] or ["0"])[0]) >= asked.level
        and (asked.rate is None or (0 < each.rate <= asked.rate and each.currency == asked.currency))
        and (asked.change is None or max(changes, default=-1) >= asked.change)
    )


def rank(each, asked):
    if not asked.metric:
        return each.rank, True
    if not asked.industry:
        return each.standings[asked.metric][0], True
    own = each.niches.get((asked.metric, asked.industry))
    return (each.elsewhere, False) if own is None else (own, True)


def plainly(documents, asked):
    found = [each for each in documents if matches(each, asked)]
    hits = sorted((-rank(each, asked)[0], each.id, rank(each, asked)[1]) for each in found)
    if asked.after is not None:
        hits = [hit for hit in hits if hit[:2] > (-asked.after[0], asked.after[1])]
    counts = {}
    for facet in FACETS:
        number = Counter(value for each in found for value in each.values.get(facet, ()))
        best = sorted(number.items(), key=lambda pair: (-pair[1], pair[0].encode()))
        counts[facet] = list(dict(best[:MOST]).items())
    return [(-low, key, own) for low, key, own in hits[: asked.size + 1]], len(found), counts


def answered(segments, asked):
    answer = Answer(segments, asked, most=MOST)
    counts = {facet: list(values.items()) for facet, values in answer.counts().items()}
    return [(hit.rank, hit.id, hit.own) for hit in answer.hits], answer.total, counts


def ordered(documents):
    return sorted(documents, key=lambda each: (-each.rank, each.id))


@pytest.mark.parametrize(("seed", "size"), [(1, 1), (2, 40), (3, 300), (4, 2500), (5, 5000)])
def test_hits_order_and_counts_are_those_of_a_plain_loop(seed, size):
    """Some of the documents are superseded by those of a second and a third segment, or gone."""
    draw = Random(seed)
    ranks = [n / 7 for n in range(-6, 12)] if seed % 2 else [draw.random() for _ in range(size)]
    first = [document(draw, n, ranks) for n in range(size)]
    changed = draw.sample(range(size), size // 9)
    second = [document(draw, n, ranks) for n in changed]
    second = [
        Document(**{name: getattr(new, name) for name in Document.__slots__} | {"id": first[n].id})
        for n, new in zip(changed, second, strict=True)
    ]
    third = [document(draw, size + n, ranks) for n in range(3)]
    gone = [first[n].id for n in draw.sample(range(size), size // 20)]
    now = {each.id: each for each in (*first, *second, *third) if each.id not in gone}
    segments = [Segment(build(ordered(each))) for each in (first, second, third) if each]
    segments[0] = segments[0].without([each.id for each in second]).without(gone)
    if second:
        segments[1] = segments[1].without(gone)
    whole = [Segment(build(ordered(now.values())))]
    for _ in range(400 if size < 1000 else 150):
        asked = question(draw, first)
        expected = plainly(now.values(), asked)
        assert answered(segments, asked) == expected, asked
        assert answered(whole, asked) == expected, asked


def test_pages_one_after_the_other_are_the_whole_list():
    draw = Random(9)
    some = [document(draw, n, [0.0, 0.5, 1.0]) for n in range(200)]
    segment = Segment(build(ordered(some)))
    for metric, industry in (("", ""), ("m1", ""), ("m1", "47")):
        anyof = [[("metrics", metric)]] * bool(metric) + [[("industries", industry)]] * bool(industry)
        asked = Question(anyof=anyof, metric=metric, industry=industry, size=7)
        seen, after = [], None
        while True:
            page = Answer(
                [segment],
                Question(anyof=anyof, metric=metric, industry=industry, size=7, after=after),
                most=1,
            )
            seen += page.hits[:7]
            if len(page.hits) < 8:
                break
            after = page.hits[6].rank, page.hits[6].id
        assert [hit.id for hit in seen] == [
            key
            for _, key, _ in plainly(some, Question(anyof=anyof, metric=metric, industry=industry, size=999))[
                0
            ]
        ]
        assert len(seen) == Answer([segment], asked, most=1).total


def test_a_rate_beyond_the_arrays_is_refused_and_never_rounded():
    segment = Segment(build([document(Random(1), 1, [1.0])]))
    with pytest.raises(SegmentError):
        Answer([segment], Question(rate=LARGEST_RATE, currency="EUR"), most=1)


def test_a_file_is_what_was_written_or_is_not_used(tmp_path):
    draw = Random(3)
    arrays = build(ordered([document(draw, n, [1.0, 2.0]) for n in range(100)]))
    path = tmp_path / "deep" / "one.segment"
    size, digest = write(path, arrays)
    assert [each.name for each in path.parent.iterdir()] == ["one.segment"]
    check(path, size=size, digest=digest)
    again = Segment(read(path, size=size, digest=digest))
    asked = Question(anyof=[[(TERM, "w1"), (TERM, "w2")]])
    assert answered([again], asked) == answered([Segment(arrays)], asked)
    whole = path.read_bytes()
    assert len(whole) == size
    for place in (0, 30, size // 3, size // 2, size - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(SegmentError):
            check(path, size=size, digest=digest)
    for broken in (b"", whole[: size // 2], whole[:10], whole + b"x", b"\xff" * size):
        path.write_bytes(broken)
        with pytest.raises(SegmentError):
            read(path, size=size, digest=digest)
    path.unlink()
    with pytest.raises(SegmentError):
        read(path, size=size, digest=digest)
    write(path, arrays)
    with pytest.raises(SegmentError):
        read(path, size=size, digest="0" * 64)
