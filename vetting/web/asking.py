"""Ask a client or a peer by letter, after reading what it will say; and see where each ask stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vetting.companies.models import Organization
from vetting.companies.queries import domain_of_mailbox, domains_of
from vetting.engagements import actions as engagements
from vetting.engagements.rules import may_propose
from vetting.followups.queries import preview, visible_to
from vetting.followups.rules import check_whom, leaves_at
from vetting.jobs.bell import ring
from vetting.kernel.languages import main_language
from vetting.kernel.mailboxes import clean_address
from vetting.kernel.verdict import ALLOWED, Verdict, refuse, require_all
from vetting.outcomes import actions as outcomes
from vetting.outcomes.models import Outcome
from vetting.outcomes.rules import may_ask_client
from vetting.outcomes.states import PUBLISH
from vetting.referrals import actions as referrals
from vetting.referrals.models import Referral
from vetting.referrals.queries import visible_to as referrals_visible_to
from vetting.referrals.states import REFERRAL
from vetting.search.dossier import client_words, referrals_of
from vetting.web.asklines import AskLine, lines_of
from vetting.web.forms_asking import WhomForm
from vetting.web.labels import RELATIONS
from vetting.web.owner import (
    own_goal,
    own_outcome,
    own_profile,
    own_referral,
    posted,
    profile_first,
    told,
    turned_away,
    user_of,
)
from vetting.web.refusals import refusals_on
from vetting.web.templatetags.wording import day
from vetting.web.visitor import actor_of
from vetting.web.worklines import agreement_ahead

ASKS_A_PAGE = 20
_IF_SHOWN = {
    "named": "If the client is to be named",
    "sector": "If only its kind is to be shown",
    "sealed": "If it is to be sealed",
}
_ASKED_ALREADY = refuse("asked_already", "You have asked this person before; here is where it stands.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `send` takes name, email, by and at; `may` tells afresh whether it can still be asked."""

    kind: str
    title: str
    lead: str
    about: Mapping[str, Any]
    published: Sequence[str]
    send: Callable[..., Any]
    may: Callable[[], Verdict]
    back: str
    client: Organization | None = None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_goal(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """Ask the client to accept a goal."""
    goal = own_goal(request, goal_id)
    engagement = goal.engagement
    about = engagements.about(goal)
    question = Question(
        kind="goal",
        title="Ask the client to accept the goal",
        lead=f"{about['metric']} from {about['baseline']} to {about['target']} by {day(goal.due_on)}.",
        about=about,
        published=[
            "Nothing is published yet: the goal shows beside its result, once there is one.",
            agreement_ahead(engagement.starts_on, on=now().date()),
        ],
        send=lambda **whom: engagements.propose_goal(goal, **whom),
        may=lambda: may_propose(own_goal(request, goal_id)),
        back=f"{reverse('web:engagement', args=[engagement.pk])}#{goal.pk}",
        client=engagement.organization,
    )
    return _ask(request, question)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_result(request: HttpRequest, outcome_id: UUID) -> HttpResponse:
    """Ask the client whether a result is right."""
    outcome = own_outcome(request, outcome_id)
    goal = outcome.goal
    about = outcomes.about(outcome)
    question = Question(
        kind="outcome",
        title="Ask the client whether the result is right",
        lead=f"{about['metric']} from {about['baseline']} to {about['achieved']}, goal {about['target']}.",
        about=about,
        published=_result_published(outcome),
        send=lambda **whom: outcomes.ask_client(outcome, **whom),
        may=lambda: may_ask_client(own_outcome(request, outcome_id)),
        back=f"{reverse('web:engagement', args=[goal.engagement_id])}#{goal.pk}",
        client=goal.engagement.organization,
    )
    return _ask(request, question)


def _result_published(outcome: Outcome) -> list[str]:
    """How it will read, from the most open form this engagement allows to the most closed."""
    engagement, about = outcome.goal.engagement, outcomes.about(outcome)
    numbers = f"{about['metric']}: {about['baseline']} to {about['achieved']}, goal {about['target']}"
    allowed = PUBLISH[PUBLISH.index(engagement.confidentiality) :]
    reads = {
        shown: f"{engagement.work}, {client_words(engagement.organization, shown)}. {numbers}."
        for shown in PUBLISH
    }
    reads["sealed"] = "a result its client keeps sealed. It counts, and nothing else of it is shown."
    return [
        *(f"{_IF_SHOWN[shown]}: {reads[shown]}" for shown in allowed),
        "Beside it: their role, any tie to you, the day of the answer and its evidence level.",
        "A no is published like a yes.",
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_peer(request: HttpRequest) -> HttpResponse:
    """Ask somebody who saw the work to refer."""
    profile = own_profile(request)
    if profile is None:
        return profile_first(request)
    question = Question(
        kind="peer",
        title="Ask a peer what they saw of your work",
        lead="Somebody who worked with you, hired you, was responsible for the work or saw it from nearby.",
        about=referrals.about(profile),
        published=[
            "On your page: their name, how they know the work, in which years, for which skill, and their words.",
            "Whether they get a fee for it. If so it is shown, and weighs nothing.",
            "How much their word weighs: by what their own clients confirmed, and by how many people they refer.",
        ],
        send=lambda **whom: referrals.ask_peer(profile=profile, **whom),
        may=lambda: ALLOWED,
        back=reverse("web:peers"),
    )
    return _ask(request, question)


def _ask(request: HttpRequest, question: Question) -> HttpResponse:
    """The form, then the letter as it will go out, then sent. Nothing leaves before it was read."""
    if not (verdict := question.may()):
        return turned_away(request, verdict, question.back)
    form = WhomForm(posted(request))
    step = request.POST.get("step", "")
    if request.method == "POST" and form.is_valid() and step != "change":
        whom, at = form.cleaned_data, now()
        with refusals_on(form):
            require_all(*check_whom(user_of(request), **whom))
            if step == "send":
                question.send(by=actor_of(request), at=at, **whom)
        if form.is_valid():
            return _sent(request, question) if step == "send" else _preview(request, question, form, at=at)
        if form.has_error(NON_FIELD_ERRORS, "asked_already"):
            return turned_away(request, _ASKED_ALREADY, question.back)
        if not (verdict := question.may()):  # sent twice at once: the other one has gone out
            return turned_away(request, verdict, question.back)
    context = {"question": question, "form": form, "domains": _domains(question.client)}
    return render(request, "pages/asking/ask.html", context, status=400 if form.errors else 200)


def _sent(request: HttpRequest, question: Question) -> HttpResponse:
    ring("followups", "scorecards", "search")
    when = "The letter leaves in their office hours" if settings.OFFICE_HOURS else "The letter leaves now"
    messages.success(request, f"Queued. {when}; here you see where it stands.")
    return redirect(question.back)


def _preview(request: HttpRequest, question: Question, form: WhomForm, *, at: datetime) -> HttpResponse:
    whom = form.cleaned_data
    country = question.client.country if question.client else ""
    language = whom["language"] or main_language(country)
    letter = preview(kind=question.kind, about=question.about, name=whom["name"], language=language, at=at)
    leaves = leaves_at(at, country)
    context = {
        "question": question,
        "form": form,
        "subject": letter.subject,
        "letter_language": language,
        "paragraphs": letter.text.strip().split("\n\n"),
        "sender": settings.DEFAULT_FROM_EMAIL,
        "recipient": clean_address(whom["email"]),
        "leaves": day(leaves.date()),
        "doubt": _doubt(question.client, whom["email"]),
    }
    return render(request, "pages/asking/preview.html", context)


def _domains(client: Organization | None) -> list[str]:
    return domains_of(client.pk) if client else []


def _doubt(client: Organization | None, email: str) -> str:
    """Why this mailbox would not count as the client's own; empty where it does, and for a peer."""
    if client is None or domain_of_mailbox(client.pk, email):
        return ""
    weight = (
        "An answer from it counts for little (level E1), and a goal accepted from it is not pre-registered."
    )
    domains = domains_of(client.pk)
    if not domains:
        return f"You have named no domain of {client.name}, so no mailbox is known to be theirs. {weight}"
    return f"This mailbox is not at {' or '.join(domains)}, the domain of {client.name}. {weight}"


@login_required
@require_safe
def asks(request: HttpRequest) -> HttpResponse:
    """Every ask, newest first."""
    own = visible_to(actor_of(request)).filter(consultant=user_of(request))
    try:
        page = Paginator(own, ASKS_A_PAGE).page(request.GET.get("page", 1))
    except InvalidPage as absent:
        raise Http404 from absent
    context = {
        "lines": lines_of(page.object_list, user_of(request)),
        "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
        "next_url": f"?page={page.number + 1}" if page.has_next() else "",
    }
    return render(request, "pages/asking/asks.html", context)


@login_required
@require_safe
def peers(request: HttpRequest) -> HttpResponse:
    """Who was asked to refer, and what they said."""
    profile = own_profile(request)
    if profile is None:
        return profile_first(request)
    own = referrals_visible_to(actor_of(request)).filter(profile=profile).exclude(status="superseded")
    rows = list(own.select_related("ask__referee"))
    lines = lines_of([row.ask for row in rows if row.ask], user_of(request))
    by_ask = dict(zip((row.ask_id for row in rows if row.ask), lines, strict=True))
    why = {shown.key: shown.why for shown in referrals_of(profile, None)}
    context = {"rows": [_peer(row, by_ask.get(row.ask_id), why.get(str(row.pk), "")) for row in rows]}
    return render(request, "pages/asking/peers.html", context)


def _peer(referral: Referral, line: AskLine | None, why: str) -> dict[str, Any]:
    first, last = referral.seen_from, referral.seen_to
    return {
        "referral": referral,
        "line": line,
        "relation": RELATIONS.get(referral.relation, ""),
        "years": f"{first}" if first == last else f"{first} to {last}",
        "why": why,
        "may_withdraw": referral.given_at is None and REFERRAL.allows(referral.status, "withdrawn"),
    }


@login_required
@require_POST
def withdraw_referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    referral = own_referral(request, referral_id)
    with told(request, done="The question is withdrawn; no more letters go out for it."):
        referrals.withdraw(referral, by=actor_of(request), at=now())
        ring("scorecards", "search")
    return redirect("web:peers")
