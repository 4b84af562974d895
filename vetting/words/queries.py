"""Words as they are searched for: accents folded, stemmed by language, a typo forgiven where a word finds nothing.

A listing holds each of its words as it is and stemmed in English and in the languages its consultant works in. A word
typed is looked for as it is and stemmed in every language there is a stemmer for, since nobody says in which she types.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from django.db import connection
from django.db.models.functions import Length

from vetting.kernel.keys import fold
from vetting.segments import spelling
from vetting.segments.documents import STEM
from vetting.segments.spelling import LONGEST, SHORTEST, lettered
from vetting.words.models import Word

# ISO 639-1 to the stemmers that PostgreSQL 15 and later bring along.
STEMMERS: Final[Mapping[str, str]] = {
    "ar": "arabic_stem",
    "hy": "armenian_stem",
    "eu": "basque_stem",
    "ca": "catalan_stem",
    "da": "danish_stem",
    "nl": "dutch_stem",
    "en": "english_stem",
    "fi": "finnish_stem",
    "fr": "french_stem",
    "de": "german_stem",
    "el": "greek_stem",
    "hi": "hindi_stem",
    "hu": "hungarian_stem",
    "id": "indonesian_stem",
    "ga": "irish_stem",
    "it": "italian_stem",
    "lt": "lithuanian_stem",
    "ne": "nepali_stem",
    "no": "norwegian_stem",
    "pt": "portuguese_stem",
    "ro": "romanian_stem",
    "ru": "russian_stem",
    "sr": "serbian_stem",
    "es": "spanish_stem",
    "sv": "swedish_stem",
    "ta": "tamil_stem",
    "tr": "turkish_stem",
    "yi": "yiddish_stem",
}
_WORD: Final = re.compile(r"[^\W_]+")
_SHORTEST_STEM: Final = 3  # what is shorter would be a word of its own in too many languages
_CORRECTED: Final = 3  # words of one search at most
_REMEMBERED: Final = 50_000

# The forms a word typed is found in, any of which will do.
Forms = tuple[str, ...]


class Known(Protocol):
    """The words of all who can be found."""

    def in_use(self, terms: Forms, /) -> bool:
        """Whether somebody is found by one of these."""
        ...

    def near(self, typed: str, most: int, /) -> Sequence[str]:
        """Words at most so many letters away, the nearest first and then by their letters, whether still in use or not."""
        ...


class _Stems(NamedTuple):
    by: Mapping[str, str]
    carries_nothing: bool  # in English: "of", "the"


_known: dict[str, _Stems] = {}


def words_in(text: str) -> list[str]:
    """Each once, in their order. What is no letter and no digit parts words and says nothing: no search has operators."""
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(fold(text))))


def terms_of(text: str, languages: Iterable[str]) -> list[str]:
    """What finds a listing that holds this text."""
    words = words_in(text)
    known = _stems(words)
    spoken = sorted({"en", *languages} & STEMMERS.keys())
    stems = {
        _stem(stem, each)
        for word in words
        for each in spoken
        if (stem := known[word].by.get(each, word)) != word
    }
    return sorted({*words, *stems})


def forms_of(text: str) -> list[Forms]:
    """What a listing must hold, one of each. A word that carries nothing is left out unless there is no other."""
    words = words_in(text)
    known = _stems(words)
    carrying = [word for word in words if not known[word].carries_nothing] or words
    return [_forms(word, known[word]) for word in carrying]


def corrected(text: str, known: Known) -> dict[str, str]:
    """Of each word not in use, the word in use that is most like it; empty where one has none."""
    found: dict[str, str] = {}
    for forms in forms_of(text):
        if known.in_use(forms):
            continue
        meant = _meant(forms[0], known) if len(found) < _CORRECTED else ""
        if not meant:
            return {}
        found[forms[0]] = meant
    return found


def near(typed: str, most: int) -> list[str]:
    """Words that somebody is or was found by, at most so many letters away, the nearest first and then by their letters."""
    rows = Word.objects.annotate(letters=Length("word")).order_by()
    likely = rows.filter(letters__gte=len(typed) - most, letters__lte=len(typed) + most)
    words = lettered(likely.values_list("word", flat=True))
    return [word for _, word in sorted(spelling.near(words, typed, most))]


def _stem(stem: str, language: str) -> str:
    """As no word is written, so that the stems of one language never meet those of another."""
    return f"{stem}{STEM}{language}"


def _forms(word: str, stems: _Stems) -> Forms:
    """A listing that holds the bare stem as a word does not hold it as a stem besides."""
    long = {language: stem for language, stem in stems.by.items() if len(stem) >= _SHORTEST_STEM}
    others = {*long.values(), *(_stem(stem, language) for language, stem in long.items())} - {word}
    return (word, *sorted(others))


def _meant(word: str, known: Known) -> str:
    if len(word) < SHORTEST:
        return ""
    return next((like for like in known.near(word, 1 if len(word) < 7 else 2) if known.in_use((like,))), "")


def _stems(words: Sequence[str]) -> dict[str, _Stems]:
    """Kept, since a stemmer never changes its mind."""
    asked = [word for word in words if word not in _known]
    found = {word: _known[word] for word in words if word in _known} | (_ask(asked) if asked else {})
    if len(_known) > _REMEMBERED:
        _known.clear()
    _known.update(found)
    return found


def _ask(words: Sequence[str]) -> dict[str, _Stems]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, language, ts_lexize(stemmer::regdictionary, word)"
            " FROM unnest(%s::text[]) AS word, unnest(%s::text[], %s::text[]) AS known(language, stemmer)",
            [list(words), list(STEMMERS), list(STEMMERS.values())],
        )
        rows = cursor.fetchall()
    by: dict[str, dict[str, str]] = {word: {} for word in words}
    for word, language, lexemes in rows:
        if lexemes:
            by[word][language] = lexemes[0]
    # A word a stemmer knows to carry nothing has no lexeme there.
    return {word: _Stems(stems, "en" not in stems) for word, stems in by.items()}
