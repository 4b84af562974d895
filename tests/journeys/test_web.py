"""From an e-mail address to a company's search, by pages only: a real browser without scripts, letters, a worker."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.programs import code_in, eventually, key_in

ANA, BEN, CARLA = "ana@advice.example", "ben@peer.example", "carla@paper-umbrella.example"


class Phone:
    """One person's: goes to addresses of the site, presses buttons, and reads the heading."""

    def __init__(self, site, page):
        self.site, self.page = site, page

    def to(self, address):
        return self.page.goto(f"{self.site}{address}")

    def press(self, *names):
        for name in names:
            self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name):
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def fill(self, **fields):
        """By the names of the fields: text is typed, a choice is made by its code."""
        for name, value in fields.items():
            field = self.page.locator(f"[name={name}]").first
            kind = field.evaluate("field => field.type")
            if kind == "radio":
                self.page.locator(f"[name={name}][value='{value}']").check()
            elif kind == "select-one":
                field.select_option(value)
            else:
                field.fill(value)

    def sees(self, heading):
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)


@pytest.fixture
def visit(live_server, new_page):
    """Hands out phones on which no script runs."""
    return lambda: Phone(live_server.url, new_page(width=390, height=844, java_script_enabled=False))


def sign_up(phone, letterbox):
    phone.to("/account/signup/")
    phone.fill(email=ANA)
    phone.press("Send me a code")
    phone.fill(code=code_in(letterbox.wait(ANA)))
    phone.press("Go on")
    phone.sees("Four steps to your first confirmed result")


def make_profile(phone):
    phone.follow("Make a profile")
    phone.fill(name="Ana Kalnina", country="LV", place="Riga", languages="Latvian, English")
    phone.press("Make the profile")
    phone.follow("Profile")
    for claim in (
        {"kind": "title", "text": "Visionary growth guru"},
        {"kind": "followers", "count": "90000"},
    ):
        phone.fill(**{"text": "followers"} | claim)
        phone.press("Add it, as self-described")
    expect(phone.page.locator(".claims q")).to_have_text(["followers: 90\u202f000", "Visionary growth guru"])
    phone.press("List it")


def declare_with_a_goal(phone):
    today = timezone.now().date()
    phone.follow("Work")
    phone.follow("Declare a piece of work")
    phone.fill(name="Paper Umbrella", domain="paper-umbrella.example", country="LV", industry="47")
    phone.fill(
        size_band="50-249", work="Customer service redesign", starts_on=today.isoformat(), mode="deliver"
    )
    phone.press("Declare it")
    phone.follow("Draft a goal")
    phone.fill(q="cost per ticket")
    phone.press("Search")
    phone.follow("Cost per ticket")
    phone.fill(
        baseline="9,40", target="7.00", currency="EUR", due_on=(today + timedelta(days=120)).isoformat()
    )
    phone.press("Draft the goal")


def ask(phone, whom, name):
    phone.fill(name=name, email=whom, language="en")  # the client is in Latvia
    phone.press("Read the letter first")
    phone.sees("This is what it will say")
    phone.press("Send it")


def opened(phone, letter):
    """The page behind the link of a letter."""
    phone.to(f"/r/{key_in(letter)}/")
    return phone


def test_one_result_travels_from_a_client_s_answer_to_a_company_s_search(visit, letterbox, worker):
    ana = visit()
    sign_up(ana, letterbox)
    make_profile(ana)
    declare_with_a_goal(ana)

    # The goal, accepted by letter before the work has really begun.
    ana.follow("Ask the client to accept it")
    ask(ana, CARLA, "Carla Controller")
    carla = opened(visit(), letterbox.wait(CARLA))
    carla.sees("Do you agree on this goal?")
    ana.page.reload()
    expect(ana.page.get_by_text("Accepted by the client, set beforehand.")).to_have_count(
        0
    )  # she only looked
    carla.page.get_by_label("Yes, this is our goal").check()
    carla.press("Send my answer")
    expect(carla.page.get_by_text("Accepted by the client, set beforehand.")).to_be_visible()

    # The result, and her own word on it.
    ana.page.reload()
    ana.follow("Report the result")
    ana.fill(achieved="6,10", measured_on=timezone.now().date().isoformat(), source="system_of_record")
    ana.press("Report it")
    ask(ana, CARLA, "Carla Controller")
    opened(carla, letterbox.wait(CARLA, count=2)).sees("Is this result right?")
    carla.fill(worked_together="yes", role="CFO")
    carla.press("Go on")
    carla.fill(baseline="confirm", result="correct", result_value="6,30")
    carla.press("Go on")
    carla.fill(shares="50-75", goal_before="yes", transfer="3", hire_again="yes")
    carla.press("Go on")
    carla.fill(publish="named")
    carla.press("Send my answer")
    carla.sees("Thank you. Your answer is in.")
    letterbox.wait(ANA, count=3)  # her code, and word of both answers

    # A peer.
    ana.to("/desk/peers/ask/")
    ask(ana, BEN, "Ben Peer")
    ben = opened(visit(), letterbox.wait(BEN))
    ben.sees("What did you see of their work?")
    ben.fill(relation="worked_with", seen_from="2025", seen_to="2026")
    ben.press("Go on")
    ben.fill(skill="service design", saw="She had the team count its own tickets.", gets_fee="no")
    ben.press("Go on", "Send my answer")
    ben.sees("Thank you. Your answer is in.")

    # A company without an account.
    dana = visit()
    eventually(lambda: dana.to("/search/?q=cost+per+ticket") and dana.page.locator(".hit").count())
    hit = dana.page.locator(".hit")
    expect(dana.page.locator("#found")).to_have_text("1 consultant, by cost per ticket alone")
    expect(hit.get_by_role("listitem")).to_contain_text(["Cost per ticket 9.40 → 6.30 EUR at Paper Umbrella"])
    dana.to("/search/?q=visionary+growth+guru")
    expect(dana.page.locator("#found")).to_have_text("No confirmed result matches this")

    dana.to("/search/?language=lv")
    dana.follow("Ana Kalnina")
    dana.sees("Ana Kalnina")
    dossier = dana.page
    expect(dossier.locator("#results")).to_have_text("Results, newest first: 1 met")
    expect(dossier.locator("#coverage")).to_have_text("1 of 1 engagement was answered for")
    expect(dossier.locator("#referrals")).to_have_text("1 peer has seen the work")
    expect(dossier.locator(".coverage figcaption").first).to_contain_text(
        "declared 1 · asked 1 · answered 1 · declined 0 · silent 0"
    )
    result = dossier.locator("article.result").first
    expect(result).to_contain_text("E3 client confirmed or corrected the numbers")
    expect(result).to_contain_text("Numbers corrected by the client: CFO")
    expect(result).to_contain_text("Pre-registered: both sides accepted the goal before the work")
    adds = dossier.locator(".ledger tbody .number").first.inner_text().strip()
    expect(result).to_contain_text(f"Adds {adds} to the ledger.")
    expect(dossier.locator(".ledger tfoot .number")).to_have_text(adds)
    expect(dossier.locator(".said q")).to_have_text(["followers: 90\u202f000", "Visionary growth guru"])
