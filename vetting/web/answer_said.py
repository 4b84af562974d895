"""What she said to one question, and what she may still do with it: correct it, have it shown otherwise, take it back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from vetting.followups.models import Ask
from vetting.jobs.bell import ring
from vetting.kernel.actors import referee
from vetting.outcomes import waves
from vetting.outcomes.models import Attestation, FollowUp
from vetting.outcomes.queries import answers_in, said_again_in, said_in
from vetting.outcomes.questionnaire import Answers
from vetting.privacy import corrections
from vetting.referrals import actions as referrals
from vetting.referrals.models import Referral
from vetting.referrals.queries import versions_in, words_in
from vetting.web.again import reads_again, said_again
from vetting.web.answer_forms import (
    OutcomeCorrection,
    PeerCorrection,
    PublishForm,
    ScreenForm,
    StillForm,
    answers_of,
    still_of,
    typed_answers,
    typed_still,
    typed_words,
    words_of,
)
from vetting.web.answer_links import ask_of_cookie, unknown, unlisted
from vetting.web.answer_words import peer_reads, publications, reads, said, said_by_peer, said_of_goal
from vetting.web.asked import Asked, asked_in
from vetting.web.owner import posted
from vetting.web.refusals import refusals_on

CORRECTED = ("outcome", "peer", "sustain")  # the kinds of which a further version may be given


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as it stands: every line with its question, how it reads in public, and the days of its versions."""

    lines: list[dict[str, str]]
    public: list[str]
    on: date
    corrected_on: date | None = None
    taken_back_on: date | None = None

    @property
    def stands(self) -> bool:
        return self.taken_back_on is None


def given(asked: Asked) -> Given:
    """For an ask that was answered."""
    ask = asked.ask
    if ask.kind == "peer":
        return _of_peer(asked, versions_in(ask.pk))
    if ask.kind == "outcome":
        return _of_outcome(asked, said_in(ask.pk))
    if ask.kind == "sustain":
        return _of_follow_up(asked, said_again_in(ask.pk))
    assert asked.goal is not None
    # in English, as the consultant's page is
    public = (
        "Accepted by the client, set beforehand." if asked.goal.preregistered else "Accepted by the client."
    )
    return Given(
        lines=said_of_goal(asked.goal),
        public=[public] if asked.goal.client_accepted_at else [],
        on=ask.status_at.date(),
    )


@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """All questions on one page, filled in with what she said."""
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    if ask is None:
        return unknown(request)
    asked = asked_in(ask)
    if not _may_change(asked):
        return redirect("web:answer", ask.pk)
    form = _correction(asked, request, at=at)
    if form.is_valid():
        with refusals_on(form):
            _correct(asked, form, at=at)
        if not form.errors:
            return _done(ask)
    return _page(request, "correct", asked, form)


@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """In which form the answer about a result appears."""
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    if ask is None:
        return unknown(request)
    asked = asked_in(ask)
    if ask.kind != "outcome" or not _may_change(asked):
        return redirect("web:answer", ask.pk)
    answers = answers_in(said_in(ask.pk)[-1])
    form = PublishForm(
        posted(request),
        initial={"publish": answers.publish},
        asked=asked,
        draft=typed_answers(answers),
        at=at,
    )
    if form.is_valid():
        with refusals_on(form):
            chosen = replace(answers, publish=form.cleaned_data["publish"])
            corrections.correct(ask.pk, answers=chosen, at=at)
        if not form.errors:
            return _done(ask)
    shown = publications(asked, answers, on=ask.status_at.date())
    return _page(request, "publish", asked, form, publications=shown)


@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    at = now()
    ask = ask_of_cookie(request, ask_id, at=at)
    if ask is None:
        return unknown(request)
    asked = asked_in(ask)
    if not _may_change(asked):
        return redirect("web:answer", ask.pk)
    form = forms.Form(posted(request))
    if form.is_valid():
        with refusals_on(form):
            _take_back(ask, at=at)
        if not form.errors:
            return _done(ask)
    return _page(request, "take_back", asked, form)


def _of_outcome(asked: Asked, versions: list[Attestation]) -> Given:
    *earlier, last = versions
    shown = earlier[-1] if last.withdrawn else last
    answers = answers_in(shown)
    on = asked.ask.status_at.date()
    return Given(
        lines=said(asked, answers),
        public=[] if last.withdrawn else reads(asked, answers, answers.publish, on=on),
        on=on,
        corrected_on=shown.given_at.date() if shown.supersedes_id else None,
        taken_back_on=last.given_at.date() if last.withdrawn else None,
    )


def _of_follow_up(asked: Asked, versions: list[FollowUp]) -> Given:
    *earlier, last = versions
    shown = earlier[-1] if last.withdrawn else last
    return Given(
        lines=said_again(asked, shown),
        public=[] if last.withdrawn else reads_again(asked, shown),
        on=asked.ask.status_at.date(),
        corrected_on=shown.given_at.date() if shown.supersedes_id else None,
        taken_back_on=last.given_at.date() if last.withdrawn else None,
    )


def _of_peer(asked: Asked, versions: list[Referral]) -> Given:
    last = versions[-1]
    words = words_in(last)
    gone = last.status == "withdrawn"
    return Given(
        lines=said_by_peer(words),
        public=[] if gone else peer_reads(asked, words),
        on=asked.ask.status_at.date(),
        corrected_on=last.given_at.date() if last.supersedes_id and last.given_at else None,
        taken_back_on=last.status_at.date() if gone else None,
    )


def _may_change(asked: Asked) -> bool:
    """Else the page of the ask says how things stand."""
    return asked.ask.kind in CORRECTED and asked.ask.status == "answered" and given(asked).stands


def _correction(asked: Asked, request: HttpRequest, *, at: datetime) -> ScreenForm:
    form: Callable[..., ScreenForm]
    if asked.ask.kind == "peer":
        form, initial = PeerCorrection, typed_words(words_in(versions_in(asked.ask.pk)[-1]))
    elif asked.ask.kind == "sustain":
        last = said_again_in(asked.ask.pk)[-1]
        form, initial = StillForm, typed_still(last.still, last.value)
    else:
        form, initial = OutcomeCorrection, typed_answers(answers_in(said_in(asked.ask.pk)[-1]))
    return form(posted(request), initial=initial, asked=asked, draft={}, at=at)


def _correct(asked: Asked, form: ScreenForm, *, at: datetime) -> None:
    ask, filled = asked.ask, form.cleaned_data
    if ask.kind == "peer":
        referrals.correct(ask.pk, words=words_of(filled), at=at)
        return
    if ask.kind == "sustain":
        waves.correct(ask.pk, still=still_of(filled, unit=asked.unit), at=at)
        return
    comment = said_in(ask.pk)[-1].comment  # given by a program; the form does not ask for one
    answers: Answers = replace(answers_of(filled, unit=asked.unit), comment=comment)
    corrections.correct(ask.pk, answers=answers, at=at)


def _take_back(ask: Ask, *, at: datetime) -> None:
    if ask.kind == "peer":
        referrals.withdraw(versions_in(ask.pk)[-1], by=referee(ask.referee_id), at=at)
    elif ask.kind == "sustain":
        waves.take_back(ask.pk, at=at)
    else:
        corrections.take_back(ask.pk, at=at)


def _done(ask: Ask) -> HttpResponse:
    ring("scorecards", "search")
    return redirect("web:answer", ask.pk)


def _page(request: HttpRequest, name: str, asked: Asked, form: forms.Form, **more: Any) -> HttpResponse:
    page = {"asked": asked, "form": form, **more}
    return render(request, f"pages/answers/{name}.html", page, status=422 if form.errors else 200)
