"""What is answered where we fail, whatever else is broken: nothing here asks the database."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from vetting.kernel.away import AGAIN_AFTER, AWAY, MailAwayError

_FOR_PROGRAMS = ("/api/", "/_allauth/", "/inbound/")


def fault(request: HttpRequest) -> HttpResponse:
    """503 where the database or the mail server is away, which ends by itself; 500 where the fault is ours."""
    error = sys.exception()
    what, status, again_after = "500", 500, 0
    if isinstance(error, AWAY):
        what, status, again_after = "503", 503, AGAIN_AFTER
    if isinstance(error, MailAwayError):
        what, status, again_after = "503_mail", 503, error.again_after
    if request.path.startswith(_FOR_PROGRAMS):
        response: HttpResponse = _problem(what, status)
    else:
        response = HttpResponse(render_to_string(f"{what}.html"), status=status)
    if again_after:
        response["Retry-After"] = str(again_after)
    return response


def _problem(what: str, status: int) -> JsonResponse:
    """RFC 9457, as the API says it."""
    code, title, detail = _WORDS[what]
    problem = {"type": f"urn:touchstone:problem:{code}", "title": title, "status": status, "detail": detail}
    return JsonResponse(problem, status=status, content_type="application/problem+json")


_WORDS = {
    "500": ("error", "A fault of ours", "Something went wrong on our side. It has been noted."),
    "503": ("away", "Not now", "The database is away for a moment. Send it again; the same twice is one."),
    "503_mail": (
        "mail_away",
        "Not now",
        "The mail server takes no letter, so no code is on its way. Ask for one again in a minute.",
    ),
}
