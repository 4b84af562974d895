"""The door for raw messages: whoever holds the key may bring them, each request for five minutes.

The header reads `Touchstone-Signature: t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA-256 of "SECONDS." and the body.
"""

import hashlib
import hmac
import re

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from vetting.jobs.bell import ring
from vetting.kernel.verdict import RefusedError, Verdict, refuse
from vetting.replies.actions import take
from vetting.replies.reading import MOST_BYTES

WINDOW = 300  # seconds, either way: clocks differ
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")
# What whoever brings a message need not try again is 4xx; each has a name.
_STATUS = {
    "unsigned": 401,
    "too_old": 401,
    "too_large": 413,
    "unreadable": 422,
    "unknown": 404,
    "erased": 410,
    "too_many": 429,
}


# No session stands behind this door, so there is nothing for another site to ride on.
@csrf_exempt
@never_cache
@require_POST
def inbound(request: HttpRequest) -> JsonResponse:
    """200 where the message was taken, now or before; the same twice is one."""
    if not settings.REPLY_KEY:
        raise Http404
    try:
        taken = take(_signed_body(request), at=now())
    except RefusedError as refused:
        return _problem(refused.verdict)
    ring("followups")
    return JsonResponse({"kind": taken.reply.kind, "is_new": taken.is_new})


def _signed_body(request: HttpRequest) -> bytes:
    found = _SIGNATURE.fullmatch(request.headers.get("Touchstone-Signature", ""))
    if found is None:
        raise RefusedError(refuse("unsigned", "This needs a signature: Touchstone-Signature: t=...,v1=..."))
    raw = request.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise RefusedError(refuse("too_large", f"A message has at most {MOST_BYTES:,} bytes here."))
    expected = hmac.new(settings.REPLY_KEY.encode(), f"{found[1]}.".encode() + raw, hashlib.sha256)
    if not hmac.compare_digest(expected.hexdigest(), found[2]):
        raise RefusedError(refuse("unsigned", "The signature does not fit this time and this body."))
    if abs(now().timestamp() - int(found[1])) > WINDOW:
        raise RefusedError(refuse("too_old", "This was signed more than five minutes ago, or ahead."))
    return bytes(raw)


def _problem(verdict: Verdict) -> JsonResponse:
    """RFC 9457, as the API says it."""
    status = _STATUS[verdict.code]
    problem = {"type": f"urn:touchstone:problem:{verdict.code}", "status": status, "detail": verdict.reason}
    return JsonResponse(problem, status=status, content_type="application/problem+json")
