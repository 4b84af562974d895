"""Words as they are searched for: accents folded, stemmed by language, a typo forgiven where a word finds nothing.

A listing holds each of its words as it is and stemmed in English and in the languages its consultant works in. A word
typed is looked for as it is and stemmed in every language there is a stemmer for, since nobody says in which she types.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from django.db import connection, transaction

from vetting.kernel.keys import fold

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
_LONGEST: Final = 80
_SHORTEST_STEM: Final = 3  # what is shorter would be a word of its own in too many languages
SHORTEST_TYPO: Final = 4
_LIKE: Final = 0.2  # of the trigrams; one letter in four may be wrong
_LIKELY: Final = 60
_CORRECTED: Final = 3  # words of one search at most
_REMEMBERED: Final = 50_000

# The forms a word typed is found in, any of which will do.
Forms = tuple[str, ...]


class _Stems(NamedTuple):
    by: Mapping[str, str]
    carries_nothing: bool  # in English: "of", "the"


_known: dict[str, _Stems] = {}


def words_in(text: str) -> list[str]:
    """Each once, in their order. What is no letter and no digit parts words and says nothing: no search has operators."""
    return list(dict.fromkeys(word[:_LONGEST] for word in _WORD.findall(fold(text))))


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


def corrected(text: str, in_use: Callable[[Forms], bool]) -> dict[str, str]:
    """Of each word not in use, the word in use that is most like it; empty where one has none."""
    found: dict[str, str] = {}
    for forms in forms_of(text):
        if in_use(forms):
            continue
        meant = _meant(forms[0], in_use) if len(found) < _CORRECTED else ""
        if not meant:
            return {}
        found[forms[0]] = meant
    return found


def distance(one: str, other: str) -> int:
    """How many letters were added, left out, mistaken or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        last, before, row = before, row, [i + 1]
        for j, meant in enumerate(other):
            steps = [before[j] + (letter != meant), before[j + 1] + 1, row[j] + 1]
            if i and j and letter == other[j - 1] and one[i - 1] == meant:
                steps.append(last[j - 1] + 1)
            row.append(min(steps))
    return row[-1]


def _stem(stem: str, language: str) -> str:
    """As no word is written, so that the stems of one language never meet those of another."""
    return f"{stem}.{language}"


def _forms(word: str, stems: _Stems) -> Forms:
    """A listing that holds the bare stem as a word does not hold it as a stem besides."""
    long = {language: stem for language, stem in stems.by.items() if len(stem) >= _SHORTEST_STEM}
    others = {*long.values(), *(_stem(stem, language) for language, stem in long.items())} - {word}
    return (word, *sorted(others))


def _meant(word: str, in_use: Callable[[Forms], bool]) -> str:
    allowed = 1 if len(word) < 7 else 2
    if len(word) < SHORTEST_TYPO:
        return ""
    near = sorted((far, like) for like in _alike(word) if (far := distance(word, like)) <= allowed)
    return next((like for _, like in near if in_use((like,))), "")


def _alike(word: str) -> list[str]:
    """By the trigram index; its threshold holds for this transaction only."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(_LIKE)])
        cursor.execute(
            "SELECT word FROM vetting_word WHERE word %% %s AND length(word) BETWEEN %s AND %s"
            " ORDER BY similarity(word, %s) DESC, word LIMIT %s",
            [word, len(word) - 2, len(word) + 2, word, _LIKELY],
        )
        return [row[0] for row in cursor.fetchall()]


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
