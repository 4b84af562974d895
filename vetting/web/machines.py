"""What is asked by machines that look after the site: may I read this, and is it well."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vetting.followups.queries import outbox_health
from vetting.kernel.away import AGAIN_AFTER, AWAY

# The worker sweeps every few seconds; a letter due for longer says that it does not.
_LATE_SECONDS = 60
# Pages that belong to one person, or that are a form.
_PRIVATE = ("/account/", "/desk/", "/r/", "/staff/")


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _PRIVATE)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 while pages can be served. A late sweep is named, and stops no page; without the database it is 503."""
    at = timezone.now()
    try:
        outbox = dict(outbox_health(at=at))
    except AWAY:
        return JsonResponse({"database": "away"}, status=503, headers={"Retry-After": str(AGAIN_AFTER)})
    waited = _waited(outbox.pop("oldest_due"), at)
    sweep = "late" if waited > _LATE_SECONDS else "in time"
    return JsonResponse(
        {"database": "ok", "sweep": sweep, "outbox": {**outbox, "oldest_due_seconds": waited}}
    )


def _waited(oldest_due: Any, at: datetime) -> int:
    return 0 if oldest_due is None else int((at - oldest_due).total_seconds())
