"""Other ways than an answer: name somebody who knows better, or stop the letters of one consultant."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from vetting.followups import actions as followups
from vetting.followups.rules import may_answer
from vetting.followups.states import HANDED_ON
from vetting.jobs.bell import ring
from vetting.web.answer_links import ask_of_cookie, to_mine, unknown, unlisted
from vetting.web.forms_fields import DeskForm, Line
from vetting.web.owner import posted
from vetting.web.refusals import refusals_on


class NotMeForm(DeskForm):
    name = Line(label=gettext_lazy("Their name"))
    email = Line(
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy("At your organization, if they have one there."),
    )


@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def hand_on(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    if ask is None:
        return unknown(request)
    if ask.kind not in HANDED_ON or not may_answer(ask, at=at):
        return redirect("web:answer", ask.pk)
    form = NotMeForm(posted(request))
    if form.is_valid():
        with refusals_on(form):
            followups.hand_on(ask.pk, at=at, **form.cleaned_data)
        if not form.errors:
            ring("followups")
            return redirect("web:answer", ask.pk)
    page = {"form": form, "consultant": ask.about["consultant"], "ask_id": ask.pk}
    return render(request, "pages/answers/not_me.html", page, status=422 if form.errors else 200)


@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def stop_consultant(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """Doing it twice is the same as once."""
    ask = ask_of_cookie(request, ask_id, at=now())
    if ask is None:
        return unknown(request)
    form = forms.Form(posted(request))
    if form.is_valid():
        followups.stop_consultant(ask.pk, at=now())
        ring("followups")
    page = {"consultant": ask.about["consultant"], "is_stopped": form.is_bound, "ask_id": ask.pk}
    return render(request, "pages/answers/stop_consultant.html", page)


@unlisted
@require_safe
def mine(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """From one question to the page with all she said."""
    ask = ask_of_cookie(request, ask_id, at=now())
    return unknown(request) if ask is None else to_mine(request, ask)
