"""Every refusal in one shape: RFC 9457, with a stable type, and a pointer and a code for each field.

400 the input is wrong, and `errors` says where · 401 nobody is signed in · 403 this one may not · 404 absent, or
not yours to see: the same bytes · 409 the input is right, and a rule says no · 503 ask again after Retry-After.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, NotFound, PermissionDenied, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.settings import api_settings

from vetting.kernel.away import AGAIN_AFTER, AWAY
from vetting.kernel.verdict import InvalidError, RefusedError, Verdict

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:touchstone:problem:"
TITLES = {
    400: "The input is wrong",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "No such method here",
    406: "No such format here",
    409: "Refused",
    413: "Too large",
    415: "Send JSON",
    429: "Too many requests",
    500: "A fault of ours",
    503: "Not now",
}
# Said in our words whatever the frameworks say; the first for absent and foreign things alike.
_DETAILS = {
    "not_found": "There is no such thing, or it is not yours to see.",
    "not_authenticated": "This needs an API key or a session.",
    "unsupported_media_type": "Send the body as JSON, with Content-Type: application/json.",
    "not_acceptable": "The answer is JSON; accept application/json.",
    "error": "Something went wrong on our side. It has been noted.",
}
_ABSENT = frozenset({"not_found"})
_NOT_THEIRS = frozenset({"not_yours", "staff_only"})


class Refused(APIException):
    status_code = status.HTTP_409_CONFLICT

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason, verdict.code)


class Away(APIException):
    """No word on whether the last write stands: the database may have kept it and failed before it could say so."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    wait = AGAIN_AFTER

    def __init__(self) -> None:
        super().__init__("The database is away for a moment. Send it again; the same twice is one.", "away")


class ProblemHandler(ExceptionHandler):
    """Translates the refusals of the rooms, once for every view."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, InvalidError):
            return ValidationError(
                {name: [ErrorDetail(text, code)] for name, (code, text) in exc.problems.items()}
            )
        if isinstance(exc, RefusedError):
            return _translated(exc.verdict)
        if isinstance(exc, AWAY):
            return Away()
        converted: Exception = super().convert_known_exceptions(exc)
        return converted

    def get_response(self, exc: APIException, data: dict[str, Any]) -> Response:
        response: Response = super().get_response(exc, data)
        response.content_type = MEDIA_TYPE
        return response


class ProblemFormatter(ExceptionFormatter):
    def run(self) -> dict[str, Any]:
        if isinstance(self.exc, ValidationError):
            return self._invalid(self.exc)
        code = _code(self.exc)
        return _problem(code, self.exc.status_code, _DETAILS.get(code, str(self.exc.detail)))

    def _invalid(self, exc: ValidationError) -> dict[str, Any]:
        request = self.context["request"]
        of_query = request is not None and request.method in SAFE_METHODS
        errors = [_error(path, detail, of_query=of_query) for path, detail in _leaves(exc.detail)]
        words = "One value is wrong." if len(errors) == 1 else f"{len(errors)} values are wrong."
        return _problem("invalid", exc.status_code, words) | {"errors": errors}


def _translated(verdict: Verdict) -> APIException:
    if verdict.code in _ABSENT:
        return NotFound()
    if verdict.code in _NOT_THEIRS:
        return PermissionDenied(verdict.reason, verdict.code)
    return Refused(verdict)


def _code(exc: APIException) -> str:
    codes = exc.get_codes()
    return codes if isinstance(codes, str) else exc.default_code


def _problem(code: str, number: int, detail: str) -> dict[str, Any]:
    return {"type": f"{TYPE}{code}", "title": TITLES[number], "status": number, "detail": detail}


def _error(path: tuple[str, ...], detail: ErrorDetail, *, of_query: bool) -> dict[str, Any]:
    """In a body a JSON pointer (RFC 6901) says where, in an address the name of the parameter."""
    where = {"parameter": path[0]} if of_query and path else {"pointer": _pointer(path)}
    return {**where, "code": detail.code, "detail": str(detail)}


def _pointer(path: tuple[str, ...]) -> str:
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)


def _leaves(detail: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], ErrorDetail]]:
    """Every single error with the way to it; one about the whole stands at the whole."""
    if isinstance(detail, ErrorDetail):
        yield path, detail
    elif isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = path if name == api_settings.NON_FIELD_ERRORS_KEY else (*path, str(name))
            yield from _leaves(inner, here)
    else:
        for inner in detail:
            yield from _leaves(inner, path)
