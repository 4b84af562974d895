"""What is answered where we fail, whatever else is broken: nothing here asks the database."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from vetting.kernel.away import AGAIN_AFTER, AWAY

_FOR_PROGRAMS = ("/api/", "/_allauth/", "/inbound/")


def fault(request: HttpRequest) -> HttpResponse:
    """503 where the database is away, which ends by itself; 500 where the fault is ours."""
    away = isinstance(sys.exception(), AWAY)
    status = 503 if away else 500
    if request.path.startswith(_FOR_PROGRAMS):
        response: HttpResponse = _problem(status)
    else:
        response = HttpResponse(render_to_string(f"{status}.html"), status=status)
    if away:
        response["Retry-After"] = str(AGAIN_AFTER)
    return response


def _problem(status: int) -> JsonResponse:
    """RFC 9457, as the API says it."""
    code, title, detail = _WORDS[status]
    problem = {"type": f"urn:touchstone:problem:{code}", "title": title, "status": status, "detail": detail}
    return JsonResponse(problem, status=status, content_type="application/problem+json")


_WORDS = {
    500: ("error", "A fault of ours", "Something went wrong on our side. It has been noted."),
    503: ("away", "Not now", "The database is away for a moment. Send it again; the same twice is one."),
}
