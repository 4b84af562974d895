"""Words as they are typed, and as they are found."""

from dataclasses import replace

import pytest

from tests import builders as b
from vetting.search.queries import find
from vetting.search.rules import Query
from vetting.words.models import Word
from vetting.words.queries import forms_of, terms_of, words_in

pytestmark = pytest.mark.django_db


def names(text):
    return [hit.shown["name"] for hit in find(Query(text=text)).hits]


@pytest.fixture
def market():
    ana = b.consultant("Ana Kalniņa", languages=["lv", "de"], place="Łódź")
    ben = b.consultant("Will Other", languages=["fr"], place="Nantes")
    b.result(ana, organization=b.client("Paper Umbrella"), work={"work": "Einführung neuer Rechnungen"})
    b.result(ben, organization=b.client("Zephyr Nord"), work={"work": "Amélioration des livraisons"})
    b.published(ana, ben)
    return ana, ben


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rechnung", ["Ana Kalniņa"]),
        ("RECHNUNGEN", ["Ana Kalniņa"]),
        ("einfuhrung", ["Ana Kalniņa"]),
        ("livraison", ["Will Other"]),
        ("amelioration", ["Will Other"]),
        ("kalnina lodz", ["Ana Kalniņa"]),
        ("umbrellas", ["Ana Kalniņa"]),
        ("will", ["Will Other"]),
        ("the will of Nantes", ["Will Other"]),
        ("ana -umbrella", ["Ana Kalniņa"]),
        ('"umbrella ana"', ["Ana Kalniņa"]),
        ("ana nantes", []),
        ("the", []),
        ("\N{SLIGHTLY SMILING FACE}", []),
        ("שלום", []),
        ("ana שלום", []),
        ("& | ! <-> :* ~ () []", []),
    ],
)
def test_what_a_text_finds(market, text, found):
    page = find(Query(text=text))
    assert ([hit.shown["name"] for hit in page.hits], page.total, page.corrected) == (found, len(found), {})


def test_a_word_that_finds_nobody_is_taken_for_the_nearest_that_does_and_this_is_said(market):
    for typed, meant, name in (
        ("umbrela", "umbrella", "Ana Kalniņa"),
        ("umbrlela", "umbrella", "Ana Kalniņa"),
        ("zefyr", "zephyr", None),
        ("zepyhr", "zephyr", "Will Other"),
        ("kalnnia", "kalnina", "Ana Kalniņa"),
        ("papre", "paper", "Ana Kalniņa"),
        ("odlz", "lodz", None),
        ("ldoz", "lodz", "Ana Kalniņa"),
    ):
        page = find(Query(text=typed))
        expected = ({typed: meant}, [name]) if name else ({}, [])
        assert (page.corrected, [hit.shown["name"] for hit in page.hits]) == expected, typed
    page = find(Query(text="papr umbrela"))
    assert (page.corrected, page.total) == ({"papr": "paper", "umbrela": "umbrella"}, 1)
    assert find(Query(text="umbrela qqqqqq")).corrected == {}
    assert find(Query(text="umbrela", country="FR")).total == 0


def test_a_word_that_finds_somebody_is_never_corrected(market):
    ana, _ = market
    find(Query(text="paper"))
    b.published(b.consultant("Papper Person"))
    page = find(Query(text="papper"))
    assert (page.corrected, names("papper")) == ({}, ["Papper Person"])
    assert find(Query(text="paper nantes")).corrected == {}
    assert ana.name not in names("papper")


def test_a_word_nobody_holds_any_more_is_nobody_s_correction(market):
    Word.objects.create(word="umbrellb")
    assert find(Query(text="umbrelb")).corrected == {"umbrelb": "umbrella"}
    assert find(Query(text="umbrellab")).corrected == {"umbrellab": "umbrella"}
    Word.objects.create(word="quokka")
    assert find(Query(text="quoka")).corrected == {}


def test_words_and_forms():
    assert words_in("Über-Größe, über 9.5%_x") == ["uber", "grosse", "9", "5", "x"]
    assert terms_of("Tickets of the Häuser", ["de", "xx"]) == [
        "haus.de",
        "hauser",
        "of",
        "the",
        "ticket.de",
        "ticket.en",
        "tickets",
    ]
    assert terms_of("", []) == []
    assert [forms[0] for forms in forms_of("cost of tickets")] == ["cost", "tickets"]
    assert [forms[0] for forms in forms_of("of the")] == ["of", "the"]
    assert "ticket" in forms_of("tickets")[0]
    assert words_in("x" * 300) == ["x" * 80]


def test_two_hundred_characters_of_nonsense_are_answered(market):
    for text in ("a " * 100, "x" * 200, "קל " * 60, "éàü" * 60, "umbrela " * 25):
        assert find(replace(Query(), text=text)).total in (0, 1)
