"""What a referee finds behind a link that takes no answer any more: what she said, or why it is closed."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from vetting.followups.cadence import KEPT_UNANSWERED
from vetting.followups.models import Ask
from vetting.mail.queries import is_suppressed
from vetting.privacy.queries import READERS
from vetting.web import again
from vetting.web.answer_said import CORRECTED, given
from vetting.web.asked import Asked, asked_in
from vetting.web.templatetags.wording import day

HER_DOING = ("answered", "declined", "stopped", "replaced")
_ENDED = {
    "declined": "You declined on {on}.",
    "stopped": "Closed on {on}, when you stopped the letters.",
    "replaced": "You named somebody else on {on}.",
    "bounced": "Closed on {on}: a letter could not be delivered.",
    "cancelled": "Taken back on {on} by whoever asked.",
}


@dataclass(frozen=True, slots=True)
class Closed:
    title: str
    words: tuple[str, ...]


def closed_page(request: HttpRequest, ask: Ask, *, stop_url: str, mine_url: str) -> HttpResponse:
    """200 for what she did herself, 409 where she tries to do it again, 410 for what is over."""
    status = 410
    if ask.status in HER_DOING:
        status = 409 if request.method == "POST" else 200
    page = {"stop_url": "" if is_suppressed(ask.referee.email) else stop_url, "mine_url": mine_url}
    if ask.status == "answered":
        return _answered(request, ask, page, status=status)
    is_over = ask.kind == "sustain" and ask.status not in HER_DOING
    closed = Closed(*again.closed(ask)) if is_over else _closed(ask)
    return render(request, "pages/answers/closed.html", {"closed": closed, **page}, status=status)


def _answered(request: HttpRequest, ask: Ask, page: dict[str, str], *, status: int) -> HttpResponse:
    asked = asked_in(ask)
    shown = _said(asked) | page
    if ask.kind == "sustain" and given(asked).stands:
        return render(request, "pages/answers/thanks.html", again.thanks(asked) | shown, status=status)
    return render(request, "pages/answers/said.html", shown, status=status)


def ended(ask: Ask) -> str:
    """How a question closed without an answer, in a sentence."""
    return _ENDED.get(ask.status, "It ran out on {on}.").format(on=day(ask.status_at.date()))


def erased_on(ask: Ask) -> str:
    """When name and address of one who does not answer are erased."""
    return day((ask.expires_at + KEPT_UNANSWERED).date())


def _said(asked: Asked) -> dict[str, object]:
    ask = asked.ask
    return {
        "consultant": asked.consultant,
        "ask_id": ask.pk,
        "given": given(asked),
        "readers": READERS[ask.kind],
        "may_correct": ask.kind in CORRECTED,
        "may_publish": ask.kind == "outcome",
    }


def _closed(ask: Ask) -> Closed:
    who, asked = ask.about["consultant"], day(ask.created_at.date())
    anew = f"If you wish to answer all the same, tell {who}, who can ask you again."
    unsent = ("What you had filled in was not sent, and nobody reads it.",) if ask.draft else ()
    match ask.status:
        case "declined":
            told = f"{who} was told only that you declined. Nothing of it is published."
            return Closed("You have declined to answer", (told, "We do not write about this question again."))
        case "stopped":
            return _stopped(ask)
        case "replaced":
            named = ", ".join(_named_by(ask)) or "the person you named"
            how = f"We ask {named} by the same rules as everybody: rarely, on working days, and not at all if they wish so."
            return Closed("You have named somebody else", (how, f"{who} reads that you did.", *unsent))
        case "cancelled":
            back = f"{who} asked you on {asked} and has taken back what the question was about. It needs no answer."
            return Closed("This question was taken back", (back, *unsent))
        case "bounced":
            lost = "One of our letters to you could not be delivered, so the question was closed."
            return Closed("This question is closed", (lost, anew, *unsent))
    over_on = day(ask.expires_at.date())
    over = f"{who} asked you on {asked}; the question was open until {over_on}. It needs no answer any more."
    rest = (
        "No answer lowers nobody's score.",
        anew,
        f"We erase your name and address on {erased_on(ask)}.",
    )
    return Closed("This question has run out", (over, *unsent, *rest))


def _stopped(ask: Ask) -> Closed:
    if is_suppressed(ask.referee.email):
        stopped = "No letter from us goes to this address any more, whoever asks. It holds from this moment."
        return Closed(
            "You have stopped our letters", (stopped, "All questions that were open to you are closed.")
        )
    who = ask.about["consultant"]
    stopped = f"No letter in the name of {who} goes to this address any more. It holds from this moment."
    return Closed(f"You have stopped letters about {who}", (stopped, "Others may still ask you."))


def _named_by(ask: Ask) -> list[str]:
    rows = Ask.objects.filter(replaces=ask).order_by("id").values_list("about", flat=True)
    return [str(about["referee"]) for about in rows if about["referee"]]
