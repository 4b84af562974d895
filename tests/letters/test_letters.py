"""Every letter as a text, and what its HTML must hold. `UPDATE_LETTERS=1` writes the texts anew, to be read."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.utils.translation import override

from tests.letters.samples import SAMPLES, values
from vetting.kernel.languages import ENGLISH, LANGUAGES
from vetting.mail.letters import LETTERS, render

SNAPSHOTS = Path(__file__).parent / "snapshots"
TO_REFEREES = sorted(name for name, (letter, _) in SAMPLES.items() if LETTERS[letter].to_referee)
CODE = "referee_code"  # a letter without any link: what it brings is typed
TRANSLATED = [
    (language, name) for language in LANGUAGES if language != ENGLISH for name in [*TO_REFEREES, CODE]
]
TO_CONSULTANTS = sorted(set(SAMPLES) - set(TO_REFEREES) - {CODE})
FOR_WHAT = {
    "goal": "this one question",
    "peer": "this one question",
    "outcome": "this result: whether it is right and, if it is, at most three times within a year whether it still holds",
    "sustain": "this result: whether it is right, and at most three times within a year whether it still holds",
}


@pytest.fixture(autouse=True)
def _house(settings):
    settings.SITE_URL = "https://touchstone.example"
    settings.DEFAULT_FROM_EMAIL = "Touchstone <letters@touchstone.example>"


def rendered(name, language=ENGLISH):
    letter, ask = SAMPLES[name]
    with override(language):
        return render(letter, values(letter, **ask))


def compared(path, letter):
    text = f"Subject: {letter.subject}\n\n{letter.text}"
    if os.environ.get("UPDATE_LETTERS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return text, path.read_text(encoding="utf-8")


class Page(HTMLParser):
    """The words of an HTML letter, where its links go, and whether every tag is closed."""

    def __init__(self, html):
        super().__init__()
        self.words, self.links, self.tags, self._open = [], [], set(), []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.words.append(" " if tag in {"p", "td", "th", "br"} else "")
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in {"meta", "br"}:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open[-1:] not in ([], ["style"], ["title"]):
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


@pytest.mark.parametrize("name", SAMPLES)
def test_the_text_is_as_it_was_read_last(name):
    text, kept = compared(SNAPSHOTS / f"{name}.txt", rendered(name))
    assert text == kept


@pytest.mark.parametrize(("language", "name"), TRANSLATED)
def test_so_is_each_letter_to_a_referee_in_the_other_languages(language, name):
    letter = rendered(name, language)
    text, kept = compared(SNAPSHOTS / language / f"{name}.txt", letter)
    assert text == kept
    assert f'<html lang="{language}">' in letter.html
    assert len(letter.subject) <= 110  # the longest languages take a tenth more than English
    assert letter.subject == " ".join(letter.subject.split())


def test_no_snapshot_without_its_letter():
    found = {path.relative_to(SNAPSHOTS) for path in SNAPSHOTS.rglob("*.txt")}
    assert found == {Path(f"{name}.txt") for name in SAMPLES} | {
        Path(language, f"{name}.txt") for language, name in TRANSLATED
    }


@pytest.mark.parametrize(("language", "name"), TRANSLATED)
def test_the_html_says_what_the_text_says_in_each_of_them(language, name):
    letter = rendered(name, language)
    page = Page(letter.html)
    for paragraph in letter.text.split("\n\n")[:3]:
        for line in paragraph.splitlines():
            term, colon, said = line.partition(":")
            words = said if colon and len(term) < 24 else line
            if not line.startswith("https://"):
                assert " ".join(words.split()) in page.text, line


def test_each_letter_has_its_three_files_and_nothing_else_lies_there():
    folder = SNAPSHOTS.parents[2] / "templates" / "mail"
    shared = {"base.html", "base.txt", "told.html", "told.txt", "what.txt", "why.txt", "period.txt"}
    of_letters = {f"{name}{part}" for name in LETTERS for part in (".subject.txt", ".txt", ".html")}
    assert {path.name for path in folder.iterdir()} == of_letters | shared


@pytest.mark.parametrize("name", SAMPLES)
def test_the_subject_is_one_plain_line(name):
    subject = rendered(name).subject
    assert subject == " ".join(subject.split())
    assert not re.search(r"[{}<>&!]", subject)
    assert len(subject) <= 100


@pytest.mark.parametrize("name", SAMPLES)
def test_the_first_sentence_gives_the_reason(name):
    """What a list of letters previews: who wants what, not a greeting alone and not a logo."""
    text = rendered(name).text.split("\n\n")[1]
    reason = r"(Ana Kalniņa|Carla Conti|Ben Peer|Our letter to Carla Conti|Somebody who holds a link) "
    assert re.match(reason, text), text


@pytest.mark.parametrize("name", TO_REFEREES)
def test_a_referee_is_told_who_named_her_what_is_kept_and_how_to_end_it(name):
    text, kind = rendered(name).text, SAMPLES[name][0].partition("_")[0]
    named_by = SAMPLES[name][1].get("named_by", "Ana Kalniņa")
    for words in (
        f"{named_by} gave us your name and this address on 4 May 2026, for {FOR_WHAT[kind]}. We use them for",
        "The question is open until 3 June 2026",
        "what you said before stands" if kind == "sustain" else "we erase them 30 days later",
        "a copy, a correction or the erasure of your data",
        "letters@touchstone.example",
        "\nhttps://touchstone.example/r/k3y/\n",
        "\nhttps://touchstone.example/r/k3y/decline/\n",
        "\nhttps://touchstone.example/r/k3y/stop/\n",
        "\nhttps://touchstone.example/r/k3y/mine/\n",
    ):
        assert words in text, words


@pytest.mark.parametrize("name", SAMPLES)
def test_the_html_says_what_the_text_says(name):
    letter, page = rendered(name), Page(rendered(name).html)
    links = [link for link in page.links if link.startswith("https://touchstone.example/r/")]
    if name in TO_REFEREES:
        key = "https://touchstone.example/r/k3y/"
        assert links == [key, f"{key}decline/", f"{key}stop/", f"{key}mine/"]
    elif name == CODE:
        assert page.links == ["https://touchstone.example/"]
    else:
        assert links == []
        assert "https://touchstone.example/desk/" in page.links
    for paragraph in letter.text.split("\n\n")[:3]:
        for line in paragraph.splitlines():
            words = re.sub(r"^[A-Z][a-z ]+: ", "", line)
            if not words.startswith("https://"):
                assert words in page.text, words


@pytest.mark.parametrize("name", SAMPLES)
def test_the_html_is_narrow_dark_if_wished_and_needs_nothing_from_elsewhere(name):
    html = rendered(name).html
    page = Page(html)
    assert page.tags.isdisjoint({"img", "script", "link", "iframe", "object", "form"})
    assert html.count('<a class="button"') == (0 if name == CODE else 1)
    assert "max-width: 560px" in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "style=" in html  # programs that drop the head still show it set
    assert "url(" not in html


def test_what_people_wrote_is_text_and_never_markup():
    letter = rendered("goal_ask")
    assert "Without <dismissals>." in letter.text
    assert "Paper Umbrella & Sons" in letter.text
    assert "Without &lt;dismissals&gt;." in letter.html
    assert "Paper Umbrella &amp; Sons" in letter.html


def test_a_line_break_in_a_name_does_not_make_a_header():
    sample = values("outcome_ask")
    sample["consultant"] = "Ana\r\nBcc: eve@pocket.example\u2028x"
    assert render("outcome_ask", sample).subject.startswith("Ana Bcc: eve@pocket.example x asks:")


def test_an_unknown_letter_is_a_mistake():
    with pytest.raises(KeyError):
        render("farewell", {})
