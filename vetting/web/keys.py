"""Keys for programs: made, shown once, revoked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from vetting.accounts import actions
from vetting.accounts.queries import keys_of
from vetting.web.forms_keys import KeyForm
from vetting.web.owner import posted, user_of
from vetting.web.refusals import refusals_on


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The secret of a new key stands in the answer to the form itself: nothing keeps it for a second look."""
    user = user_of(request)
    form = KeyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            key, secret = actions.create_key(user=user, at=now(), **form.cleaned_data)
        if form.is_valid():
            return render(request, "pages/keys/made.html", {"key": key, "secret": secret})
    context = {"form": form, "keys": keys_of(user.pk)}
    return render(request, "pages/keys/keys.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    user = user_of(request)
    key = get_object_or_404(keys_of(user.pk), token_key=prefix)
    actions.revoke_key(key=key, by=user, at=now())
    messages.success(request, f"Revoked. “{key.name}” opens nothing any more.")
    return redirect("web:keys")
