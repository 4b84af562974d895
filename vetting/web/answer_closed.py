"""What a referee finds behind a link that takes no answer any more: what she said, or why it is closed."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    "declined": gettext_lazy("You declined on %(on)s."),
    "stopped": gettext_lazy("Closed on %(on)s, when you stopped the letters."),
    "replaced": gettext_lazy("You named somebody else on %(on)s."),
    "bounced": gettext_lazy("Closed on %(on)s: a letter could not be delivered."),
    "cancelled": gettext_lazy("Taken back on %(on)s by whoever asked."),
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
    words = _ENDED.get(ask.status) or _("It ran out on %(on)s.")
    return str(words % {"on": day(ask.status_at.date())})


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
    about = {"consultant": ask.about["consultant"], "asked_on": day(ask.created_at.date())}
    anew = _("If you wish to answer all the same, tell %(consultant)s, who can ask you again.") % about
    unsent = (_("What you had filled in was not sent, and nobody reads it."),) if ask.draft else ()
    match ask.status:
        case "declined":
            told = _("%(consultant)s was told only that you declined. Nothing of it is published.") % about
            no_more = _("We do not write about this question again.")
            return Closed(_("You have declined to answer"), (told, no_more))
        case "stopped":
            return _stopped(ask)
        case "replaced":
            named = ", ".join(_named_by(ask)) or _("the person you named")
            how = _(
                "We ask %(named)s by the same rules as everybody: rarely, on working days, and not at all if they wish so."
            )
            reads = _("%(consultant)s reads that you did.") % about
            return Closed(_("You have named somebody else"), (how % {"named": named}, reads, *unsent))
        case "cancelled":
            back = _(
                "%(consultant)s asked you on %(asked_on)s and has taken back what the question was about. It needs no answer."
            )
            return Closed(_("This question was taken back"), (back % about, *unsent))
        case "bounced":
            lost = _("One of our letters to you could not be delivered, so the question was closed.")
            return Closed(_("This question is closed"), (lost, anew, *unsent))
    over = _(
        "%(consultant)s asked you on %(asked_on)s; the question was open until %(over_on)s. It needs no answer any more."
    )
    rest = (
        _("No answer lowers nobody’s score."),
        anew,
        _("We erase your name and address on %(day)s.") % {"day": erased_on(ask)},
    )
    over_on = {"over_on": day(ask.expires_at.date())}
    return Closed(_("This question has run out"), (over % (about | over_on), *unsent, *rest))


def _stopped(ask: Ask) -> Closed:
    if is_suppressed(ask.referee.email):
        stopped = _(
            "No letter from us goes to this address any more, whoever asks. It holds from this moment."
        )
        closed = _("All questions that were open to you are closed.")
        return Closed(_("You have stopped our letters"), (stopped, closed))
    who = {"consultant": ask.about["consultant"]}
    stopped = _(
        "No letter in the name of %(consultant)s goes to this address any more. It holds from this moment."
    )
    title = _("You have stopped letters about %(consultant)s")
    return Closed(title % who, (stopped % who, _("Others may still ask you.")))


def _named_by(ask: Ask) -> list[str]:
    rows = Ask.objects.filter(replaces=ask).order_by("id").values_list("about", flat=True)
    return [str(about["referee"]) for about in rows if about["referee"]]
