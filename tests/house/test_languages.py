"""Six languages, each whole: no sentence missing, none that nobody reads, the same placeholders, compiled as written."""

import ast
import hashlib
import re
import tomllib

import pytest

from config import catalogues
from tests.house.files import PROJECT, python, tree
from vetting.kernel.languages import LANGUAGES

QUESTIONNAIRES = PROJECT / "vetting" / "outcomes" / "questionnaires"
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w+[^>]*>")
# What a referee was once asked does not change. Another wording is another file, with the next number.
EVER_USED = {
    "outcome-1.de": "9cb79d330cc3d1a1",
    "outcome-1.en": "2540255c564a13d9",
    "outcome-1.es": "c888c751f5fb1d97",
    "outcome-1.fr": "4a0fb63bdab88759",
    "outcome-1.lv": "838c47e8e5a06816",
    "outcome-1.ru": "1457e94ee27ddf06",
    "sustain-1.de": "da8f71b901ea7562",
    "sustain-1.en": "d7296f0dde63e16e",
    "sustain-1.es": "0c0496917b4d4151",
    "sustain-1.fr": "a1895b6740798352",
    "sustain-1.lv": "a24a000bb724b1c6",
    "sustain-1.ru": "cb28d558ac3d7eec",
}


def messages(language):
    with catalogues.source(language).open("rb") as file:
        return {message.id: message for message in catalogues.read_po(file, locale=language) if message.id}


def forms(said):
    return list(said) if isinstance(said, tuple) else [said]


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_a_catalogue_holds_every_sentence_and_no_other(language):
    known = {(message.context, message.id) for message in messages(language).values()}
    assert known == set(catalogues.sentences())
    assert [message.id for message in messages(language).values() if message.fuzzy] == []
    assert [message.id for message in messages(language).values() if not all(forms(message.string))] == []


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_sentence(language):
    """As many forms as the language has plurals, and each of them whole."""
    wrong = []
    for message in messages(language).values():
        wanted = sorted(PLACEHOLDER.findall(forms(message.id)[-1]))
        wrong += [said for said in forms(message.string) if sorted(PLACEHOLDER.findall(said)) != wanted]
    assert wrong == []


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_what_is_read_is_what_is_written(language):
    """`python -m config.catalogues` brings both up to date."""
    catalogue = catalogues.renewed(language)
    assert catalogues.source(language).read_bytes() == catalogues.written(catalogue)
    assert catalogues.source(language).with_suffix(".mo").read_bytes() == catalogues.compiled(catalogue)


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_nobody_is_shouted_at(language):
    said = [form for message in messages(language).values() for form in forms(message.string)]
    assert [words for words in said if re.search("[!\N{INVERTED EXCLAMATION MARK}]", words)] == []
    assert [words for words in said if words != words.strip() and words != "\N{NO-BREAK SPACE}:"] == []


def test_each_version_of_the_questionnaire_is_in_every_language():
    found = sorted(path.stem for path in QUESTIONNAIRES.iterdir())
    versions = sorted({stem.partition(".")[0] for stem in found})
    assert found == sorted(f"{version}.{language}" for version in versions for language in LANGUAGES)


@pytest.mark.parametrize("path", sorted(QUESTIONNAIRES.glob("*.toml")), ids=lambda path: path.stem)
def test_a_questionnaire_asks_the_same_in_every_language(path):
    def shape(of):
        rows = tomllib.loads(of.read_text())["question"]
        return [
            (
                sorted(set(row) - {"choices"}),
                row["key"],
                list(row.get("choices", {})),
                sorted(PLACEHOLDER.findall(row.get("asked", ""))),
            )
            for row in rows
        ]

    assert shape(path) == shape(path.with_name(f"{path.stem.partition('.')[0]}.en.toml"))


def test_a_questionnaire_that_was_ever_used_stays_as_it_was():
    digests = {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in QUESTIONNAIRES.iterdir()
    }
    assert digests == EVER_USED


def test_no_sentence_hides_in_an_f_string():
    """There nobody finds it who reads the code for sentences."""
    hidden = [
        f"{path}:{node.lineno}"
        for path in python("vetting")
        for outer in ast.walk(tree(path))
        if isinstance(outer, ast.JoinedStr)
        for node in ast.walk(outer)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in catalogues.CALLS
    ]
    assert hidden == []
