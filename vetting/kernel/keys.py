"""Keys: row ids that sort by time of making, secrets that open one thing, and what is kept of them."""

import hashlib
import hmac
import re
import secrets
import time
import unicodedata
from uuid import UUID

from django.conf import settings


def uuid7() -> UUID:
    """RFC 9562 version 7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def new_secret() -> str:
    """256 random bits, URL-safe, 43 characters."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a secret: SHA-256, hex. Enough, since the secret itself is 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_hash(value: str, *, key: str) -> str:
    """For values that could be guessed (addresses): HMAC-SHA-256, hex."""
    return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()


def cache_key(name: str, prefix: str, version: int) -> str:
    """Under which name the cache keeps a value; what limits sign-in has addresses in its names."""
    return keyed_hash(f"{prefix}:{version}:{name}", key=settings.SECRET_KEY)


# Letters that Unicode does not take apart into a letter and an accent, as people without the key type them.
_WHOLE = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)


def fold(text: str) -> str:
    """Lower case without accents, for comparing what people type."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_WHOLE)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def slugify(text: str, *, fallback: str) -> str:
    """ASCII words joined by hyphens, at most 60 characters; `fallback` where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:60].strip("-") or fallback
