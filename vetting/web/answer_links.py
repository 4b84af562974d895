"""The key in a letter's link, exchanged at once for a cookie, so that it leaves the address bar and every log.

One cookie for each ask, kept by the browser for that ask's pages alone: two open letters never meet. Two more lead to
the page with all that one referee said: `entrance` says that a link of hers was held, `visit` that a code was asked for.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import activate, get_language_from_request, override

from vetting.followups.models import Ask, Referee
from vetting.followups.queries import asked_of, by_key, language_of, referee_by_key
from vetting.privacy.models import Visit
from vetting.privacy.queries import visit_of
from vetting.privacy.rules import VISIT_LIFE

COOKIE, ENTRANCE, VISIT = "letter", "entrance", "visit"
LIFE = timedelta(hours=12)  # a working day; the link in the letter opens it again

_KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # as kernel.keys.new_secret makes them
_Page = TypeVar("_Page", bound=Callable[..., HttpResponse])


def unlisted(page: _Page) -> _Page:
    """Kept by no cache and by no search engine; in the language of whoever is found to read it, until then the browser's."""

    @wraps(page)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with override(get_language_from_request(request)):
            response = page(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return cast("_Page", shown)


def keyed(page: _Page) -> _Page:
    """`unlisted`, for an address that holds a key: it is told to nobody as a referrer.

    Pages with a form must not say so: a browser then sends no origin, and the form's own protection refuses it.
    """

    @wraps(page)
    def shown(*args: Any, **kwargs: Any) -> HttpResponse:
        response = page(*args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        return response

    return unlisted(cast("_Page", shown))


def ask_of_key(key: str, *, at: datetime) -> Ask | None:
    ask = by_key(key, at=at) if _KEY.fullmatch(key) else None
    if ask is not None:
        activate(language_of(ask.referee))
    return ask


def ask_of_cookie(request: HttpRequest, ask_id: UUID, *, at: datetime) -> Ask | None:
    """The ask this browser holds the key of, or one of hers while her own page is open; or None."""
    ask = ask_of_key(_key_of(request, ask_id), at=at)
    if ask is not None and ask.pk == ask_id:
        return ask
    visit = visit_of_cookie(request, at=at)
    if visit is None or visit.opened_at is None:
        return None
    return asked_of(visit.referee_id).filter(pk=ask_id).first()


def exchange(ask: Ask, key: str, *, page: str) -> HttpResponse:
    """To the clean address of that page, the key in a cookie that only this ask's pages are sent."""
    response = redirect(page, ask.pk)
    _keep_key(response, COOKIE, key, salt=_salt(ask.pk), path=reverse("web:answer", args=[ask.pk]))
    return response


def to_mine(request: HttpRequest, ask: Ask) -> HttpResponse:
    """From the pages of one ask to the page with all she said."""
    return enter_mine(_key_of(request, ask.pk))


def enter_mine(key: str) -> HttpResponse:
    """To the clean address of her page. Without a key: there is a visit already, or nothing to see."""
    response = redirect("web:mine")
    if key:
        _keep_key(response, ENTRANCE, key, salt=ENTRANCE, path=reverse("web:mine"))
    return response


def referee_of_key(key: str) -> Referee | None:
    referee = referee_by_key(key) if _KEY.fullmatch(key) else None
    if referee is not None:
        activate(language_of(referee))
    return referee


def referee_of_cookie(request: HttpRequest) -> Referee | None:
    """Whose link this browser has held."""
    return referee_of_key(request.get_signed_cookie(ENTRANCE, default="", salt=ENTRANCE, max_age=LIFE) or "")


def visit_of_cookie(request: HttpRequest, *, at: datetime) -> Visit | None:
    secret = request.COOKIES.get(VISIT, "")
    visit = visit_of(secret, at=at) if _KEY.fullmatch(secret) else None
    if visit is not None:
        activate(language_of(visit.referee))
    return visit


def keep_visit(response: HttpResponse, secret: str) -> HttpResponse:
    response.set_cookie(VISIT, secret, max_age=VISIT_LIFE, path=_BELOW, **_guarded())
    return response


def drop_visit(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(VISIT, path=_BELOW)
    response.delete_cookie(ENTRANCE, path=reverse("web:mine"))
    return response


def unknown(request: HttpRequest) -> HttpResponse:
    """The same for a key that never was and for one that has run out or was altered."""
    return render(request, "pages/answers/unknown.html", status=404)


_BELOW = "/r/"  # a visit opens the pages of all her asks, and they stand below it


def _guarded() -> dict[str, Any]:
    return {"secure": settings.SESSION_COOKIE_SECURE, "httponly": True, "samesite": "Lax"}


def _keep_key(response: HttpResponse, name: str, key: str, *, salt: str, path: str) -> None:
    response.set_signed_cookie(name, key, salt=salt, max_age=LIFE, path=path, **_guarded())


def _key_of(request: HttpRequest, ask_id: UUID) -> str:
    return request.get_signed_cookie(COOKIE, default="", salt=_salt(ask_id), max_age=LIFE) or ""


def _salt(ask_id: UUID) -> str:
    return f"letter.{ask_id}"
