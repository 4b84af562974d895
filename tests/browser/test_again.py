"""Asked the same number again, on the narrowest phone, without scripts."""

from datetime import timedelta

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import builders as b
from tests.browser.test_referee import WCAG
from tests.web.test_again import MONDAY, NOW, asked, key_of
from vetting.outcomes.models import FollowUp

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def link(live_server):
    ask = asked(b.result(b.consultant()))
    with time_machine.travel(NOW):
        yield f"{live_server.url}/r/{key_of(ask, at=MONDAY)}/"


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (320, "dark")])
def test_one_question_and_her_own_number_as_thanks(link, new_page, width, scheme):
    phone = new_page(width=width, java_script_enabled=False, color_scheme=scheme)
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Is it still so?")
    number = phone.get_by_label("The number now")
    expect(number).to_be_hidden()
    phone.get_by_label("It is better now").check()
    number.fill("6,90 EUR")
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.get_by_role("alert")).to_contain_text(
        "You chose better; for Cost per ticket that is below 6.10"
    )
    expect(number).to_have_value("6,90 EUR")
    phone.get_by_label("It is worse now").check()
    assert phone.evaluate("document.documentElement.scrollWidth") <= width
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you. This is how your number has gone.")
    expect(phone.get_by_role("img").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= width
    assert FollowUp.objects.get().still == "faded"
    phone.reload()
    expect(phone.get_by_text("It is worse now: 6.90 EUR")).to_be_visible()
    assert FollowUp.objects.count() == 1


def test_nothing_keeps_a_person_from_answering(link, new_page):
    page = new_page(width=390)
    page.goto(link)
    page.get_by_label("It is worse now").check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert Axe().run(page, options=WCAG).response["violations"] == []
    page.get_by_label("I cannot say").check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you.")
    assert Axe().run(page, options=WCAG).response["violations"] == []


def test_the_shortest_honest_answer_takes_two_presses(link, new_page):
    page = new_page(width=390, java_script_enabled=False)
    page.goto(link)
    page.get_by_label("Yes, it is still that").click()
    page.get_by_role("button", name="Send my answer").click()
    assert FollowUp.objects.get().still == "held"
    assert FollowUp.objects.get().given_at < NOW + timedelta(minutes=2)
