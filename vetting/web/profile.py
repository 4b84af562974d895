"""A consultant's own profile: made, changed, listed, paused; and what she says of herself, kept apart."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from vetting.jobs.bell import ring
from vetting.profiles import actions
from vetting.profiles.models import Profile
from vetting.profiles.queries import claims_of
from vetting.profiles.rules import may_list
from vetting.profiles.states import PROFILE
from vetting.web.forms_profile import ClaimForm, ProfileForm
from vetting.web.labels import SELF_CLAIMS
from vetting.web.owner import own_profile, posted, profile_first, told, user_of
from vetting.web.refusals import refusals_on
from vetting.web.visitor import actor_of

_STATES = {
    "draft": "A draft. Only you see it.",
    "submitted": "Waiting to be listed. Only you see it.",
    "listed": "Listed. Companies find it by what your clients confirm.",
    "paused": "Paused. Nobody else sees it, and search does not find it.",
    "suspended": "Suspended while a case is open. Only you and our staff see it.",
    "delisted": "Taken off the list. Only you and our staff see it.",
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """The form that makes it, or changes it."""
    own = own_profile(request)
    form = ProfileForm(posted(request), initial=_initial(own))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            _save(request, own, form)
        if form.is_valid():
            ring("scorecards", "search")
            messages.success(
                request, "Saved." if own else "Your profile is made. It is a draft until you list it."
            )
            return redirect("web:profile" if own else "web:desk")
        if own is None and own_profile(request):  # sent twice at once: the other one has made it
            return redirect("web:desk")
    return _page(request, own, form, ClaimForm(auto_id="claim_%s"))


def _save(request: HttpRequest, own: Profile | None, form: ProfileForm) -> None:
    details, by, at = form.cleaned_data, actor_of(request), now()
    if own is None:
        actions.create(owner=user_of(request), details=details, by=by, at=at)
    else:
        actions.change(own, details=details, by=by, at=at)


def _initial(own: Profile | None) -> dict[str, object]:
    return {name: getattr(own, name) for name in actions.FIELDS} if own else {}


def _page(
    request: HttpRequest, own: Profile | None, form: ProfileForm, claim_form: ClaimForm
) -> HttpResponse:
    wrong = form if form.errors else claim_form
    context: dict[str, object] = {"form": form, "profile": own, "wrong": wrong}
    if own is not None:
        claims = [(SELF_CLAIMS[claim.kind], claim) for claim in claims_of(own)]
        context |= {
            "state": _STATES[own.status],
            "claims": claims,
            "claim_form": claim_form,
            "may_list": PROFILE.allows(own.status, "submitted") or own.status == "paused",
            "missing": may_list(own).reason,
            "may_pause": PROFILE.allows(own.status, "paused"),
        }
    return render(request, "pages/profile/profile.html", context, status=400 if wrong.errors else 200)


@login_required
@require_POST
def list_profile(request: HttpRequest) -> HttpResponse:
    own = own_profile(request)
    if own is None:
        return profile_first(request)
    if own.status != "listed":
        with told(request, done="Listed. Companies find it by what your clients confirm."):
            actions.submit(own, by=actor_of(request), at=now())
            ring("scorecards", "search")
    return redirect("web:profile")


@login_required
@require_POST
def pause_profile(request: HttpRequest) -> HttpResponse:
    own = own_profile(request)
    if own is None:
        return profile_first(request)
    if own.status != "paused":
        with told(request, done="Paused. Nobody else sees it until you list it again."):
            actions.pause(own, by=actor_of(request), at=now())
            ring("scorecards", "search")
    return redirect("web:profile")


@login_required
@require_POST
def add_claim(request: HttpRequest) -> HttpResponse:
    own = own_profile(request)
    if own is None:
        return profile_first(request)
    form = ClaimForm(request.POST, auto_id="claim_%s")
    if form.is_valid():
        with refusals_on(form):
            actions.add_claim(own, by=actor_of(request), at=now(), **form.cleaned_data)
        if form.is_valid():
            messages.success(request, "Added. It is shown as self-described, and moves no score.")
            return redirect("web:profile")
    return _page(request, own, ProfileForm(initial=_initial(own)), form)


@login_required
@require_POST
def remove_claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    own = own_profile(request)
    if own is None:
        return profile_first(request)
    claim = get_object_or_404(claims_of(own), pk=claim_id)
    actions.remove_claim(claim, by=actor_of(request), at=now())
    messages.success(request, "Removed.")
    return redirect("web:profile")
