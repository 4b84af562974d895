"""The pictures of letters in docs/pictures/letters: `python docs/letters.py` draws them anew.

Each letter to a referee as Chromium shows its HTML: in English on a wide screen, one of them in the dark as well; in each
language all of them side by side, as wide as a phone. Needs the development requirements and Debian's Chromium.
"""

import os
import shutil
import sys
from html import escape
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings
from django.utils.translation import override
from playwright.sync_api import Browser, sync_playwright

from tests.letters.samples import SAMPLES, values
from vetting.kernel.languages import ENGLISH, LANGUAGES
from vetting.mail.letters import LETTERS, render

PICTURES = PROJECT / "docs" / "pictures" / "letters"
TO_REFEREES = [name for name in LETTERS if LETTERS[name].to_referee or name == "referee_code"]
WIDE, PHONE, GAP = 700, 390, 20
SHEET_SCALE = 0.75
_SITE = "https://touchstone.example"


def html(name: str, language: str) -> str:
    letter, ask = SAMPLES[name]
    with override(language):
        return render(letter, values(letter, **ask)).html


def draw(browser: Browser, name: str, *, scheme: str) -> None:
    page = browser.new_page(viewport={"width": WIDE, "height": 400}, color_scheme=scheme)
    page.set_content(html(name, ENGLISH))
    kind = "" if scheme == "light" else f".{scheme}"
    page.screenshot(path=PICTURES / f"{name}.{ENGLISH}{kind}.jpg", type="jpeg", quality=55, full_page=True)
    page.close()


def draw_sheet(browser: Browser, language: str) -> None:
    """All letters in one language, each in a frame as wide as a phone and as high as it is long."""
    frames = [f'<iframe srcdoc="{escape(html(name, language))}"></iframe>' for name in TO_REFEREES]
    width = (PHONE + GAP) * len(frames) + GAP
    page = browser.new_page(viewport={"width": width, "height": 400}, device_scale_factor=SHEET_SCALE)
    page.set_content(
        f"<style>body {{ display: flex; gap: {GAP}px; margin: {GAP}px; align-items: start; background: #888 }}"
        f" iframe {{ border: 0; width: {PHONE}px }}</style>{''.join(frames)}"
    )
    for name, frame in zip(TO_REFEREES, page.query_selector_all("iframe"), strict=True):
        wide, high = frame.evaluate(
            "({contentDocument: {documentElement: all}}) => [all.scrollWidth, all.scrollHeight]"
        )
        assert wide <= PHONE, f"{name}.{language} is {wide - PHONE} px wider than {PHONE}"
        frame.evaluate("(frame, high) => frame.height = high", high)
    page.screenshot(path=PICTURES / f"all.{language}.phone.jpg", type="jpeg", quality=55, full_page=True)
    page.close()


def main() -> None:
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = _SITE, "Touchstone <letters@touchstone.example>"
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for name in TO_REFEREES:
            draw(browser, name, scheme="light")
        draw(browser, "outcome_ask", scheme="dark")
        for language in LANGUAGES:
            draw_sheet(browser, language)
        browser.close()


if __name__ == "__main__":
    main()
