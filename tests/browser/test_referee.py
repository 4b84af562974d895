"""A client and a peer on a phone, in a real browser: no scripts, no account, one cookie a letter."""

from datetime import date

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import builders
from tests.builders import AT, BEN, CARLA
from tests.drawer import KEY, sweep, text_of
from tests.web.referee import EFFECT, NOW
from vetting.engagements import actions as engagements
from vetting.followups.models import Ask
from vetting.mail.queries import is_suppressed
from vetting.outcomes.models import Attestation
from vetting.referrals import actions as referrals

pytestmark = pytest.mark.django_db(transaction=True)

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def links(live_server):
    """Carla's letter about a result, Gina's about a goal, Ben's about what he saw: kind to (ask, link)."""
    builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))
    harbour = builders.client("Glass Harbour")
    work = builders.engagement(
        builders.consultant("Eve Ozola"), harbour, starts_on=date(2026, 5, 1), ends_on=None
    )
    goal = builders.goal(work, due_on=date(2026, 12, 1), note="Without dismissals.")
    owner = work.profile.owner.actor
    engagements.propose_goal(goal, name="Gina Glass", email="gina@glass-harbour.example", by=owner, at=AT)
    peter = builders.consultant("Peter Vitols")
    referrals.ask_peer(profile=peter, name=BEN[0], email=BEN[1], by=peter.owner.actor, at=AT)
    keys = {str(letter["To"]): KEY.findall(text_of(letter))[0] for letter in sweep(AT)}
    asks = Ask.objects.select_related("referee").order_by("id")
    return {ask.kind: (ask, f"{live_server.url}/r/{keys[ask.referee.email]}/") for ask in asks}


@pytest.fixture
def phone(new_page):
    return new_page(width=390, height=844, java_script_enabled=False)


def fill_work(page, role="Head of customer service"):
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("What was your role?").fill(role)
    page.get_by_role("button", name="Go on").click()


def fill_numbers(page):
    page.locator("[name=baseline][value=confirm]").check()
    page.locator("[name=result][value=correct]").check()
    page.get_by_label("The right result").fill("6,50")
    page.get_by_role("button", name="Go on").click()


def fill_effect(page):
    for name, code in EFFECT.items():
        page.locator(f"[name={name}][value='{code}']").check()
    page.get_by_role("button", name="Go on").click()


def test_a_client_answers_on_a_phone_without_scripts(links, phone, live_server):
    ask, link = links["outcome"]
    phone.goto(link)
    assert phone.url == f"{live_server.url}/r/a/{ask.pk}/"
    expect(phone.get_by_role("heading", level=1)).to_have_text("Is this result right?")

    phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_role("alert")).to_contain_text("Please choose one.")
    fill_work(phone)

    expect(phone.get_by_label("The right result")).to_be_hidden()
    fill_numbers(phone)
    fill_effect(phone)

    named, sector = phone.locator(".reading-named"), phone.locator(".reading-sector")
    expect(named).to_be_visible()
    phone.get_by_label("Only as our kind of organization").check()
    expect(named).to_be_hidden()
    expect(sector).to_contain_text("Customer service redesign, a retailer of 50-249 people in Estonia")
    expect(sector).to_contain_text("9.40 EUR to 6.50 EUR")
    assert not Attestation.objects.exists()

    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you. Your answer is in.")
    row = Attestation.objects.get(ask=ask)
    assert (row.role, str(row.result_value), row.publish) == (
        "Head of customer service",
        "6.500000",
        "sector",
    )

    phone.goto(link)
    expect(phone.get_by_text("Head of customer service", exact=True)).to_be_visible()


def test_what_was_filled_in_is_there_again_on_another_device(links, phone, new_page):
    _, link = links["outcome"]
    phone.goto(link)
    fill_work(phone, role="CFO")
    desktop = new_page(java_script_enabled=False)
    desktop.goto(link)
    expect(desktop.get_by_text("Welcome back")).to_be_visible()
    expect(desktop.get_by_label("What was your role?")).to_have_value("CFO")
    expect(desktop.get_by_label("Yes", exact=True)).to_be_checked()


def test_two_open_letters_do_not_meet(links, phone):
    (first, first_link), (second, second_link) = links["outcome"], links["peer"]
    phone.goto(first_link)
    other = phone.context.new_page()
    other.goto(second_link)
    fill_work(phone)
    other.get_by_label("I saw the work from nearby").check()
    other.get_by_label("From which year?").fill("2024")
    other.get_by_label("To which year?").fill("2026")
    other.get_by_role("button", name="Go on").click()
    fill_numbers(phone)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.draft["role"], first.draft["result_value"]) == ("Head of customer service", "6,50")
    assert second.draft == {"relation": "observed", "seen_from": "2024", "seen_to": "2026"}


def test_a_browser_that_opens_without_clicking_changes_nothing(links, new_page):
    """What mail scanners do: scripts on, every link of the letter followed, no button pressed."""
    before = list(Ask.objects.order_by("id").values())
    scanner = new_page()
    for _, link in links.values():
        for page in ("", "decline/", "stop/"):
            scanner.goto(f"{link}{page}")
            scanner.wait_for_load_state("networkidle")
    assert list(Ask.objects.order_by("id").values()) == before
    assert not is_suppressed(CARLA[1])


def test_decline_and_stop_are_equally_easy(links, phone):
    ask, link = links["outcome"]
    phone.goto(link)
    decline, stop = (
        phone.get_by_role("link", name="I would rather not answer"),
        phone.get_by_role("link", name="Stop all letters"),
    )
    boxes = [each.bounding_box() for each in (decline, stop)]
    assert boxes[0]["height"] == boxes[1]["height"] >= 44
    assert decline.get_attribute("class") == stop.get_attribute("class")

    decline.click()
    phone.get_by_role("button", name="Decline to answer").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("You have declined to answer")
    ask.refresh_from_db()
    assert ask.status == "declined"

    phone.get_by_role("link", name="Stop all letters").click()
    phone.get_by_role("button", name="Stop all letters").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("No letter from us reaches you any more")
    assert is_suppressed(CARLA[1])


def test_stopping_by_the_link_in_the_letter(links, phone):
    """That page has no referrer and so no origin; its button must work in a real browser all the same."""
    _, link = links["peer"]
    phone.goto(f"{link}stop/")
    phone.get_by_role("button", name="Stop all letters").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("No letter from us reaches you any more")
    assert is_suppressed(BEN[1])


def test_a_goal_is_accepted_in_one_screen(links, phone):
    ask, link = links["goal"]
    phone.goto(link)
    phone.get_by_label("Yes, this is our goal").check()
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.get_by_text("Accepted by the client, set beforehand.")).to_be_visible()
    assert builders.Goal.objects.get(pk=ask.subject_id).preregistered is True


def accessible(page, heading):
    """No violation of WCAG 2.2 AA, and nothing that needs scrolling sideways.

    A click returns before the next page is there; looked at too early it has no stylesheet, and every target is small.
    """
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state("load")
    found = Axe().run(page, options=WCAG)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_every_screen_is_accessible(links, new_page, width, scheme):
    page = new_page(width=width, color_scheme=scheme)
    _, link = links["outcome"]
    page.goto(link)
    accessible(page, "Is this result right?")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page, "Is this result right?")
    fill_work(page)
    accessible(page, "The numbers")
    fill_numbers(page)
    accessible(page, "What it came from, and what stayed")
    fill_effect(page)
    accessible(page, "Look through it and send it")
    page.get_by_label("With the name of our organization").check()
    page.get_by_role("button", name="Send my answer").click()
    accessible(page, "Thank you. Your answer is in.")
    for kind, heading in (
        ("goal", "Do you agree on this goal?"),
        ("peer", "What did you see of their work?"),
    ):
        page.goto(links[kind][1])
        accessible(page, heading)
    page.goto(f"{links['peer'][1]}decline/")
    accessible(page, "You would rather not answer?")
    page.goto(f"{links['peer'][1]}stop/")
    accessible(page, "Stop all letters to this address?")
    page.get_by_role("button", name="Stop all letters").click()
    accessible(page, "No letter from us reaches you any more")
