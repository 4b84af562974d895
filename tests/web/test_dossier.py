"""One consultant's page, as a stranger, its owner and staff read it."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests import builders as b
from tests.web.reader import links, part, words
from vetting.engagements import actions as engagements
from vetting.followups import actions as followups
from vetting.followups.actions import expire
from vetting.kernel.actors import system
from vetting.outcomes.questionnaire import Still
from vetting.outcomes.waves import answer, ask_again
from vetting.profiles import actions as profiles
from vetting.scorecards.queries import of_profile
from vetting.search.dossier import results_of
from vetting.web.ledger import ledger_of, start, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return b.consultant()


def read(client, profile, **asked):
    page = client.get(f"/c/{profile.slug}/", asked)
    assert page.status_code == 200
    return page


def article(page, key):
    """The words of one piece of evidence, found by the id a link leads to."""
    return words(part(page, f'id="{key}"', "</article>").partition(">")[2])


def rows(page):
    """The ledger: what stands in each row, and what it adds."""
    return [(row["what"], row["adds"]) for row in page.context["ledger"]]


def test_the_head_says_who_and_the_streak_says_how_sure(client):
    ana = b.consultant(rate=Decimal("950.50"), rate_currency="EUR", availability="month")
    b.result(ana)
    b.published(ana)
    page, card = read(client, ana), of_profile(ana.pk)
    shown = words(page)
    assert "Riga, Latvia · Latvian, English · 950.50 EUR a day · Free within a month" in shown
    assert f"Between {card.low:.0f} and {card.high:.0f} of 100, by 1 checked result" in shown
    assert f"most likely near {card.mean:.0f}. The lower end, {card.low:.0f}, is what ranks." in shown
    assert (
        "1 of 1 engagement was answered for declared 1 · asked 1 · answered 1 · declined 0 · silent 0"
        in shown
    )
    assert "With version published-1 of the scale, on 4 May 2026, 10:00 UTC" in shown
    assert links(page)["Tell us"] == (
        "mailto:letters@touchstone.example?subject=Something%20is%20wrong%20with%20ana-kalnina"
    )


def test_self_description_stands_apart_and_quoted(client):
    guru = b.consultant("Gus Grand", biography="I <b>know</b>.\nReally.")
    profiles.add_claim(guru, kind="title", text="Growth guru", by=guru.owner.actor, at=b.AT)
    profiles.add_claim(
        guru, kind="followers", text="on a network", count=120_000, by=guru.owner.actor, at=b.AT
    )
    b.published(guru)
    page = read(client, guru)
    section = part(page, '<section class="quote section', "</section>")
    assert words(section).endswith(
        "Self-described In the consultant's own words. No score and no search reads them. "
        "Followers on a network: 120 000 Title Growth guru About I <b>know</b>. Really."
    )
    assert "<b>know</b>" not in section
    assert section.count("<q>") == 3
    assert not re.search(r"<h[12][^>]*>[^<]*(guru|know)", page.content.decode())


def test_nothing_self_described_shows_nothing(client, ana):
    assert "Self-described" not in words(read(client, ana))


def test_a_confirmed_result_tells_everything(client, ana):
    done = b.result(ana)
    b.published(ana)
    page = read(client, ana)
    [adds] = [adds for what, adds in rows(page)]
    assert article(page, done.pk) == (
        "Cost per ticket Customer service redesign, Paper Umbrella, January 2026 to April 2026 "
        "Confirmed by the client: CFO, 4 May 2026 E3 client confirmed or corrected the numbers "
        "Goal met · lower is better "
        "Before 9.40 EUR January 2026 Result 6.10 EUR April 2026 goal 7.00 EUR "
        "Not pre-registered: the goal was not accepted by both sides beforehand "
        "50 to 75 % of the change due to the consultant, says the client "
        "The client's own people can now do most of it "
        f"Adds +{adds} to the ledger. "
        "Goals reached: Reached 137 % of a goal written down afterwards; numbers confirmed or corrected by the "
        "client (E3). Skill left behind: The client's people can now do most of it without the consultant; numbers "
        "confirmed or corrected by the client (E3)."
    )
    assert "Results, newest first: 1 met" in words(page)


def test_a_goal_both_sides_accepted_beforehand_is_pre_registered(client, ana):
    goal = b.goal(b.engagement(ana, starts_on=date(2026, 5, 11), ends_on=None), due_on=date(2026, 8, 1))
    ask = engagements.propose_goal(goal, name=b.CARLA[0], email=b.CARLA[1], by=b.speaker(ana), at=b.AT)
    goal = engagements.answer_goal(ask.pk, accepts=True, at=b.AT)
    later = b.AT + timedelta(days=90)
    from vetting.outcomes.actions import Result, ask_client, attest, report

    done = report(
        goal=goal,
        result=Result(achieved=Decimal("8.00"), measured_on=date(2026, 7, 30), source="dashboard"),
        by=b.speaker(ana),
        at=later,
    )
    asked = ask_client(done, name=b.CARLA[0], email=b.CARLA[1], by=b.speaker(ana), at=later)
    attest(asked.pk, answers=b.CONFIRMED, at=later)
    b.published(ana, at=later)
    shown = article(read(client, ana), done.pk)
    assert (
        "Pre-registered: both sides accepted the goal before the work or within 14 days of its start" in shown
    )
    assert "Customer service redesign, Paper Umbrella, May 2026 to today" in shown
    assert "Goal missed · lower is better" in shown


def test_a_miss_a_correction_and_a_refusal_keep_their_place(client, ana):
    missed = b.result(ana, "8.50", organization=b.client("One"))
    corrected = b.result(
        ana, "6.00", organization=b.client("Two"), result_verdict="correct", result_value=Decimal("6.80")
    )
    wrong = b.result(ana, "5.00", organization=b.client("Three"), result_verdict="wrong")
    b.published(ana)
    page = read(client, ana)
    assert "Results, newest first: 1 met, 1 missed, 1 called wrong by the client" in words(page)
    assert "Goal missed · lower is better" in article(page, missed.pk)
    shown = article(page, corrected.pk)
    assert "Numbers corrected by the client: CFO, 4 May 2026" in shown
    assert "Result 6.80 EUR April 2026" in shown
    assert "The consultant had reported 6.00 EUR" in shown
    refused = article(page, wrong.pk)
    assert "Called wrong by the client: CFO, 4 May 2026" in refused
    assert "The client says it is wrong · lower is better" in refused
    assert "Goal met" not in refused
    drawings = re.findall(r'<svg class="drawing drawing-slope"[^>]* width="(\d+)" height="(\d+)"', _svg(page))
    assert drawings == [("224", "112")] * 3
    adds = dict(rows(page))
    assert adds["Cost per ticket at Three, called wrong by its CFO"] < next(
        value for what, value in adds.items() if " at One, confirmed by its CFO" in what
    )


def _svg(page):
    """The markup with the two sizes in one order, whatever order they are written in."""
    return re.sub(
        r'(<svg [^>]*?)height="(\d+)"([^>]*?)width="(\d+)"',
        r'\1\3width="\4" height="\2"',
        page.content.decode(),
    )


def test_silence_in_all_its_forms_adds_nothing_and_shows(client, ana):
    met = b.result(ana, organization=b.client("Met"))
    alone = b.outcome(b.goal(b.engagement(ana, b.client("Alone"))))
    waiting = b.outcome(b.goal(b.engagement(ana, b.client("Waiting"))))
    b.asked(waiting)
    unsure = b.answered(
        b.outcome(b.goal(b.engagement(ana, b.client("Unsure")))),
        ("Paula", "paula@unsure.example"),
        result_verdict="cannot_say",
    )
    b.published(ana)
    page = read(client, ana)
    nothing = "Adds nothing: only what somebody else has confirmed or refused counts."
    for outcome, said in (
        (alone, "Said by the consultant, nobody was asked yet"),
        (waiting, "Asked, not answered yet"),
        (unsure, "The client could not say"),
    ):
        shown = article(page, outcome.pk)
        assert f"{said} · lower is better Before 9.40 EUR" in shown
        assert shown.endswith(nothing)
    assert "Answered by the client: CFO, who could not say" in article(page, unsure.pk)
    assert "Results, newest first: 1 met, 3 not confirmed" in words(page)
    assert [row["url"] for row in page.context["ledger"]] == [f"#{met.pk}"]


def test_a_client_who_never_answered_is_shown_as_silent(client, ana):
    outcome = b.outcome(b.goal(b.engagement(ana)))
    ask = b.asked(outcome)
    followups.expire(ask.pk, at=ask.expires_at)
    from vetting.kernel.actors import system
    from vetting.outcomes.actions import note_silence

    note_silence(outcome.pk, by=system("followups"), at=ask.expires_at)
    b.published(ana, at=ask.expires_at)
    page = read(client, ana)
    assert "Asked, never answered · lower is better" in article(page, outcome.pk)
    assert (
        "0 of 1 engagement were answered for declared 1 · asked 1 · answered 0 · declined 0 · silent 1"
        in words(page)
    )


def test_an_unproved_mailbox_and_a_tie_are_named(client, ana):
    free = b.answered(
        b.outcome(b.goal(b.engagement(ana, b.client("Free")))), ("Paul", "paul@gmail.com"), role=""
    )
    tied = b.result(ana, organization=b.client("Tied"), interests=("family",))
    b.published(ana)
    page = read(client, ana)
    assert (
        "Confirmed by a referee at the client, 4 May 2026; the mailbox is not proved to be at the client "
        "E1 outside source checked" in article(page, free.pk)
    )
    assert "Confirmed by the client: CFO (tie: family), 4 May 2026 E1" in article(page, tied.pk)


def test_a_client_not_to_be_named_is_not_named_anywhere(client, ana):
    b.result(ana, organization=b.client("Secret Sauce"), publish="sector")
    b.published(ana)
    page = read(client, ana)
    assert "Secret" not in page.content.decode()
    assert "a retailer of 50-249 people in Estonia" in words(page)


def test_of_a_sealed_result_only_shows_that_it_counts(client, ana):
    sealed = b.result(
        ana, organization=b.client("Secret Sauce"), publish="sealed", role="Chief Secret Officer"
    )
    b.published(ana)
    page = read(client, ana)
    [(what, adds)] = rows(page)
    assert what == "A result its client keeps sealed"
    assert article(page, sealed.pk) == (
        "A result its client keeps sealed E3 client confirmed or corrected the numbers "
        f"The client wishes nothing of it to be shown. It counts like any other. Adds +{adds} to the ledger."
    )
    text = page.content.decode()
    assert [
        word for word in ("Secret", "Cost per ticket", "6.10", "redesign", "retailer") if word in text
    ] == []


def later(outcome, *answers):
    """What came of the waves in turn; None is silence."""
    for wave, said in zip((90, 180, 365), answers, strict=False):
        at = b.AT + timedelta(days=wave)
        ask = ask_again(outcome.pk, by=system("test"), at=at)
        if said is None:
            expire(ask.pk, at=at + timedelta(days=121))
        else:
            answer(ask.pk, still=said, at=at)


def test_every_wave_is_drawn_held_faded_and_silent_alike(client, ana):
    done = b.result(ana)
    later(done, None, Still(still="grew", value=Decimal("6.00")), Still(still="faded", value=Decimal("8.00")))
    b.published(ana)
    page = read(client, ana)
    shown = article(page, done.pk)
    told = "3 months later no answer December 2026 6 months later 6.00 EUR October 2026 12 months later 8.00 EUR May 2027"
    assert told in shown
    assert "Confirmed by the client: CFO, 4 May 2026; less of it on 4 May 2027" in shown
    assert "E3 client confirmed or corrected the numbers" in shown
    assert (
        "3 months later: not known. 6 months later: 6.00 EUR (October 2026). 12 months later"
        in page.content.decode().replace("\xa0", " ")
    )


def test_what_held_half_a_year_later_is_shown_at_the_highest_level_and_scored_as_what_held(client, ana):
    done = b.result(ana)
    later(done, Still(still="held"), Still(still="held"))
    b.published(ana)
    shown = article(read(client, ana), done.pk)
    assert "Confirmed by the client: CFO, 4 May 2026; still so on 31 October 2026" in shown
    assert "E5 held after 180 days or more" in shown
    assert (
        "What held: After 6 months 100 % of the change was left; numbers confirmed or corrected by the client (E3)."
        in shown
    )
    ledger = {row["dimension"] for row in of_profile(ana.pk).ledger if row["value"]}
    assert ledger == {"results", "transfer", "persistence"}
    assert of_profile(ana.pk).counted == 1


def test_of_a_sealed_result_no_wave_is_shown(client, ana):
    done = b.result(ana, publish="sealed")
    later(done, Still(still="faded", value=Decimal("8.00")))
    b.published(ana)
    text = read(client, ana).content.decode()
    assert [word for word in ("8.00", "months later", "less of it") if word in text] == []


def test_the_ledger_adds_up_to_the_card(client, ana):
    for number, value in enumerate(("6.10", "8.80", "7.00", "9.90", "6.60")):
        b.result(ana, value, organization=b.client(f"Client {number}"))
    b.published(ana)
    page, card = read(client, ana), of_profile(ana.pk)
    shown = [
        int(number.replace("\u2212", "-"))
        for number in re.findall(r"</svg><span>([+\u2212]?\d+)</span>", part(page, "<tbody>", "</tbody>"))
    ]
    assert len(shown) == 5
    assert sum(shown) == page.context["total"] == round(card.theta * 1000)
    assert page.context["largest"] == max(map(abs, shown))
    assert f"a standing of {round(card.theta * 1000)} points. On the scale of 100 that is" in words(
        page
    ).replace("\u2212", "-")
    assert (
        "Somebody about whom nothing is known stands at 0 points, which is 50 on the scale of 100."
        in words(page)
    )


def test_points_add_up_however_they_are_rounded():
    assert whole({"a": 0.0004, "b": 0.0004, "c": 0.0004}) == {"a": 1, "b": 0, "c": 0}
    assert whole({"a": -0.0004, "b": -0.0004, "c": -0.0004}) == {"a": 0, "b": 0, "c": -1}
    assert whole({"a": 0.2124, "b": -0.0871, "c": 0.0}) == {"a": 212, "b": -87, "c": 0}
    assert whole({}) == {}
    assert ledger_of(None).total == 0
    assert start(None) == 50.0


def test_a_peer_is_shown_with_the_reason_for_his_weight(client, ana):
    ben = b.consultant("Ben Berzins", domain="berzins.example")
    b.result(ben)
    peer, paid = ("Ben", ben.owner.email), ("Eve", "eve@pocket.example")
    weighed, unknown = b.referral(ana, peer), b.referral(ana)
    bought = b.referral(ana, paid, gets_fee=True, saw="Wow <script>", seen_from=2026)
    b.published(ana, ben)
    page = read(client, ana)
    points = of_profile(ana.pk).ledger
    assert "3 peers have seen the work" in words(page)
    assert links(page)["Ben Berzins"] == "/c/ben-berzins/"
    adds = page.context["total"]
    assert adds > 0
    assert len(points) == 2
    assert article(page, weighed.pk) == (
        "Ben Berzins Worked with the consultant on it, 2024 to 2026 Refers for: service design. Said on 4 May 2026 "
        f"She had the team count its own tickets. Adds +{adds} to the ledger. "
        "1 client has verified the referrer's own work; the referrer refers to 1 person in all."
    )
    assert article(page, unknown.pk).endswith(
        "Adds 0 to the ledger. No client has verified the referrer yet: counts nothing."
    )
    assert article(page, bought.pk) == (
        "Eve Worked with the consultant on it, 2026 Refers for: service design. Said on 4 May 2026 Wow <script> "
        "Adds 0 to the ledger. Shown, not weighed: the referrer gets a fee for it."
    )
    assert "<script>" not in page.content.decode()
    assert rows(page) == [("Referral by Ben Berzins", adds), ("Referral by Ben Peer", 0)]


def test_dimensions_say_what_is_known_of_each(client, ana):
    rest = [b.consultant(f"Person {number}") for number in range(3)]
    for person in rest:
        b.result(person, "9.20", organization=b.client())
    for number in range(10):
        b.result(ana, "6.10", organization=b.client(f"Client {number}"), transfer=None if number else 2)
    b.published(ana, *rest)
    shown = [(each["name"], each["words"]) for each in read(client, ana).context["dimensions"]]
    assert shown == [
        ("Goals reached", "Above the middle of the field"),
        ("Gain for the fee", "Nothing confirmed"),
        ("Skill left behind", "Not distinguishable from the field"),
        ("What held", "Nothing confirmed"),
    ]


def test_a_standing_wholly_below_the_middle_says_so(client, ana):
    rest = [b.consultant(f"Person {number}") for number in range(3)]
    for number in range(10):
        for person in rest:
            b.result(person, "6.10", organization=b.client(f"Client {number}"))
        b.result(ana, "9.60", organization=b.client(f"Client {number}"))
    b.published(ana, *rest)
    assert read(client, ana).context["dimensions"][0]["words"] == "Below the middle of the field"


def test_long_records_are_read_page_by_page_and_every_ledger_adds_up(client, ana):
    place = b.client()
    for number in range(23):
        b.result(ana, "6.10", organization=place, work={"work": f"Piece {number}"})
    b.published(ana)
    first, second = read(client, ana), read(client, ana, page=2)
    assert [page.content.decode().count('<article class="result"') for page in (first, second)] == [20, 3]
    assert "Results, newest first: 23 met" in words(first)
    assert "Results, newest first: 23 met" in words(second)
    assert (links(first)["Next →"], links(second)["← Previous"]) == ("?page=2", "?page=1")
    assert rows(first)[-1][0] == "3\u00a0pieces of evidence on the other pages"
    assert rows(second)[-1][0] == "20\u00a0pieces of evidence on the other pages"
    for page in (first, second):
        assert sum(adds for _, adds in rows(page)) == page.context["total"]


@pytest.mark.parametrize("number", ["0", "-1", "2", "last", "1e309", "9" * 5000, "\x00", "1.5"])
def test_a_page_that_is_not_there_is_not_found(client, ana, number):
    b.published(ana)
    assert client.get("/c/ana-kalnina/", {"page": number}).status_code == 404


def test_evidence_that_came_in_since_is_announced(client, ana):
    done = b.result(ana)
    b.published(ana)
    assert "Something new has come in" not in words(read(client, ana))
    second = b.result(ana, organization=b.client("Later"))
    page = read(client, ana)
    assert "Something new has come in since this was computed." in words(page)
    assert "Adds nothing" in article(page, second.pk)
    assert [row["url"] for row in page.context["ledger"]] == [f"#{done.pk}"]


def test_what_is_no_longer_shown_keeps_its_line_until_the_sum_is_made_anew(client, ana):
    peer = b.referral(ana)
    ben = b.consultant("Ben Berzins", domain="berzins.example")
    b.result(ben)
    weighed = b.referral(ana, ("Ben", ben.owner.email))
    b.published(ana, ben)
    from vetting.kernel.actors import referee
    from vetting.referrals.actions import withdraw

    before = read(client, ana).context["total"]
    withdraw(weighed, by=referee(weighed.referee_id), at=b.AT)
    page = read(client, ana)
    assert [row["url"] for row in page.context["ledger"]] == [f"#{peer.pk}", ""]
    assert rows(page)[-1] == (
        "1\u00a0piece of evidence no longer shown, until the score is computed again",
        before,
    )
    assert page.context["total"] == before


def test_a_score_not_yet_computed_is_said_calmly(client, ana):
    done = b.result(ana)
    page = read(client, ana)
    assert "The score is being computed" in words(page)
    assert "Goal met" in article(page, done.pk)
    assert "Nothing yet. A result counts from the moment" in words(page)


def test_a_consultant_of_whom_nothing_is_known(client, ana):
    b.published(ana)
    shown = words(read(client, ana))
    assert "Nothing is confirmed yet" in shown
    assert "No engagement was declared yet" in shown
    assert "No result was reported yet" in shown
    assert "Four things" not in shown


def test_a_public_record_says_where_it_comes_from(client):
    from vetting.outcomes.actions import verify_by_record

    polls = b.recorded()
    place = b.client("Iowa 2024", kind="event")
    done = b.outcome(b.goal(b.engagement(polls, place)))
    shown_at = datetime(2026, 4, 30, tzinfo=b.AT.tzinfo)
    verify_by_record(done, record="State canvass, page 4", shown_at=shown_at, by=b.staff(), at=b.AT)
    b.published(polls)
    page = read(client, polls)
    assert "Compiled from a public record, not by the person" in words(page)
    assert "Shown by State canvass, page 4, 30 April 2026 E1" in article(page, done.pk)


def test_a_demo_says_so(client):
    demo = b.consultant(demo=True)
    assert "Demo: an invented person" in words(read(client, demo))


@pytest.mark.parametrize("status", ["draft", "paused"])
def test_what_is_not_listed_is_not_found_by_others(client, ana, status):
    hidden = b.consultant("Dora Draft", listed=status != "draft")
    if status == "paused":
        profiles.pause(hidden, by=hidden.owner.actor, at=b.AT)
    absent = client.get("/c/nobody-at-all/")
    strange = client.get("/c/dora-draft/")
    assert (strange.status_code, strange.content) == (404, absent.content)
    client.force_login(ana.owner)
    assert client.get("/c/dora-draft/").status_code == 404


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("draft", "It is a draft. Only you see it until you list it."),
        ("paused", "It is paused: nobody else sees it, and search does not find it."),
    ],
)
def test_its_owner_and_staff_see_it_with_a_notice(client, status, said):
    hidden = b.consultant("Dora Draft", listed=status != "draft")
    if status == "paused":
        profiles.pause(hidden, by=hidden.owner.actor, at=b.AT)
    for reader in (hidden.owner, b.user("sam@touchstone.example", staff=True)):
        client.force_login(reader)
        page = read(client, hidden)
        assert f"This page is not public {said}" in words(page)


def test_its_owner_sees_no_notice_on_a_listed_one(client, ana):
    client.force_login(ana.owner)
    assert "not public" not in words(read(client, ana))


@pytest.mark.parametrize("slug", ["x" * 5000, "a%00b", "%E2%80%AE", "..", "ana kalnina", "ANA-KALNINA"])
def test_a_strange_address_is_not_found(client, ana, slug):
    assert client.get(f"/c/{slug}/").status_code == 404


def test_nothing_is_posted_here(client, ana):
    assert client.post("/c/ana-kalnina/").status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_the_same_queries_however_long_it_is(client, ana, django_assert_num_queries, number):
    for each in range(number):
        b.result(ana, organization=b.client(f"Client {each}"))
        b.referral(ana, ("Peer", f"peer@number-{each}.example"))
    b.published(ana)
    read(client, ana)  # the field's spread is kept for a minute
    # profile, card, results, answers, asks and answers of later waves, referrals, referrers, claims, and whom she referred
    with django_assert_num_queries(9):
        read(client, ana)


def test_results_and_figures_agree(client, ana):
    """The page shows what search.dossier gives to programs: the same evidence, in the same order."""
    for number in range(3):
        b.result(ana, organization=b.client(f"Client {number}"))
    b.published(ana)
    page = read(client, ana)
    keys = re.findall(r'<article class="result" id="([^"]+)"', page.content.decode())
    assert keys == [result.key for result in results_of(ana, of_profile(ana.pk))]
