from collections import Counter
from string import ascii_uppercase

import pytest

from vetting.companies.catalogue import (
    INDUSTRIES,
    SIZE_BANDS,
    SizeBand,
    UnknownIndustry,
    find,
    industry,
    section_of,
    unnamed,
)
from vetting.kernel.lookup import words_of

# ISIC Rev. 4: the divisions of each section, as its introduction lists them.
DIVISIONS = {
    "A": (1, 3), "B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43), "G": (45, 47),
    "H": (49, 53), "I": (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68), "M": (69, 75), "N": (77, 82),
    "O": (84, 84), "P": (85, 85), "Q": (86, 88), "R": (90, 93), "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip


def test_the_classification_is_whole_and_in_its_order() -> None:
    expected = []
    for section, (first, last) in DIVISIONS.items():
        expected.append((section, section))
        expected += [(f"{number:02}", section) for number in range(first, last + 1)]
    assert [(entry.code, entry.section) for entry in INDUSTRIES.values()] == expected
    assert list(INDUSTRIES) == [code for code, _ in expected]


def test_there_are_21_sections_and_88_divisions() -> None:
    assert "".join(entry.code for entry in INDUSTRIES.values() if entry.is_section) == ascii_uppercase[:21]
    assert len([entry for entry in INDUSTRIES.values() if not entry.is_section]) == 88


def test_titles_are_the_official_ones() -> None:
    assert industry("G").name == "Wholesale and retail trade; repair of motor vehicles and motorcycles"
    assert industry("47").name == "Retail trade, except of motor vehicles and motorcycles"
    assert (
        industry("21").name == "Manufacture of basic pharmaceutical products and pharmaceutical preparations"
    )
    assert industry("99").name == "Activities of extraterritorial organizations and bodies"


def test_every_industry_can_stand_in_a_sentence() -> None:
    wrong = [
        entry.code
        for entry in INDUSTRIES.values()
        if not entry.place_word.startswith(("a ", "an ")) or not entry.synonyms
    ]
    assert wrong == []


def test_no_synonym_belongs_to_two_industries() -> None:
    counted = Counter(words_of(word) for entry in INDUSTRIES.values() for word in entry.synonyms)
    assert [words for words, times in counted.items() if times > 1 or not words] == []


def test_a_division_lies_in_its_section_and_a_section_in_itself() -> None:
    assert (section_of("47").code, section_of("G").code) == ("G", "G")


@pytest.mark.parametrize("code", ["", "g", "04", "4", "1", "100", "4711", "V", "47 ", "é", "4\x00"])
def test_what_is_no_industry(code: str) -> None:
    for ask in (industry, section_of):
        with pytest.raises(UnknownIndustry) as refused:
            ask(code)
        assert str(refused.value) == f"{code}: not an ISIC section or division such as G or 47."


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("retailer", "47"),
        ("e-commerce", "47"),
        ("E Commerce", "47"),
        ("online shops", "47"),
        ("Software", "62"),
        ("SaaS", "62"),
        ("hospitals", "86"),
        ("car maker", "29"),
        ("bank", "64"),
        ("opinion polls", "73"),
        ("47", "47"),
        ("retail trade", "47"),
        ("universität", None),
        ("gurus", None),
        ("", None),
    ],
)
def test_an_industry_is_found_by_what_people_type(typed: str, first: str | None) -> None:
    assert [entry.code for entry in find(typed)][:1] == ([first] if first else [])


def test_size_bands_leave_no_gap() -> None:
    bands = list(SIZE_BANDS.values())
    assert [band.key for band in bands] == ["1-9", "10-49", "50-249", "250-999", "1000-4999", "5000+"]
    assert list(SIZE_BANDS) == [band.key for band in bands]
    assert bands[0].least == 1
    assert [band.most and band.most + 1 for band in bands] == [*[band.least for band in bands[1:]], None]


def test_size_bands_read_as_words() -> None:
    assert SizeBand("50-249", 50, 249).label == "50-249 people"
    assert SIZE_BANDS["5000+"].label == "5000 or more people"


@pytest.mark.parametrize(
    ("code", "size", "words"),
    [
        ("47", "50-249", "a retailer of 50-249 people"),
        ("62", "", "a software company"),
        ("", "5000+", "a company of 5000 or more people"),
        ("", "", "a company"),
        ("G", "1-9", "a trading company of 1-9 people"),
    ],
)
def test_a_client_that_is_not_named(code: str, size: str, words: str) -> None:
    assert unnamed(code, size) == words


def test_a_client_of_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownIndustry):
        unnamed("XX", "1-9")
    with pytest.raises(KeyError):
        unnamed("47", "200")
