"""Staff run the outbox: how it does, the switch, and from each number to its rows."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from vetting.audit.queries import trail
from vetting.followups import actions, queries
from vetting.followups.models import Outbox
from vetting.followups.states import LETTER_STEPS
from vetting.jobs.bell import ring
from vetting.mail.queries import suppressed_count, tempi, warm_up
from vetting.mail.rules import GAP, Tempo, gap_at, strain_at
from vetting.replies.queries import waiting
from vetting.web.drawings.days import days
from vetting.web.forms_outbox import PauseForm
from vetting.web.owner import posted, told, user_of
from vetting.web.refusals import refusals_on
from vetting.web.templatetags.wording import day

_LOOK_BACK = timedelta(days=30)
_KINDS = {
    "goal": "A goal to accept",
    "outcome": "A result to confirm",
    "peer": "A word from a peer",
    "sustain": "The same number again",
}

_View = Callable[[HttpRequest], HttpResponse]


def _staff(view: _View) -> _View:
    """For others there is nothing here."""

    @login_required
    @never_cache
    @wraps(view)
    def seen(request: HttpRequest) -> HttpResponse:
        if not user_of(request).is_staff:
            raise Http404
        return view(request)

    return seen


@_staff
@require_http_methods(["GET", "HEAD", "POST"])
def outbox(request: HttpRequest) -> HttpResponse:
    """POST pauses all letters."""
    at = now()
    form = PauseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.pause(reason=form.cleaned_data["reason"], by=user_of(request).actor, at=at)
        if form.is_valid():
            return redirect("web:outbox")
    row = actions.the_outbox(at=at)
    since = (at - _LOOK_BACK).replace(hour=0, minute=0, second=0, microsecond=0)
    counts = queries.sent_by_day(since=since, until=at)
    context = {
        "form": form,
        "switch": row,
        "reason": _reason(row) if row.status == "paused" else "",
        "facts": _facts(row, at),
        "domains": _domain_lines(since, at),
        "times": [_time_line(each, since) for each in queries.times_to_answer(since=since)],
        "days": [_day_line(each, counts[each]) for each in sorted(counts, reverse=True) if counts[each]],
        "chart": days(counts, key="sent", title="Letters sent each day"),
    }
    return render(request, "pages/outbox/outbox.html", context, status=400 if form.errors else 200)


@_staff
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    with told(request, done="Letters go out again."):
        actions.resume(by=user_of(request).actor, at=now())
    ring("followups")
    return redirect("web:outbox")


def _reason(row: Outbox) -> str:
    paused = [entry for entry in trail(row.pk) if entry.after == "paused"]
    return str(paused[-1].facts["reason"])


def _facts(row: Outbox, at: datetime) -> list[dict[str, Any]]:
    health = queries.outbox_health(at=at)
    due = {"state__exact": "planned", "due_at__lte": at.isoformat()}
    sent = {"state__exact": "sent", "sent_at__gte": (at - timedelta(days=1)).isoformat()}
    leased = {"state__in": "claimed,data", "lease_until__lte": at.isoformat()}
    return [
        _fact("Due now", str(health["due"]), due),
        _fact("The oldest has waited", _age(health["oldest_due"], at), due),
        _fact("Last look for due letters", _age(row.swept_at, at), {}),
        _fact("Sent in 24 hours", str(queries.sent_since(at - timedelta(days=1))), sent),
        *_growing(at),
        _fact("In doubt", str(health["uncertain"]), {"state__exact": "uncertain"}),
        _fact("Leases that ran out", str(health["expired_leases"]), leased),
        {
            "term": "Suppressed mailboxes",
            "text": str(suppressed_count()),
            "url": reverse("admin:vetting_suppression_changelist"),
        },
        {
            "term": "Replies nobody has looked at",
            "text": str(waiting()),
            "url": f"{reverse('admin:vetting_reply_changelist')}?kind__exact=person&settled_at__isnull=True",
        },
    ]


def _growing(at: datetime) -> list[dict[str, str]]:
    """While this sender is young."""
    today = warm_up(at=at)
    return [] if today is None else [_fact("Begun today, of at most", "{} of {}".format(*today), {})]


def _fact(term: str, text: str, rows: dict[str, str]) -> dict[str, str]:
    return {"term": term, "text": text, "url": _rows(rows) if rows else ""}


def _rows(narrowed_by: dict[str, str]) -> str:
    return f"{reverse('admin:vetting_askstep_changelist')}?{urlencode(narrowed_by)}"


def _age(moment: object, at: datetime) -> str:
    """In words a person reads at a glance: 4 s, 12 min, 3 h, 2 days."""
    if not isinstance(moment, datetime):
        return "never" if moment is None else str(moment)
    seconds = max(0, int((at - moment).total_seconds()))
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _domain_lines(since: datetime, at: datetime) -> list[dict[str, Any]]:
    found = queries.results_by_domain(since=since)
    known = tempi(each.domain for each in found)
    return [_domain_line(each, since) | _pace(known.get(each.domain), at) for each in found]


def _pace(tempo: Tempo | None, at: datetime) -> dict[str, Any]:
    """How fast letters go to that domain, and since when its server wants them slower."""
    gap = gap_at(tempo, at=at) if tempo else GAP
    rate = timedelta(minutes=1) / gap
    words = f"{rate:.0f} a minute" if rate >= 1 else f"one in {gap / timedelta(minutes=1):.1f} min"
    slowed = tempo.slowed_at if tempo and strain_at(tempo, at=at) else None
    return {"pace": words, "slowed": _age(slowed, at) if slowed else ""}


def _domain_line(found: queries.DomainResult, since: datetime) -> dict[str, Any]:
    letters = {
        "ask__referee__mailbox__endswith": f"@{found.domain}",
        "step__in": ",".join(LETTER_STEPS),
        "due_at__gte": since.isoformat(),
    }
    cells: list[tuple[int, dict[str, str]]] = [
        (found.sent, {"state__exact": "sent"}),
        (found.failed, {"state__exact": "failed"}),
        (found.in_doubt, {"state__exact": "uncertain"}),
        (found.put_off, {"state__exact": "planned", "detail__gt": ""}),
        (found.in_line, {"state__exact": "planned", "paced_at__isnull": "False"}),
    ]
    return {
        "domain": found.domain,
        "cells": [{"count": count, "url": _rows(letters | narrowed)} for count, narrowed in cells],
    }


def _time_line(found: queries.TimeToAnswer, since: datetime) -> dict[str, Any]:
    rows = {
        "status__exact": "answered",
        "kind__exact": found.kind,
        "started_at__isnull": "False",
        "status_at__gte": since.isoformat(),
    }
    return {
        "kind": _KINDS[found.kind],
        "count": found.answers,
        "url": f"{reverse('admin:vetting_ask_changelist')}?{urlencode(rows)}",
        "median": _span(found.median),
        "nine_in_ten": _span(found.nine_in_ten),
    }


def _span(taken: timedelta) -> str:
    """To the second while a form is filled in at one sitting: 2 min 40 s; 3 h 5 min; 2 days 4 h."""
    seconds = round(taken.total_seconds())
    for unit, size, lower, part in (
        ("days", 86_400, "h", 3_600),
        ("h", 3_600, "min", 60),
        ("min", 60, "s", 1),
    ):
        if seconds >= size * (2 if unit == "days" else 1):
            return f"{seconds // size} {unit} {seconds % size // part} {lower}"
    return f"{seconds} s"


def _day_line(each: date, count: int) -> dict[str, Any]:
    return {
        "day": day(each),
        "count": count,
        "url": _rows({"state__exact": "sent", "sent_at__date": each.isoformat()}),
    }
