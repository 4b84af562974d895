"""How much one caller may ask in a minute. Redis counts; where it is away, each process counts for itself."""

import time

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from vetting.kernel.keys import keyed_hash

WINDOW = 60  # seconds
ANONYMOUS, SIGNED_IN = 120, 600  # requests in a window, by address and by account
# How long a Redis that failed is left alone: a half-open one would hold every request until its time-out.
AWAY = 30.0

log = structlog.get_logger()


class Counter:
    """Counts in the shared cache, or beside it while that is away. It never raises and never waits twice."""

    def __init__(self) -> None:
        self._own = LocMemCache("limits", {"OPTIONS": {"MAX_ENTRIES": 10_000}})
        self._away_until = 0.0

    def count(self, key: str) -> int:
        if time.monotonic() >= self._away_until:
            try:
                return _count(cache, key)
            except (RedisError, OSError) as error:
                self._away_until = time.monotonic() + AWAY
                log.warning("limits_counted_here", error=type(error).__name__)
        return _count(self._own, key)


def _count(where: BaseCache, key: str) -> int:
    where.add(key, 0, timeout=2 * WINDOW)
    try:
        return where.incr(key)
    except ValueError:  # emptied in between
        return 1


counter = Counter()


class Limit(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 - one limit for all views
        who, most = self._caller(request)
        window, passed = divmod(time.time(), WINDOW)
        self._left = WINDOW - passed
        # An address is personal data, and stays out of Redis.
        return counter.count(f"limit:{keyed_hash(who, key=settings.SECRET_KEY)}:{window:.0f}") <= most

    def wait(self) -> float:
        """Seconds until the next window; the answer says so in Retry-After."""
        return self._left

    def _caller(self, request: Request) -> tuple[str, int]:
        if request.user.is_authenticated:
            return f"account {request.user.pk}", SIGNED_IN
        return f"address {self.get_ident(request)}", ANONYMOUS
