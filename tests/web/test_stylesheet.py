"""The one stylesheet: its contrast is computed, and no page goes round it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEET = (ROOT / "static" / "touchstone.css").read_text()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "mail" not in path.relative_to(ROOT / "templates").parts]

TEXT = ("ink", "muted", "link", "met", "missed")
GRAPHICS = ("streak", "unknown", "focus")


def tokens(block):
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block))


def scheme(name):
    light = tokens(SHEET.split(":root {")[1])
    if name == "light":
        return light
    start = SHEET.index({"dark": "@media (prefers-color-scheme: dark)", "print": "@media print"}[name])
    return light | tokens(SHEET[start : SHEET.index("}\n}", start)])


def luminance(colour):
    """WCAG 2.2, relative luminance of an sRGB colour."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_gives_what_the_standard_says():
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


def test_both_schemes_name_the_same_tokens():
    assert set(scheme("light")) == {"paper", "panel", "line", *TEXT, *GRAPHICS}
    dark = SHEET.index("@media (prefers-color-scheme: dark)")
    assert set(tokens(SHEET[dark : SHEET.index("}\n}", dark)])) == set(scheme("light"))


@pytest.mark.parametrize("name", ["light", "dark", "print"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_contrast(name, ground):
    colours = scheme(name)
    short = {token: contrast(colours[token], colours[ground]) for token in TEXT}
    assert {token: ratio for token, ratio in short.items() if ratio < 4.5} == {}
    drawn = {token: contrast(colours[token], colours[ground]) for token in GRAPHICS}
    assert {token: ratio for token, ratio in drawn.items() if ratio < 3} == {}


def test_a_button_is_readable():
    for name in ("light", "dark"):
        colours = scheme(name)
        assert contrast(colours["paper"], colours["ink"]) >= 4.5


def test_nothing_is_fetched_from_elsewhere():
    assert re.findall(r"url\(|@import|@font-face|https?:", SHEET) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_page_needs_what_the_policy_forbids(path):
    text = path.read_text()
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text) == []
