"""A referee's own page, and save and return, in a real browser: on a phone, with and without scripts."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import expect

from tests import builders
from tests.browser.test_referee import accessible
from tests.builders import AT, CARLA
from tests.drawer import KEY, Drawer, sweep, text_of
from tests.web.referee import NOW
from vetting.followups.models import Ask, Referee
from vetting.outcomes.models import Attestation, Outcome
from vetting.privacy.codes import send_code

pytestmark = pytest.mark.django_db(transaction=True)

MOST_ACTIONS = 25


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def link(live_server):
    """Carla's letter about Ana's result; she has answered about Ben and has been referred to by Peter."""
    ben = builders.consultant("Ben Peer")
    harbour = builders.client("Glass Harbour")
    builders.answered(
        builders.outcome(builders.goal(builders.engagement(ben, harbour, work="Service desk"))), role="CFO"
    )
    peter = builders.consultant("Peter Vitols")
    builders.referral(peter, CARLA)
    builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))
    [letter] = [each for each in sweep(AT) if str(each["To"]) == CARLA[1]]
    return f"{live_server.url}/r/{KEY.findall(text_of(letter))[0]}/"


@pytest.fixture
def phone(new_page):
    return new_page(width=390, height=844, java_script_enabled=False)


def the_code():
    drawer = Drawer()
    while send_code(post=drawer, at=NOW + timedelta(minutes=1)):
        pass
    return re.findall(r"^(\d{6})\s*$", text_of(drawer.letters[-1]), re.MULTILINE)[0]


def enter(page, link):
    page.goto(f"{link}mine/")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code from our letter")
    page.get_by_label("The code in our letter").fill(the_code())
    page.get_by_role("button", name="Open my page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you said here")


def heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_she_corrects_withdraws_and_erases_on_a_phone_without_scripts(link, phone):
    enter(phone, link)
    result = phone.get_by_role("article").filter(has_text="Ben Peer: Cost per ticket")
    result.get_by_role("link", name="Correct it").click()
    heading(phone, "Correct what you said")
    expect(phone.get_by_label("What was your role?")).to_have_value("CFO")
    phone.locator("[name=result][value=correct]").check()
    phone.get_by_label("The right result").fill("8")
    phone.get_by_role("button", name="Send the correction").click()
    expect(phone.get_by_text("corrected on 4 May 2026")).to_be_visible()
    assert (
        Outcome.objects.get(pk=Ask.objects.get(kind="outcome", status="answered").subject_id).status
        == "corrected"
    )

    phone.get_by_role("link", name="Change how it appears").click()
    phone.get_by_label("Not at all; count it, but show nothing of it").check()
    phone.get_by_role("button", name="Show it like this").click()
    expect(phone.get_by_text("A result its client keeps sealed.")).to_be_visible()

    phone.get_by_role("link", name="Take it back").click()
    phone.get_by_role("button", name="Take it back").click()
    heading(phone, "You have taken back your answer")
    assert Attestation.objects.count() == 4

    phone.get_by_role("link", name="all you said here").click()
    heading(phone, "What you said here")
    phone.get_by_role("link", name="Not me: ask somebody else").click()
    phone.get_by_label("Their name").fill("Dora Director")
    phone.get_by_label("Their e-mail address").fill("dora@paper-umbrella.example")
    phone.get_by_role("button", name="Ask this person instead").click()
    heading(phone, "You have named somebody else")

    phone.get_by_role("link", name="What I said here, and my rights").click()
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Download all of it").click()
    assert "Dora" not in Path(download.value.path()).read_text(encoding="utf-8")
    phone.get_by_role("link", name="Erase all of it").click()
    expect(phone.get_by_label("And never write to this address again")).to_be_checked()
    phone.get_by_role("button", name="Erase all of it").click()
    heading(phone, "It is erased")
    assert Referee.objects.filter(email=CARLA[1]).count() == 0


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light")])
def test_every_page_of_hers_is_accessible(link, new_page, width, scheme):
    page = new_page(width=width, color_scheme=scheme)

    page.goto(f"{link}mine/")
    accessible(page, "What you said here, and your rights")
    page.get_by_role("button", name="Send me a code").click()
    accessible(page, "Enter the code from our letter")
    page.get_by_label("The code in our letter").fill("1")
    page.get_by_role("button", name="Open my page").click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page, "Enter the code from our letter")
    page.get_by_label("The code in our letter").fill(the_code())
    page.get_by_role("button", name="Open my page").click()
    accessible(page, "What you said here")
    for name, title in (
        ("Correct it", "Correct what you said"),
        ("Change how it appears", "Change how your answer appears"),
        ("Take it back", "Take back your answer?"),
        ("Not me: ask somebody else", "Who knows better?"),
        ("Stop letters about Ana Kalnina", "Stop letters about Ana Kalnina?"),
        ("Erase all of it", "Erase all of it?"),
    ):
        page.get_by_role("link", name=name).first.click()
        accessible(page, title)
        page.goto(page.url.split("/r/")[0] + "/r/mine/")
    page.get_by_role("link", name="Look and answer").click()
    accessible(page, "Is this result right?")
    page.get_by_role("button", name="Save and come back later").click()
    accessible(page, "It is saved")


def test_what_is_typed_is_saved_as_it_is_typed(link, new_page):
    ask = Ask.objects.get(status="sent")
    page = new_page(width=390)
    page.goto(link)
    page.get_by_label("What was your role?").press_sequentially("Head of cust")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    ask.refresh_from_db()
    assert (ask.draft, ask.status) == ({"typed": {"role": "Head of cust", "interests": []}}, "started")
    page.get_by_label("I compete with the consultant").check()
    page.get_by_label("Yes", exact=True).check()
    phone = new_page(width=390, java_script_enabled=False)

    def seen():
        phone.goto(link)
        return phone.get_by_label("Yes", exact=True).is_checked()

    for _ in range(50):
        if seen():
            break
    expect(phone.get_by_label("What was your role?")).to_have_value("Head of cust")
    expect(phone.get_by_label("I compete with the consultant")).to_be_checked()


def test_going_on_at_once_loses_nothing(link, new_page):
    ask = Ask.objects.get(status="sent")
    page = new_page(width=390)
    page.goto(link)
    page.get_by_label("What was your role?").fill("CFO")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Go on").click()
    heading(page, "The numbers")
    ask.refresh_from_db()
    assert ask.draft == {"worked_together": "yes", "role": "CFO", "interests": []}
    page.go_back()
    expect(page.get_by_label("What was your role?")).to_have_value("CFO")
    page.get_by_label("What was your role?").fill("CEO")
    expect(page.get_by_role("status")).to_have_text("Saved.")


def test_a_line_that_is_down_is_said_and_tried_again(link, new_page):
    page = new_page(width=390)
    page.goto(link)
    page.goto(f"{page.url}work/")
    down = "**/r/a/**/work/"
    page.route(down, lambda route: route.fulfill(status=429))
    page.get_by_label("What was your role?").fill("CFO")
    expect(page.get_by_role("status")).to_contain_text("Not saved yet.")
    page.unroute(down)
    page.get_by_label("What was your role?").press_sequentially("!")
    expect(page.get_by_role("status")).to_have_text("Saved.")


class Keys:
    """Counts what a person presses."""

    def __init__(self, page):
        self.page, self.pressed = page, []

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed.append(key)

    def choose(self, name, value):
        """On with Tab, then the answer with Space, or down to it with the arrows."""
        self.press("Tab")
        radios = self.page.locator(f"[name={name}]")
        expect(radios.first).to_be_focused()
        place = [radios.nth(each).get_attribute("value") for each in range(radios.count())].index(value)
        self.press(*(["ArrowDown"] * place or ["Space"]))
        expect(self.page.locator(f"[name={name}][value='{value}']")).to_be_checked()


def arrived(page, text):
    """Each further screen begins at its heading, which is told and from which the first question is one key away."""
    heading(page, text)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_shortest_honest_way_takes_few_keys(link, new_page, scripts):
    """By keyboard alone: every choice made, the rest left as it may be."""
    page = new_page(width=390, java_script_enabled=scripts)
    page.goto(link)
    keys = Keys(page)
    keys.press("Tab", "Enter", "Tab")  # past the head of the page, and past the notice on data
    keys.choose("worked_together", "yes")
    keys.press("Enter")
    arrived(page, "The numbers")
    for name in ("baseline", "result"):
        keys.choose(name, "confirm")
    keys.press("Enter")
    arrived(page, "What it came from, and what stayed")
    for name, value in (("shares", "0-10"), ("goal_before", "yes"), ("transfer", "0"), ("hire_again", "yes")):
        keys.choose(name, value)
    keys.press("Enter")
    arrived(page, "Look through it and send it")
    keys.choose("publish", "named")
    keys.press("Enter")
    heading(page, "Thank you. Your answer is in.")
    assert Attestation.objects.filter(outcome__status="confirmed").count() == 2
    assert len(keys.pressed) <= MOST_ACTIONS, keys.pressed
    assert len(keys.pressed) == 23
