"""The catalogues of translations: `python -m config.catalogues` brings them up to what templates and code say.

A new sentence appears empty in each `.po` file, one that is gone goes, and all are compiled. Needs Babel, which only a
developer has; a running site reads the compiled files. A test compares them with what this module would write.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config.places import PROJECT
from vetting.engagements.metrics import METRICS
from vetting.kernel.languages import ENGLISH, LANGUAGES

TRANSLATED: Final = tuple(language for language in LANGUAGES if language != ENGLISH)
# Which arguments hold a sentence, by the names under which code and templates ask for one.
CALLS: Final = ("_", "gettext", "gettext_lazy", "ngettext", "pgettext")
_WITH_CONTEXT: Final = ("pgettext",)
_OF_METRICS: Final = "metric"
_ONCE: Final = datetime(
    2026, 1, 1, tzinfo=UTC
)  # when it was changed is in its history; equal content is equal bytes

_EMPTY_HEADERS: Final = tuple(
    f'"{name}'.encode()
    for name in ("Project-Id", "Report-", "POT-", "PO-", "Last-", "Language-Team", "Generated-")
)

_Sentence = tuple[str | None, str | tuple[str, ...]]


def source(language: str) -> Path:
    return PROJECT / "locale" / language / "LC_MESSAGES" / "django.po"


@cache
def sentences() -> dict[_Sentence, list[tuple[str, int]]]:
    """Every sentence that is to be translated, by context and text, with the files that say it."""
    found: dict[_Sentence, list[tuple[str, int]]] = {}
    for where, context, text in _said():
        places = found.setdefault((context, text), [])
        if (where, 0) not in places:
            places.append((where, 0))
    return found


def renewed(language: str) -> Catalog:
    """The catalogue as it is to stand: every sentence there is and no other, with the translations kept."""
    known = _known(language)
    catalogue = Catalog(
        locale=language,
        header_comment=f"# Touchstone in {LANGUAGES[language]}: `python -m config.catalogues` keeps it up to date.",
        creation_date=_ONCE,
        revision_date=_ONCE,
        fuzzy=False,
    )
    for (context, text), places in sentences().items():
        one = text if isinstance(text, str) else text[0]
        message = known.get(one, context)
        kept = message.string if message is not None and message.id == text else None
        catalogue.add(text, kept, locations=places, context=context)
    return catalogue


def written(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalogue, width=0, include_lineno=False, sort_output=True)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_EMPTY_HEADERS))


def compiled(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def _known(language: str) -> Catalog:
    path = source(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _said() -> Iterator[tuple[str, str | None, str | tuple[str, ...]]]:
    templates = sorted(path for path in (PROJECT / "templates").rglob("*") if path.is_file())
    for path in templates:
        lines = templatize(path.read_text(encoding="utf-8")).splitlines()
        yield from _in_code(
            path, "\n".join(line.strip() for line in lines)
        )  # no code: indented by its markup
    for path in sorted((PROJECT / "vetting").rglob("*.py")):
        yield from _in_code(path, path.read_text(encoding="utf-8"))
    for metric in METRICS.values():
        yield "vetting/engagements/metrics.toml", _OF_METRICS, metric.name
        yield "vetting/engagements/metrics.toml", _OF_METRICS, metric.formula


def _in_code(path: Path, code: str) -> Iterator[tuple[str, str | None, str | tuple[str, ...]]]:
    where = str(path.relative_to(PROJECT))
    found: Iterator[Any] = extract_python(BytesIO(code.encode()), dict.fromkeys(CALLS), [], {})
    for _line, call, said, _comments in found:
        texts = [text for text in ((said,) if isinstance(said, str) else said) if text]
        context = texts.pop(0) if call in _WITH_CONTEXT and texts else None
        if texts:
            yield where, context, texts[0] if len(texts) == 1 else tuple(texts)


if __name__ == "__main__":
    for _language in TRANSLATED:
        source(_language).parent.mkdir(parents=True, exist_ok=True)
        _catalogue = renewed(_language)
        source(_language).write_bytes(written(_catalogue))
        source(_language).with_suffix(".mo").write_bytes(compiled(_catalogue))
        _empty = sum(1 for message in _catalogue if message.id and not all(message.string or [""]))
        print(f"{_language}: {len(_catalogue)} sentences, {_empty} not translated yet")
