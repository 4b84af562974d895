"""How much one caller may ask in a minute."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from vetting.accounts.actions import count

WINDOW = timedelta(minutes=1)
ANONYMOUS, SIGNED_IN = 120, 600  # requests in a window, by address and by account


class Limit(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:  # one limit for all views
        who, most = self._caller(request)
        at = timezone.now()
        counted, ends_at = count(who, window=WINDOW, at=at)
        self._left = (ends_at - at).total_seconds()
        return counted <= most

    def wait(self) -> float:
        """Seconds until the next window; the answer says so in Retry-After."""
        return self._left

    def _caller(self, request: Request) -> tuple[str, int]:
        if request.user.is_authenticated:
            return f"account {request.user.pk}", SIGNED_IN
        return f"address {self.get_ident(request)}", ANONYMOUS
