"""The page of one referee: all she ever said here, who may read it, and her rights. It opens by a code in her mailbox."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vetting.followups import actions as followups
from vetting.followups.models import Ask, Referee
from vetting.followups.queries import asked_of, in_words, named_by
from vetting.followups.rules import may_answer
from vetting.followups.states import HANDED_ON
from vetting.jobs.bell import ring
from vetting.kernel.verdict import RefusedError
from vetting.mail.letters import house_address
from vetting.mail.queries import is_suppressed
from vetting.privacy import actions, rules
from vetting.privacy.models import Visit
from vetting.privacy.queries import READERS, copy_of, stopped_for
from vetting.web.answer_closed import ended
from vetting.web.answer_links import (
    drop_visit,
    enter_mine,
    keep_visit,
    keyed,
    referee_of_cookie,
    referee_of_key,
    unknown,
    unlisted,
    visit_of_cookie,
)
from vetting.web.answer_said import CORRECTED, given
from vetting.web.asked import asked_in
from vetting.web.forms_fields import DeskForm, Line
from vetting.web.owner import posted
from vetting.web.refusals import refusals_on
from vetting.web.templatetags.wording import day

_Page = Callable[[HttpRequest, Visit, datetime], HttpResponse]


class CodeForm(DeskForm):
    code = Line(label=gettext_lazy("The code in our letter"), autocomplete="one-time-code")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs.update({"inputmode": "numeric", "class": "short"})


class EraseForm(DeskForm):
    stop_too = forms.BooleanField(
        label=gettext_lazy("And never write to this address again"), initial=True, required=False
    )


@keyed
@require_safe
def open_mine(request: HttpRequest, key: str) -> HttpResponse:
    """The link in a letter, however old: it leads to the code, and the code to the page."""
    return unknown(request) if referee_of_key(key) is None else enter_mine(key)


@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """POST tries a code."""
    at = now()
    visit = visit_of_cookie(request, at=at)
    if visit is not None and visit.opened_at is not None:
        return redirect("web:mine") if request.method == "POST" else _all(request, visit.referee, at=at)
    referee = visit.referee if visit is not None else referee_of_cookie(request)
    if referee is None or not referee.email:
        return unknown(request)
    if visit is None:
        refused = _("That code is over. Have another one sent.") if request.method == "POST" else ""
        return _send(request, referee, refused=refused)
    form = CodeForm(posted(request))
    if form.is_valid():
        secret = ""
        with refusals_on(form):
            secret = actions.enter(visit.pk, code=form.cleaned_data["code"], at=at)
        if secret:
            return keep_visit(redirect("web:mine"), secret)
    page = {"form": form, "mailbox": _masked(referee), "minutes": _minutes()}
    return render(request, "pages/mine/code.html", page, status=422 if form.errors else 200)


@unlisted
@require_POST
def send_code(request: HttpRequest) -> HttpResponse:
    at = now()
    visit = visit_of_cookie(request, at=at)
    referee = visit.referee if visit is not None else referee_of_cookie(request)
    if referee is None or not referee.email:
        return unknown(request)
    try:
        secret = actions.ask_for_code(referee.pk, at=at)
    except RefusedError as refused:
        return _send(request, referee, refused=refused.verdict.reason, status=429)
    ring("privacy")
    return keep_visit(redirect("web:mine"), secret)


def _opened(page: _Page) -> Callable[[HttpRequest], HttpResponse]:
    """For whoever has entered a code; others are led to it."""

    @unlisted
    @wraps(page)
    def shown(request: HttpRequest) -> HttpResponse:
        at = now()
        visit = visit_of_cookie(request, at=at)
        if visit is None or visit.opened_at is None:
            return redirect("web:mine")
        return page(request, visit, at)

    return shown


@require_safe
@_opened
def download(_request: HttpRequest, visit: Visit, at: datetime) -> HttpResponse:
    response = JsonResponse(
        copy_of(visit.referee, at=at), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    response["Content-Disposition"] = 'attachment; filename="what-i-said.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@_opened
def erase(request: HttpRequest, visit: Visit, at: datetime) -> HttpResponse:
    form = EraseForm(posted(request))
    if form.is_valid():
        actions.erase(visit.referee_id, at=at, stop_too=form.cleaned_data["stop_too"])
        ring("scorecards", "search")
        return drop_visit(redirect("web:erased"))
    page = {"form": form, "name": visit.referee.name}
    return render(request, "pages/mine/erase.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@_opened
def stop(request: HttpRequest, visit: Visit, at: datetime) -> HttpResponse:
    """All letters, as the link in each of them does."""
    if request.method == "POST":
        newest = asked_of(visit.referee_id).first()
        assert newest is not None
        followups.stop(newest.pk, at=at)
        ring("followups")
    page = {"is_stopped": is_suppressed(visit.referee.email)}
    return render(request, "pages/answers/stop.html", page)


@require_POST
@_opened
def leave(_request: HttpRequest, visit: Visit, _at: datetime) -> HttpResponse:
    actions.leave(visit.pk)
    return drop_visit(redirect("web:home"))


@unlisted
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/mine/erased.html")


def _send(request: HttpRequest, referee: Referee, *, refused: str = "", status: int = 422) -> HttpResponse:
    page = {"mailbox": _masked(referee), "refused": refused, "minutes": _minutes()}
    return render(request, "pages/mine/send.html", page, status=status if refused else 200)


def _all(request: HttpRequest, referee: Referee, *, at: datetime) -> HttpResponse:
    asks = list(asked_of(referee.pk))
    waiting = [ask for ask in asks if may_answer(ask, at=at)]
    answered = [ask for ask in asks if ask.status == "answered"]
    rest = [ask for ask in asks if ask not in waiting and ask not in answered]
    page = {
        "name": referee.name,
        "facts": _facts(referee),
        "waiting": [_waiting(ask) for ask in waiting],
        "answered": [_answered(ask) for ask in answered],
        "rest": [{"what": what(ask), "how": ended(ask)} for ask in rest],
        "stopped": stopped_for(referee),
        "is_stopped": is_suppressed(referee.email),
        "house": house_address(),
    }
    return render(request, "pages/mine/mine.html", page)


def what(ask: Ask) -> str:
    """One question in a line."""
    about = in_words(ask.about)
    match ask.kind:
        case "peer":
            return _("%(consultant)s: what you saw of their work") % about
        case "goal":
            return _("%(consultant)s: the goal %(metric)s, %(baseline)s to %(target)s") % about
        case "sustain":
            later = ngettext(
                "%(consultant)s: %(metric)s, %(months)s month later",
                "%(consultant)s: %(metric)s, %(months)s months later",
                about["months"],
            )
            return later % about
    return _("%(consultant)s: %(metric)s, %(baseline)s to %(achieved)s") % about


def _waiting(ask: Ask) -> dict[str, Any]:
    return {
        "ask_id": ask.pk,
        "what": what(ask),
        "asked_on": day(ask.created_at.date()),
        "ends_on": day(ask.expires_at.date()),
        "is_begun": bool(ask.draft),
        "may_hand_on": ask.kind in HANDED_ON,
        "consultant": ask.about["consultant"],
    }


def _answered(ask: Ask) -> dict[str, Any]:
    return {
        "ask_id": ask.pk,
        "what": what(ask),
        "given": given(asked_in(ask)),
        "readers": READERS[ask.kind],
        "may_correct": ask.kind in CORRECTED,
        "may_publish": ask.kind == "outcome",
        "consultant": ask.about["consultant"],
    }


def _facts(referee: Referee) -> list[dict[str, str]]:
    first = asked_of(referee.pk).last()
    assert first is not None  # nobody is known here who was not asked
    lines = {
        _("Your name"): referee.name,
        _("Your address"): referee.email,
        _("Known since"): _("%(day)s, from %(named_by)s")
        % {"day": day(referee.created_at.date()), "named_by": named_by(first)},
    }
    return [{"term": term, "text": text, "url": ""} for term, text in lines.items()]


def _masked(referee: Referee) -> str:
    """Enough to know which mailbox to look in, for whoever was handed the letter not the whole address."""
    local, _, domain = referee.email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _minutes() -> int:
    return int(rules.CODE_LIFE.total_seconds() // 60)
