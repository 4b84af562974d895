"""A consultant's work: what was done for whom, with which goals, and what came of them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vetting.companies import actions as companies
from vetting.companies.models import Organization
from vetting.companies.queries import domains_of
from vetting.engagements import actions, queries
from vetting.engagements.metrics import (
    METRICS,
    UnknownMetric,
    by_category,
    find,
    format_value,
    metric,
    unit_words,
)
from vetting.engagements.models import Engagement, Goal
from vetting.engagements.states import ENGAGEMENT
from vetting.jobs.bell import ring
from vetting.kernel.verdict import Verdict, refuse
from vetting.outcomes import actions as outcomes
from vetting.outcomes.queries import live_of
from vetting.outcomes.rules import may_report
from vetting.profiles.models import Profile
from vetting.web.forms_work import (
    CloseForm,
    GoalForm,
    NewClientWorkForm,
    ResultForm,
    WorkForm,
)
from vetting.web.owner import (
    one_at_a_time,
    own_engagement,
    own_goal,
    own_outcome,
    own_profile,
    posted,
    profile_first,
    told,
    turned_away,
    user_of,
)
from vetting.web.refusals import refusals_on
from vetting.web.visitor import actor_of
from vetting.web.worklines import agreement_ahead, engagement_facts, goal_lines

_STATES = {
    "declared": "Declared by you; no client has confirmed it yet",
    "client_confirmed": "The client confirmed that the work took place",
    "closed": "Confirmed by the client, and over",
    "contested": "The client said that this work did not take place",
    "withdrawn": "Withdrawn by you; it stays in your coverage line",
}
_LONGEST_SEARCH = 120


@login_required
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """Everything declared, newest work first."""
    profile = own_profile(request)
    if profile is None:
        return profile_first(request)
    engagements = list(queries.of_profile(profile.pk))
    goals = list(queries.goals_of([engagement.pk for engagement in engagements]))
    rows = [
        {
            "engagement": engagement,
            "state": _STATES[engagement.status],
            "goals": [METRICS[goal.metric].name for goal in goals if goal.engagement_id == engagement.pk],
        }
        for engagement in engagements
    ]
    return render(request, "pages/work/work.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """The client and the work in one form; with `?client=` the client is one named before."""
    profile = own_profile(request)
    if profile is None:
        return profile_first(request)
    client = _client_named_before(profile, request.GET.get("client"))
    form = (WorkForm if client else NewClientWorkForm)(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), one_at_a_time(request):
            engagement = _declared(request, profile, client, form)
        if form.is_valid():
            ring("scorecards", "search")
            messages.success(request, "Declared. The next step is a goal: a number that is to move.")
            return redirect("web:engagement", engagement.pk)
    context = {"form": form, "client": client, "clients": [] if client else _clients(profile)}
    return render(request, "pages/work/declare.html", context, status=400 if form.errors else 200)


def _clients(profile: Profile) -> list[Organization]:
    """Those of her own engagements, by name."""
    found = {each.organization_id: each.organization for each in queries.of_profile(profile.pk)}
    return sorted(found.values(), key=lambda organization: organization.name.casefold())


def _client_named_before(profile: Profile, key: str | None) -> Organization | None:
    if key is None:
        return None
    client = {str(each.pk): each for each in _clients(profile)}.get(key)
    if client is None:
        raise Http404
    return client


def _declared(
    request: HttpRequest, profile: Profile, client: Organization | None, form: WorkForm
) -> Engagement:
    at, by = now(), actor_of(request)
    if isinstance(form, NewClientWorkForm):
        client = _same_client(profile, form) or companies.register(by=by, at=at, **form.details())
    assert client is not None
    return actions.declare(profile=profile, organization=client, work=form.content(), by=by, at=at)


def _same_client(profile: Profile, form: NewClientWorkForm) -> Organization | None:
    """A client without a domain is known again by its name and country; one with a domain by that."""
    typed = form.details()
    if typed["domain"]:
        return None
    same = (typed["name"].casefold(), typed["country"])
    return next((each for each in _clients(profile) if (each.name.casefold(), each.country) == same), None)


@login_required
@require_safe
def engagement(request: HttpRequest, engagement_id: UUID) -> HttpResponse:
    """Its goals, its results and everything that was said about them."""
    found = own_engagement(request, engagement_id)
    lines = goal_lines(found, user_of(request), at=now())
    context = {
        "engagement": found,
        "state": _STATES[found.status],
        "domains": domains_of(found.organization_id),
        "lines": lines,
        "first": next((line for line in lines if line.may & {"ask", "propose"}), None),
        "facts": engagement_facts(found),
        "may_close": ENGAGEMENT.allows(found.status, "closed"),
        "may_withdraw": ENGAGEMENT.allows(found.status, "withdrawn"),
        "may_draft": found.status not in {"withdrawn", "contested"},
    }
    return render(request, "pages/work/engagement.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, engagement_id: UUID) -> HttpResponse:
    found = own_engagement(request, engagement_id)
    back = reverse("web:engagement", args=[found.pk])
    if not ENGAGEMENT.allows(found.status, "closed"):
        return turned_away(request, refuse("not_open", f"{_STATES[found.status]}."), back)
    form = CloseForm(posted(request), initial={"ends_on": found.ends_on or now().date()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.close(found, ends_on=form.cleaned_data["ends_on"], by=actor_of(request), at=now())
        if form.is_valid():
            messages.success(request, "The work is over; its last day is on record.")
            return redirect(back)
    context = {"form": form, "engagement": found}
    return render(request, "pages/work/close.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, engagement_id: UUID) -> HttpResponse:
    found = own_engagement(request, engagement_id)
    with told(request, done="Withdrawn. It stays in your coverage line as declared."):
        outcomes.withdraw_work(found, by=actor_of(request), at=now())
        ring("scorecards", "search")
    return redirect("web:engagement", found.pk)


@login_required
@require_safe
def choose_metric(request: HttpRequest, engagement_id: UUID) -> HttpResponse:
    """The first step of a goal: the catalogue, with what each metric is and what its baseline is."""
    found = own_engagement(request, engagement_id)
    return _catalogue(request, found, request.GET.get("q", ""))


def _catalogue(request: HttpRequest, engagement: Engagement, text: str, *, unknown: str = "") -> HttpResponse:
    text = text[:_LONGEST_SEARCH]
    hits = find(text)
    context = {
        "engagement": engagement,
        "query": text,
        "unknown": unknown,
        "hits": hits,
        "categories": [] if hits else [(category.label, kinds) for category, kinds in by_category().items()],
    }
    return render(request, "pages/work/choose_metric.html", context, status=404 if unknown else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft_goal(request: HttpRequest, engagement_id: UUID, key: str) -> HttpResponse:
    """The second step: the numbers."""
    found = own_engagement(request, engagement_id)
    try:
        kind = metric(key)
    except UnknownMetric as unknown:
        return _catalogue(request, found, "", unknown=str(unknown))
    form = GoalForm(kind, posted(request), initial={"currency": found.fee_currency})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            goal = actions.draft_goal(engagement=found, aim=form.content(), by=actor_of(request), at=now())
        if form.is_valid():
            messages.success(request, "Drafted. The next step is to ask the client to accept it.")
            return redirect(f"{reverse('web:engagement', args=[found.pk])}#{goal.pk}")
    context = {
        "engagement": found,
        "kind": kind,
        "form": form,
        "unit": unit_words(kind),
        "better": "higher" if kind.direction > 0 else "lower",
        "agreement": agreement_ahead(found.starts_on, on=now().date()),
    }
    return render(request, "pages/work/draft_goal.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def withdraw_goal(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    goal = own_goal(request, goal_id)
    with told(request, done="The goal is withdrawn, and any open question about it is closed."):
        outcomes.withdraw_goal(goal, by=actor_of(request), at=now())
        ring("scorecards", "search")
    return redirect("web:engagement", goal.engagement_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """What was reached, as the consultant says; it counts once somebody else has spoken."""
    goal = own_goal(request, goal_id)
    back = f"{reverse('web:engagement', args=[goal.engagement_id])}#{goal.pk}"
    if not (verdict := _may_report(goal)):
        return turned_away(request, verdict, back)
    form = ResultForm(goal, posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            outcome = outcomes.report(goal=goal, result=form.content(), by=actor_of(request), at=now())
        if form.is_valid():
            ring("scorecards", "search")
            messages.success(request, "Reported. The next step is to ask the client whether it is right.")
            return redirect("web:ask_result", outcome.pk)
        if not (verdict := _may_report(goal)):  # sent twice at once: the other one has reported it
            return turned_away(request, verdict, back)
    kind = METRICS[goal.metric]
    context = {
        "goal": goal,
        "kind": kind,
        "form": form,
        "unit": unit_words(kind, goal.currency),
        "from_words": format_value(kind, goal.baseline, goal.currency),
        "to_words": format_value(kind, goal.target, goal.currency),
    }
    return render(request, "pages/work/report.html", context, status=400 if form.errors else 200)


def _may_report(goal: Goal) -> Verdict:
    if live_of(goal.pk) is not None:
        return refuse("reported_already", "This goal has a result already.")
    return may_report(goal)


@login_required
@require_POST
def withdraw_result(request: HttpRequest, outcome_id: UUID) -> HttpResponse:
    outcome = own_outcome(request, outcome_id)
    with told(request, done="The result is withdrawn, and any open question about it is closed."):
        outcomes.withdraw(outcome, by=actor_of(request), at=now())
        ring("scorecards", "search")
    return redirect("web:engagement", outcome.goal.engagement_id)
