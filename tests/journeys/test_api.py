"""From an e-mail address to a company's search, by programs only: real HTTP, real letters, a real worker."""

from datetime import date, timedelta

from django.utils import timezone

from tests.journeys.programs import code_in, eventually, key_in, sign_up, text_of
from vetting.followups.models import AskStep
from vetting.followups.outbox import chase_due, tidy
from vetting.mail.sending import SmtpLine

ANA, BEN, CARLA = "ana@advice.example", "ben@peer.example", "carla@paper-umbrella.example"
AUTH = "/_allauth/app/v1/auth"


def post_letters():
    """Without a worker: send what is planned, at the office hour it waits for; a test run at night does not wait for the morning."""
    steps = AskStep.objects.filter(state="planned", step__in=["ask", "told_answer"])
    moment = max([timezone.now(), *steps.values_list("due_at", flat=True)])
    with SmtpLine() as line:
        tidy(at=moment)
        while chase_due(posts=[line], at=moment):
            pass


def current_card(anybody, slug):
    """The card, once the worker has read all that was said."""
    reply = anybody.call("GET", f"/api/v1/scorecards/{slug}")
    return reply.body if reply.status == 200 and reply.body["current"] else None


def any_hits(found):
    return found if found["total"] else None


def make_key(person, *scopes):
    made = person.post("/keys", {"name": "My program", "scopes": list(scopes)}, gives=201)
    return person.with_key(made["secret"])


def test_one_result_travels_from_a_client_s_answer_to_a_company_s_search(anybody, letterbox, worker):
    # Ana signs up and gives her program a key.
    person = sign_up(anybody, letterbox, ANA)
    ana = make_key(person, "read", "profile", "work", "asks")
    assert ana.call("GET", "/api/v1/keys").status == 403

    # A profile, with what she says of herself kept apart.
    details = {"name": "Ana Kalnina", "country": "LV", "place": "Riga", "languages": ["lv", "en"]}
    slug = ana.post("/profiles/me", details, gives=201)["slug"]
    ana.post("/profiles/me/claims", {"kind": "title", "text": "Visionary growth guru"}, gives=201)
    ana.post("/profiles/me/claims", {"kind": "followers", "text": "followers", "count": 90_000}, gives=201)
    assert ana.post("/profiles/me/submit")["status"] == "listed"

    # The work, and a goal that both sides accept before it begins.
    client = {"name": "Paper Umbrella", "domain": "paper-umbrella.example", "country": "LV", "industry": "47"}
    place = ana.post("/organizations", client | {"size_band": "50-249"}, gives=201)["id"]
    today = timezone.now().date()
    engagement = ana.post(
        "/engagements",
        {"organization": place, "work": "Customer service redesign", "starts_on": today.isoformat()},
        gives=201,
    )
    goal = ana.post(
        "/goals",
        {
            "engagement": engagement["id"],
            "metric": "cost_per_ticket",
            "baseline": "9.40",
            "target": "7.00",
            "currency": "EUR",
            "due_on": (today + timedelta(days=120)).isoformat(),
        },
        gives=201,
    )
    whom = {"name": "Carla Controller", "email": CARLA, "language": "en"}
    ana.post(f"/goals/{goal['id']}/propose", whom, gives=201)
    key = key_in(letterbox.wait(CARLA))
    asked = anybody.get(f"/answers/{key}")
    assert (asked["kind"], asked["open"], asked["about"]["target"]) == ("goal", True, "7.00 EUR")
    assert anybody.post(f"/answers/{key}", {"accepts": True})["open"] is False
    agreed = ana.get(f"/goals/{goal['id']}")
    assert (agreed["status"], agreed["preregistered"]) == ("accepted", True)
    assert ana.get(f"/engagements/{engagement['id']}")["status"] == "client_confirmed"

    # What came of it, and the client's own word.
    result = {
        "goal": goal["id"],
        "achieved": "6.10",
        "measured_on": today.isoformat(),
        "source": "system_of_record",
    }
    outcome = ana.post("/outcomes", result, gives=201)
    ask = ana.post(f"/outcomes/{outcome['id']}/ask", whom, gives=201)
    letter = letterbox.wait(CARLA, count=2)
    eventually(lambda: ana.get(f"/asks/{ask['id']}")["status"] == "sent")
    assert "6.10 EUR" in text_of(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    key = key_in(letter)
    questions = anybody.get(f"/answers/{key}")["questions"]
    assert len(questions) == 11
    answer = {
        "worked_together": "yes",
        "role": "CFO",
        "baseline": "confirm",
        "result": "correct",
        "result_value": 6.3,
        "shares": "50-75",
        "goal_before": "yes",
        "transfer": "3",
        "hire_again": "yes",
        "publish": "named",
    }
    anybody.post(f"/answers/{key}", answer)
    again = anybody.post(f"/answers/{key}", answer, gives=409)
    assert again["type"] == "urn:touchstone:problem:already_answered"
    assert ana.get(f"/outcomes/{outcome['id']}")["status"] == "corrected"
    letterbox.wait(ANA, count=3)  # her code, and word of both answers

    # A peer is asked, and refers.
    ana.post("/referrals", {"name": "Ben Peer", "email": BEN}, gives=201)
    seen = {
        "relation": "worked_with",
        "skill": "service design",
        "saw": "She had the team count its own tickets.",
        "seen_from": today.year - 1,
        "seen_to": today.year,
        "gets_fee": False,
    }
    anybody.post(f"/answers/{key_in(letterbox.wait(BEN))}", seen)
    assert [each["status"] for each in ana.get("/referrals")["results"]] == ["accepted"]

    # The score, with its ledger.
    card = eventually(lambda: current_card(anybody, slug))
    assert card["counted"] == 1
    assert {entry["key"] for entry in card["ledger"] if entry["dimension"] == "results"} == {outcome["id"]}

    # A company searches: found by what was confirmed, and by nothing she says of herself.
    found = eventually(lambda: any_hits(anybody.get("/search?q=cost+per+ticket&language=lv")))
    assert (found["total"], found["ranked_by"]) == (1, "cost_per_ticket")
    [hit] = found["hits"]
    assert (hit["slug"], hit["results"][0]["achieved"], hit["results"][0]["client"]) == (
        slug,
        "6.30 EUR",
        "Paper Umbrella",
    )
    assert anybody.get("/search?q=visionary+guru")["total"] == 0

    dossier = anybody.get(f"/profiles/{slug}")
    [shown] = dossier["results"]
    assert (shown["level"], shown["verdict"], shown["witness"], shown["preregistered"]) == (
        3,
        "met",
        "CFO",
        True,
    )
    assert (shown["achieved"]["text"], shown["claimed"]["text"]) == ("6.30 EUR", "6.10 EUR")
    assert date.fromisoformat(shown["verified_on"]) >= today
    assert [claim["text"] for claim in dossier["self_described"]["claims"]] == [
        "followers",
        "Visionary growth guru",
    ]
    assert [referral["skill"] for referral in dossier["referrals"]] == ["service design"]
    assert dossier["coverage"]["blocks"] == ["corrected"]


def test_a_client_declines_and_stops_all_letters(anybody, letterbox, transactional_db):
    ana = make_key(sign_up(anybody, letterbox, ANA), "profile", "asks", "read")
    ana.post("/profiles/me", {"name": "Ana Kalnina", "country": "LV", "languages": ["lv"]}, gives=201)
    ana.post("/referrals", {"name": "Ben Peer", "email": BEN}, gives=201)
    post_letters()
    key = key_in(letterbox.wait(BEN))
    assert anybody.post(f"/answers/{key}/decline", {})["open"] is False
    anybody.post(f"/answers/{key}/stop")
    refused = ana.post("/referrals", {"name": "Ben Peer", "email": "BEN+again@peer.example"}, gives=400)
    assert [error["code"] for error in refused["errors"]] == ["stopped"]
    post_letters()
    assert len(letterbox.to(BEN)) == 1


def test_sign_up_and_sign_in_as_the_reference_says(anybody, letterbox, transactional_db):
    begun = anybody.call("POST", f"{AUTH}/signup", {"email": ANA})
    pending = anybody.within(begun.body["meta"]["session_token"])
    assert [flow["id"] for flow in begun.body["data"]["flows"] if flow.get("is_pending")] == ["verify_email"]
    assert pending.call("GET", "/api/v1/keys").status == 401
    wrong = pending.call("POST", f"{AUTH}/email/verify", {"key": "AAAA-AAAA"})
    assert (wrong.status, wrong.body["errors"][0]["code"]) == (400, "incorrect_code")
    done = pending.call("POST", f"{AUTH}/email/verify", {"key": code_in(letterbox.wait(ANA))})
    person = anybody.within(done.body["meta"]["session_token"])
    assert person.get("/keys") == {"results": []}

    assert (
        person.call("DELETE", f"{AUTH}/session").status == 401
    )  # as allauth says that nobody is signed in any more
    assert person.call("GET", "/api/v1/keys").status == 401

    asked = anybody.call("POST", f"{AUTH}/code/request", {"email": ANA})
    back = anybody.within(asked.body["meta"]["session_token"])
    done = back.call("POST", f"{AUTH}/code/confirm", {"code": code_in(letterbox.wait(ANA, count=2))})
    assert done.status == 200
    assert anybody.within(done.body["meta"]["session_token"]).get("/keys") == {"results": []}
