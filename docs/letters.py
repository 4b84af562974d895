"""The pictures of letters in docs/pictures/letters: `python docs/letters.py` draws them anew.

Each letter to a referee as Chromium shows its HTML: in English on a wide screen and on a phone, light and dark; in each
other language the first letter about a result, on a phone. Needs the development requirements and Debian's Chromium.
"""

import os
import shutil
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402 - only now is it known where the project lies

django.setup()

from django.conf import settings  # noqa: E402
from django.utils.translation import override  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.letters.samples import SAMPLES, values  # noqa: E402
from vetting.kernel.languages import ENGLISH, LANGUAGES  # noqa: E402
from vetting.mail.letters import LETTERS, render  # noqa: E402

PICTURES = PROJECT / "docs" / "pictures" / "letters"
TO_REFEREES = [name for name in LETTERS if LETTERS[name].to_referee or name == "referee_code"]
WIDE, PHONE = 700, 390
_SITE = "https://touchstone.example"


def html(name: str, language: str) -> str:
    letter, ask = SAMPLES[name]
    with override(language):
        return render(letter, values(letter, **ask)).html


def draw(browser: Browser, name: str, language: str, *, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 400}, color_scheme=scheme)
    page.set_content(html(name, language))
    too_wide = page.evaluate("document.documentElement.scrollWidth") - width
    assert too_wide <= 0, f"{name}.{language} is {too_wide} px wider than {width}"
    kind = "" if (width, scheme) == (WIDE, "light") else f".{'phone' if width == PHONE else scheme}"
    page.screenshot(path=PICTURES / f"{name}.{language}{kind}.jpg", type="jpeg", quality=55, full_page=True)
    page.close()


def main() -> None:
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = _SITE, "Touchstone <letters@touchstone.example>"
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for name in TO_REFEREES:
            draw(browser, name, ENGLISH, width=WIDE, scheme="light")
        draw(browser, "outcome_ask", ENGLISH, width=WIDE, scheme="dark")
        for language in LANGUAGES:
            draw(browser, "outcome_ask", language, width=PHONE, scheme="light")
        browser.close()


if __name__ == "__main__":
    main()
