"""The pages a letter's link opens: answer, decline, stop. Nobody needs an account, and a GET changes nothing."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from vetting.engagements.actions import answer_goal
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.followups.queries import named_by
from vetting.followups.rules import may_answer
from vetting.followups.states import TYPED
from vetting.jobs.bell import ring
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.mail.letters import house_address
from vetting.mail.queries import is_suppressed
from vetting.outcomes import actions as outcomes
from vetting.outcomes import waves
from vetting.referrals import actions as referrals
from vetting.web.again import publication_of
from vetting.web.answer_closed import HER_DOING, closed_page, erased_on
from vetting.web.answer_forms import (
    SCREENS,
    Screen,
    ScreenForm,
    answers_of,
    still_of,
    typed_in,
    way_of,
    words_of,
)
from vetting.web.answer_links import ask_of_cookie, ask_of_key, exchange, keyed, unknown, unlisted
from vetting.web.answer_words import peer_reads, publications, said, said_by_peer
from vetting.web.asked import Asked, asked_in, beforehand, facts
from vetting.web.refusals import refusals_on
from vetting.web.templatetags.wording import day

_SHOWN_OR_SENT = require_http_methods(["GET", "HEAD", "POST"])


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Is there anything we should know?"),
        help_text=gettext_lazy("For example who could answer instead. Only our staff reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )


@keyed
@require_safe
def open_letter(request: HttpRequest, key: str, page: str = "web:answer") -> HttpResponse:
    """The link in a letter. Where nothing can be answered any more it says so at once."""
    at = now()
    ask = ask_of_key(key, at=at)
    if ask is None:
        return unknown(request)
    if ask.status not in HER_DOING and not may_answer(ask, at=at):
        urls = {
            "stop_url": reverse("web:stop_letters", args=[key]),
            "mine_url": reverse("web:open_mine", args=[key]),
        }
        return closed_page(request, ask, **urls)
    return exchange(ask, key, page=page)


@csrf_exempt
@keyed
@_SHOWN_OR_SENT
def stop_letters(request: HttpRequest, key: str) -> HttpResponse:
    """Stop by the key alone: mail programs post here (RFC 8058), and it works in a browser without cookies.

    The key is the secret that a forged request would lack, so no other token is asked for.
    """
    at = now()
    ask = ask_of_key(key, at=at)
    return unknown(request) if ask is None else _stop(request, ask, at=at)


@unlisted
@_SHOWN_OR_SENT
def stop(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    return unknown(request) if ask is None else _stop(request, ask, at=at)


@unlisted
@_SHOWN_OR_SENT
def decline(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    if ask is None:
        return unknown(request)
    if not may_answer(ask, at=at):
        return _closed(request, ask)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            followups.decline(ask.pk, at=at, reason=form.cleaned_data["reason"].strip())
        if not form.errors:
            ring("followups")
            return redirect("web:answer", ask.pk)
        if not may_answer(_again(ask), at=at):
            return _closed(request, ask)
    page = {"form": form, "consultant": ask.about["consultant"], "ask_id": ask.pk}
    return render(request, "pages/answers/decline.html", page, status=_status(form))


@unlisted
@_SHOWN_OR_SENT
def answer(request: HttpRequest, ask_id: UUID, screen: str = "") -> HttpResponse:
    """One screen of the questions, or what became of them."""
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    if ask is None:
        return unknown(request)
    if screen and screen not in {each.key for each in SCREENS[ask.kind]}:
        raise Http404
    if not may_answer(ask, at=at):
        return _closed(request, ask)
    asked, way = asked_in(ask), way_of(ask.kind, ask.draft)
    wanted = screen or way[0].key
    reachable = way[: way.index(_next(asked, ask.draft, at=at)) + 1]
    here = next((each for each in reachable if each.key == wanted), None)
    if here is None:
        return redirect("web:answer_screen", ask.pk, reachable[-1].key)
    if request.method == "POST":
        form = here.form(request.POST, asked=asked, draft=ask.draft, at=at)
        return (_save if "save" in request.POST else _take)(request, asked, here, form, at=at)
    typed = {**ask.draft, **ask.draft.get(TYPED, {})}
    form = here.form(initial=typed, asked=asked, draft=ask.draft, at=at)
    return _show(request, asked, here, form, at=at)


@unlisted
@require_safe
def saved(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """How she comes back to what she has saved."""
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    if ask is None:
        return unknown(request)
    if not may_answer(ask, at=at):
        return _closed(request, ask)
    page = {"ask_id": ask.pk, "ends_on": day(ask.expires_at.date())}
    return render(request, "pages/answers/saved.html", page)


def _save(
    request: HttpRequest, asked: Asked, here: Screen, form: ScreenForm, *, at: datetime
) -> HttpResponse:
    """Keep what stands in the fields, right or wrong. A script asks for no page in return."""
    ask = asked.ask
    try:
        followups.save_typed(ask.pk, typed=typed_in(form), at=at)
    except RefusedError:  # answered or closed a moment ago, in another window
        return _closed(request, _again(ask))
    except InvalidError:  # what no text can hold; the form says where
        return _show(request, asked, here, form, at=at)
    if request.POST["save"] == "typed":
        return HttpResponse(status=204)
    return redirect("web:saved", ask.pk)


def _take(
    request: HttpRequest, asked: Asked, here: Screen, form: ScreenForm, *, at: datetime
) -> HttpResponse:
    """Keep this screen and go on, or send it all; or say what is wrong with it."""
    ask = asked.ask
    if not form.is_valid():
        return _show(request, asked, here, form, at=at)
    is_last = here is SCREENS[ask.kind][-1]
    filled = {**ask.draft, **typed_in(form)}
    with refusals_on(form):
        if is_last:
            _send(asked, filled, at=at)
        else:
            followups.save_draft(ask.pk, answers=typed_in(form), at=at)
    if form.errors:
        # Somebody was quicker, in another window or by a second press; else the answer itself is refused.
        return (
            _closed(request, ask)
            if not may_answer(_again(ask), at=at)
            else _show(request, asked, here, form, at=at)
        )
    if is_last:
        ring("scorecards", "search", "followups")
        return redirect("web:answer", ask.pk)
    return redirect("web:answer_screen", ask.pk, _next(asked, filled, at=at).key)


def _send(asked: Asked, filled: Mapping[str, Any], *, at: datetime) -> None:
    ask = asked.ask
    if ask.kind == "peer":
        referrals.answer(ask.pk, words=words_of(filled), at=at)
    elif ask.kind == "outcome":
        outcomes.attest(ask.pk, answers=answers_of(filled, unit=asked.unit), at=at)
    elif ask.kind == "sustain":
        waves.answer(ask.pk, still=still_of(filled, unit=asked.unit), at=at)
    elif filled["accepts"] == "unsure":
        followups.decline(ask.pk, at=at, reason="Not sure about the goal.")
    else:
        answer_goal(ask.pk, accepts=filled["accepts"] == "yes", at=at)


def _next(asked: Asked, draft: Mapping[str, Any], *, at: datetime) -> Screen:
    """The first screen that is not filled in yet, or the last, where it is sent."""
    *questions, last = way_of(asked.ask.kind, draft)
    unfilled = (
        each for each in questions if not each.form(draft, asked=asked, draft=draft, at=at).is_valid()
    )
    return next(unfilled, last)


def _show(
    request: HttpRequest, asked: Asked, here: Screen, form: ScreenForm, *, at: datetime
) -> HttpResponse:
    ask = asked.ask
    way = way_of(ask.kind, ask.draft)
    index = way.index(here)
    page = {
        "asked": asked,
        "screen": here,
        "form": form,
        "previous": way[index - 1] if index else None,
        "left": len(way) - 1 - index,
        "is_first": index == 0,
        "goes_on": index == 0 and bool(ask.draft),
        "stopped_at": _next(asked, ask.draft, at=at) if index == 0 else None,
        **(_check(asked, at=at) if here.key == "check" else {}),
        **(_introduction(asked, at=at) if index == 0 else {}),
    }
    template = "check" if here.key == "check" else "screen"
    return render(request, f"pages/answers/{template}.html", page, status=_status(form))


def _introduction(asked: Asked, *, at: datetime) -> dict[str, Any]:
    ask, goal = asked.ask, asked.goal
    return {
        "facts": facts(asked),
        "named_by": named_by(ask),
        "named_on": day(
            date.fromisoformat(ask.about["named_on"]) if asked.last is not None else ask.created_at.date()
        ),
        "published": publication_of(asked) if asked.last is not None else "",
        "erased_on": erased_on(ask),
        "house": house_address(),
        "beforehand": beforehand(goal, mailbox=ask.referee.email, at=at)
        if ask.kind == "goal" and goal
        else "",
    }


def _check(asked: Asked, *, at: datetime) -> dict[str, Any]:
    draft = asked.ask.draft
    if asked.ask.kind == "peer":
        words = words_of(draft)
        return {"lines": said_by_peer(words), "publications": [], "public": peer_reads(asked, words)}
    answers = answers_of(draft, unit=asked.unit)
    return {
        "lines": said(asked, answers),
        "publications": publications(asked, answers, on=at.date()),
        "public": [],
    }


def _stop(request: HttpRequest, ask: Ask, *, at: datetime) -> HttpResponse:
    if request.method == "POST":
        followups.stop(ask.pk, at=at)
        ring("followups")
    return render(request, "pages/answers/stop.html", {"is_stopped": is_suppressed(ask.referee.email)})


def _closed(request: HttpRequest, ask: Ask) -> HttpResponse:
    urls = {
        "stop_url": reverse("web:stop", args=[ask.pk]),
        "mine_url": reverse("web:ask_mine", args=[ask.pk]),
    }
    return closed_page(request, ask, **urls)


def _again(ask: Ask) -> Ask:
    ask.refresh_from_db()
    return ask


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200
