"""German and Russian on a phone, without scripts: the longest words fit, and the language is changed by hand."""

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import builders
from tests.browser.test_referee import WCAG
from tests.builders import AT
from tests.drawer import key_of
from tests.web.referee import EFFECT, NOW
from vetting.outcomes.models import Attestation

pytestmark = pytest.mark.django_db(transaction=True)

WIDTH = 390
NAMES = {"de": "Deutsch", "ru": "Русский"}
HEADINGS = {"de": "Stimmt dieses Ergebnis?", "ru": "Верен ли этот результат?"}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW):
        yield


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth") == WIDTH, page.url


@pytest.mark.parametrize("language", ["de", "ru"])
def test_she_changes_the_language_and_answers(language, live_server, new_page):
    ask = builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))
    page = new_page(width=WIDTH, height=844, java_script_enabled=False)
    page.goto(f"{live_server.url}/r/{key_of(ask, at=AT)}/")
    page.locator(".languages summary").click()
    button = page.get_by_role("button", name=NAMES[language])
    assert button.bounding_box()["height"] >= 44
    fits(page)
    button.click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[language])
    page.locator(".introduction summary").click()
    fits(page)

    onward = page.locator("form[data-saves] button.button:not([name])")
    onward.click()  # nothing is chosen: the errors are there and fit as well
    expect(page.get_by_role("alert")).to_be_visible()
    fits(page)
    page.locator("[name=worked_together][value=yes]").check()
    page.locator("[name=role]").fill(
        "Leiterin der Kundendienstzentrale und Beauftragte für Geschäftsprozesse"
    )
    onward.click()
    fits(page)
    page.locator("[name=baseline][value=confirm]").check()
    page.locator("[name=result][value=correct]").check()
    page.locator("[name=result_value]").fill("6,50 EUR")
    onward.click()
    for name, code in EFFECT.items():
        page.locator(f"[name={name}][value='{code}']").check()
    fits(page)
    onward.click()
    fits(page)
    page.locator("[name=publish][value=named]").check()
    onward.click()
    fits(page)
    assert (Attestation.objects.get().language, str(Attestation.objects.get().result_value)) == (
        language,
        "6.500000",
    )


@pytest.mark.parametrize("language", ["de", "ru"])
def test_nobody_is_shut_out(language, live_server, new_page):
    ask = builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))
    page = new_page(width=WIDTH, height=844, locale=language)
    page.goto(f"{live_server.url}/r/{key_of(ask, at=AT)}/")
    page.locator(".languages summary").click()
    page.get_by_role("button", name=NAMES[language]).click()
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    for way in ("decline", "not-me", "stop", "stop-consultant"):
        page.goto(f"{live_server.url}/r/a/{ask.pk}/{way}/")
        fits(page)
