"""A page as a person gets it: its words, and where its links go."""

import html
import re

from django.http import HttpResponse

_HIDDEN = re.compile(r"<(head|svg|title|desc)\b.*?</\1>", re.DOTALL)


def words(page: HttpResponse | str) -> str:
    """All visible text in one line. Spaces that do not break read as plain ones."""
    shown = re.sub(r"<[^>]+>", " ", _HIDDEN.sub(" ", _text(page)))
    return " ".join(html.unescape(shown).split())


def links(page: HttpResponse | str) -> dict[str, str]:
    """By the words of a link, where it goes; of two with the same words the last."""
    found = re.findall(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', _text(page), re.DOTALL)
    return {words(label): html.unescape(address) for address, label in found}


def part(page: HttpResponse | str, opening: str, closing: str) -> str:
    """The piece of markup from the first `opening` to the next `closing`; fails where there is none."""
    text = _text(page)
    start = text.index(opening)
    return text[start : text.index(closing, start)]


def _text(page: HttpResponse | str) -> str:
    return page if isinstance(page, str) else page.content.decode()
