"""The pages a letter's link opens: answer, decline, stop. Nobody needs an account, and a GET changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from vetting.engagements.actions import answer_goal
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.followups.rules import may_answer
from vetting.jobs.bell import ring
from vetting.kernel.verdict import RefusedError
from vetting.mail.letters import house_address
from vetting.mail.queries import is_suppressed
from vetting.outcomes import actions as outcomes
from vetting.referrals import actions as referrals
from vetting.web.answer_closed import HER_DOING, closed_page, erased_on
from vetting.web.answer_forms import SCREENS, Screen, ScreenForm, answers_of, typed_in, way_of, words_of
from vetting.web.answer_links import ask_of_cookie, ask_of_key, exchange, keyed, unlisted
from vetting.web.answer_words import peer_reads, publications, said, said_by_peer
from vetting.web.asked import Asked, asked_in, beforehand, facts
from vetting.web.refusals import refusals_on
from vetting.web.templatetags.wording import day

_SHOWN_OR_SENT = require_http_methods(["GET", "HEAD", "POST"])


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="Is there anything we should know?",
        help_text="For example who could answer instead. Only our staff reads it.",
        widget=forms.Textarea,
        required=False,
    )


@keyed
@require_safe
def open_letter(request: HttpRequest, key: str, page: str = "web:answer") -> HttpResponse:
    """The link in a letter. Where nothing can be answered any more it says so at once."""
    at = now()
    ask = ask_of_key(key, at=at)
    if ask is None:
        return _unknown(request)
    if ask.status not in HER_DOING and not may_answer(ask, at=at):
        return closed_page(request, ask, stop_url=reverse("web:stop_letters", args=[key]))
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
    return _unknown(request) if ask is None else _stop(request, ask, at=at)


@unlisted
@_SHOWN_OR_SENT
def stop(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    return _unknown(request) if ask is None else _stop(request, ask, at=at)


@unlisted
@_SHOWN_OR_SENT
def decline(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    if ask is None:
        return _unknown(request)
    if not may_answer(ask, at=at):
        return _closed(request, ask)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            followups.decline(ask.pk, at=at, reason=form.cleaned_data["reason"].strip())
            ring("followups")
            return redirect("web:answer", ask.pk)
    page = {"form": form, "consultant": ask.about["consultant"], "ask_id": ask.pk}
    return render(request, "pages/answers/decline.html", page, status=422 if form.errors else 200)


@unlisted
@_SHOWN_OR_SENT
def answer(request: HttpRequest, ask_id: UUID, screen: str = "") -> HttpResponse:
    """One screen of the questions, or what became of them."""
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    if ask is None:
        return _unknown(request)
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
    if request.method != "POST":
        form = here.form(initial=ask.draft, asked=asked, draft=ask.draft, at=at)
        return _show(request, asked, here, form, at=at)
    form = here.form(request.POST, asked=asked, draft=ask.draft, at=at)
    if not form.is_valid():
        return _show(request, asked, here, form, at=at)
    return _take(request, asked, here, form, at=at)


def _take(request: HttpRequest, asked: Asked, here: Screen, form: ScreenForm, *, at: datetime) -> HttpResponse:
    """Keep this screen and go on, or send it all."""
    ask = asked.ask
    try:
        if here is SCREENS[ask.kind][-1]:
            with refusals_on(form, but_raise=True):
                _send(asked, {**ask.draft, **typed_in(form)}, at=at)
            if form.errors:
                return _show(request, asked, here, form, at=at)
            ring("scorecards", "search", "followups")
            return redirect("web:answer", ask.pk)
        kept = followups.save_draft(ask.pk, answers=typed_in(form), at=at)
    except RefusedError:  # she, or somebody, was quicker: in another window, or by a second press
        ask.refresh_from_db()
        return _closed(request, ask)
    return redirect("web:answer_screen", ask.pk, _next(asked, kept.draft, at=at).key)
