"""What is read and searched, and the consultant's desk, in a real browser: both widths, both lights, no scripts."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect

from tests import builders as b
from tests.drawer import key_of
from tests.web.referee import NOW
from vetting.engagements import actions as engagements
from vetting.profiles import actions as profiles

pytestmark = pytest.mark.django_db(transaction=True)

WCAG = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}
LOOKS = ((390, "light"), (1280, "dark"))  # each width and each light once: no rule depends on both


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def world():
    """Ana, whose record has all a page can show; Bea, with one result; a guru who says much; one of whom we know nothing."""
    ana = b.consultant(rate=Decimal(900), rate_currency="EUR", availability="now")
    for claim in ({"kind": "title", "text": "Works on service desks"}, {"kind": "award", "text": "A cup"}):
        profiles.add_claim(ana, by=ana.owner.actor, at=b.AT, **claim)
    b.result(ana, organization=b.client())
    b.result(ana, "8.80", organization=b.client("Glass Harbour"))
    b.result(ana, organization=b.client("Tin Works"), publish="sealed")
    b.result(ana, organization=b.client("Stone Mill"), result_verdict="wrong")
    b.asked(b.outcome(b.goal(b.engagement(ana, b.client("Rope Yard")))), ("Rita", "rita@rope-yard.example"))
    b.engagement(ana, b.client("Salt Pans"))
    planned = b.engagement(ana, b.client("Clay Pits"), starts_on=date(2026, 5, 1), ends_on=None)
    goal = b.goal(planned, due_on=date(2026, 12, 1), note="Without dismissals.")
    letter = engagements.propose_goal(
        goal, name="Gina", email="gina@clay-pits.example", by=ana.owner.actor, at=b.AT
    )
    b.referral(ana)
    guru = b.consultant("Gus Grand", biography="The voice of a generation.")
    profiles.add_claim(
        guru, kind="followers", text="followers", count=1_240_000, by=guru.owner.actor, at=b.AT
    )
    bea, nobody = b.consultant("Bea Berg", country="DE", languages=["de"]), b.consultant("Nora New")
    b.result(bea, "8.00", organization=b.client("Iron Gate"))
    b.published(ana, bea, guru, nobody)
    return {"ana": ana, "letter": f"/r/{key_of(letter, at=b.AT)}/"}


PAGES = {
    "/": "Advisers, by what their clients confirm they achieved.",
    "/search/": "Search for advisers",
    "/search/?q=cost+per+ticket&language=lv&change=10": "Search for advisers",
    "/search/?q=visionary": "Search for advisers",
    "/c/ana-kalnina/": "Ana Kalnina",
    "/c/gus-grand/": "Gus Grand",
    "/c/nora-new/": "Nora New",
    "/method/": "How it works, and how you can check it",
    "/for-consultants/": None,
    "/forecasts/": None,
}
DESK = {
    "/desk/": "Ana Kalnina",
    "/desk/work/": "Your work",
    "/desk/work/new/": "Declare a piece of work",
    "/desk/asks/": "Everybody you asked",
    "/desk/peers/": "Peers who saw your work",
    "/desk/profile/": "Your profile",
    "/desk/keys/": None,
}


@pytest.fixture
def look(live_server, new_page):
    """Open an address and hold it against WCAG 2.2 AA at both widths in both lights; nothing scrolls sideways."""
    page = new_page()
    asked = set()
    page.on("request", lambda request: asked.add(request.url))

    def look(address, heading):
        page.goto(f"{live_server.url}{address}")
        if heading:
            expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
            found = Axe().run(page, options=WCAG).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], (address, width)

    look.page = page
    yield look
    assert {url for url in asked if not url.startswith(live_server.url)} == set()


def test_what_anybody_reads_is_accessible(world, look):
    for address, heading in PAGES.items():
        look(address, heading)


def test_the_desk_and_the_letter_s_page_are_accessible(world, look, live_server):
    browser = Client()
    browser.force_login(world["ana"].owner)
    look.page.context.add_cookies(
        [{"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": live_server.url}]
    )
    for address, heading in DESK.items():
        look(address, heading)
    look(world["letter"], "Do you agree on this goal?")


def test_a_company_searches_on_a_phone_without_scripts(world, live_server, new_page):
    phone = new_page(width=390, height=844, java_script_enabled=False)
    phone.goto(live_server.url)
    phone.get_by_label("What should change, and where?").fill("cost per ticket")
    phone.get_by_role("button", name="Search").click()
    found = phone.locator("#found")
    expect(found).to_have_text("2 consultants, by cost per ticket alone")
    latvian = phone.get_by_role("link", name="Latvian")
    expect(latvian).to_be_hidden()  # results first; the filters are one tap away
    phone.get_by_text("Filter", exact=True).click()
    latvian.click()
    expect(phone.locator(".chip")).to_contain_text(["Latvian"])
    phone.get_by_text("Filter", exact=True).click()
    phone.get_by_label("Better by at least").fill("90")
    phone.get_by_role("button", name="Apply").click()
    expect(found).to_have_text("No confirmed result matches this")
    phone.locator(".chip", has_text="90").click()
    expect(found).to_have_text("1 consultant, by cost per ticket alone")

    phone.get_by_role("link", name="Ana Kalnina").click()
    headings = phone.get_by_role("heading", level=2)
    shown = [heading.get_attribute("id") for heading in headings.all()]
    assert shown[:2] == ["standing", "coverage"]  # what is known, and how complete that is
    assert shown[-2:] == ["self", "computed"]  # her own words last
    expect(phone.locator("#results")).to_have_text(
        "Results, newest first: 2 met, 1 missed, 1 called wrong by the client, 1 not confirmed"
    )
