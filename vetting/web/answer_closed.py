"""What a referee finds behind a link that takes no answer any more: what she said, or why it is closed."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from vetting.followups.cadence import KEPT_UNANSWERED
from vetting.followups.models import Ask
from vetting.mail.letters import house_address
from vetting.outcomes.queries import answers_in, said_in
from vetting.referrals.queries import given_in, words_in
from vetting.web.answer_words import peer_reads, reads, said, said_by_peer, said_of_goal
from vetting.web.asked import Asked, asked_in
from vetting.web.templatetags.wording import day

HER_DOING = ("answered", "declined", "stopped")


@dataclass(frozen=True, slots=True)
class Closed:
    title: str
    words: tuple[str, ...]


def closed_page(request: HttpRequest, ask: Ask, *, stop_url: str) -> HttpResponse:
    """200 for what she did herself, 409 where she tries to do it again, 410 for what is over."""
    status = 410
    if ask.status in HER_DOING:
        status = 409 if request.method == "POST" else 200
    if ask.status == "answered":
        return render(request, "pages/answers/said.html", _said(ask) | {"stop_url": stop_url}, status=status)
    page = {"closed": _closed(ask), "stop_url": "" if ask.status == "stopped" else stop_url}
    return render(request, "pages/answers/closed.html", page, status=status)


def erased_on(ask: Ask) -> str:
    """When name and address of one who does not answer are erased."""
    return day((ask.expires_at + KEPT_UNANSWERED).date())


def _said(ask: Ask) -> dict[str, object]:
    asked = asked_in(ask)
    lines, public = _of_kind(asked, at=ask.status_at)
    return {
        "consultant": asked.consultant,
        "kind": ask.kind,
        "on": day(ask.status_at.date()),
        "lines": lines,
        "public": public,
        "house": house_address(),
    }


def _of_kind(asked: Asked, *, at: datetime) -> tuple[list[dict[str, str]], list[str]]:
    ask, goal = asked.ask, asked.goal
    if ask.kind == "peer":
        given = given_in(ask.pk)
        assert given is not None
        words = words_in(given)
        return said_by_peer(words), peer_reads(asked, words)
    if versions := said_in(ask.pk):
        answers = answers_in(versions[-1])
        return said(asked, answers), reads(asked, answers, answers.publish, on=at.date())
    assert goal is not None
    public = ["Accepted by the client, set beforehand." if goal.preregistered else "Accepted by the client."]
    return said_of_goal(goal), public if goal.client_accepted_at else []


def _closed(ask: Ask) -> Closed:
    who, asked = ask.about["consultant"], day(ask.created_at.date())
    again = f"If you wish to answer all the same, tell {who}, who can ask you again."
    unsent = ("What you had filled in was not sent, and nobody reads it.",) if ask.draft else ()
    match ask.status:
        case "declined":
            told = f"{who} was told only that you declined. Nothing of it is published."
            return Closed("You have declined to answer", (told, "We do not write about this question again."))
        case "stopped":
            stopped = (
                "No letter from us goes to this address any more, whoever asks. It holds from this moment."
            )
            return Closed(
                "You have stopped our letters", (stopped, "All questions that were open to you are closed.")
            )
        case "cancelled":
            back = f"{who} asked you on {asked} and has taken back what the question was about. It needs no answer."
            return Closed("This question was taken back", (back, *unsent))
        case "bounced":
            lost = "One of our letters to you could not be delivered, so the question was closed."
            return Closed("This question is closed", (lost, again, *unsent))
    ended = day(ask.expires_at.date())
    over = f"{who} asked you on {asked}; the question was open until {ended}. It needs no answer any more."
    rest = (
        "No answer lowers nobody's score.",
        again,
        f"We erase your name and address on {erased_on(ask)}.",
    )
    return Closed("This question has run out", (over, *unsent, *rest))
