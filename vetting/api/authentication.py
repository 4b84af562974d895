"""Who a program speaks for: an API key, by the digest that is kept of it."""

import re

from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from vetting.accounts.actions import note_use
from vetting.accounts.models import ApiKey, User
from vetting.accounts.queries import key_of_digest

_SHAPE = re.compile(rb"touch_[0-9a-f]{64}")
# One sentence for every reason, so that nobody learns whether a key was ever one of ours.
_REFUSED = "This key is unknown, revoked or expired."


class ApiKeyAuthentication(TokenAuthentication):  # type: ignore[misc]  # knox has no types
    """`Authorization: Bearer touch_...`; `request.auth` is the ApiKey.

    Unlike knox's own, an expired key stays where it is: its owner reads in the list when it ran out.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiKey]:
        now = timezone.now()
        key = key_of_digest(hash_token(token.decode())) if _SHAPE.fullmatch(token) else None
        if key is None or not key.user.is_active or (key.expiry is not None and key.expiry <= now):
            raise AuthenticationFailed(_REFUSED)
        note_use(key=key, at=now)
        return key.user, key
