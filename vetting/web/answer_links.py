"""The key in a letter's link, exchanged at once for a cookie, so that it leaves the address bar and every log.

One cookie for each ask, kept by the browser for that ask's pages alone: two open letters never meet.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from vetting.followups.models import Ask
from vetting.followups.queries import by_key

COOKIE = "letter"
LIFE = timedelta(hours=12)  # a working day; the link in the letter opens it again

_KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # as kernel.keys.new_secret makes them
_Page = TypeVar("_Page", bound=Callable[..., HttpResponse])


def unlisted(page: _Page) -> _Page:
    """Kept by no cache and by no search engine."""

    @wraps(page)
    def shown(*args: Any, **kwargs: Any) -> HttpResponse:
        response = page(*args, **kwargs)
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
    return by_key(key, at=at) if _KEY.fullmatch(key) else None


def ask_of_cookie(request: HttpRequest, ask_id: UUID, *, at: datetime) -> Ask | None:
    """The ask this browser holds the key of, or None."""
    key = request.get_signed_cookie(COOKIE, default="", salt=_salt(ask_id), max_age=LIFE)
    ask = ask_of_key(key or "", at=at)
    return ask if ask is not None and ask.pk == ask_id else None


def exchange(ask: Ask, key: str, *, page: str) -> HttpResponse:
    """To the clean address of that page, the key in a cookie that only this ask's pages are sent."""
    response = redirect(page, ask.pk)
    response.set_signed_cookie(
        COOKIE,
        key,
        salt=_salt(ask.pk),
        max_age=LIFE,
        path=reverse("web:answer", args=[ask.pk]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _salt(ask_id: UUID) -> str:
    return f"letter.{ask_id}"
