"""Every environment variable Touchstone reads, declared once.

The configuration table of the README is generated from `DECLARED` and a test compares the two.
"""

import os
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One environment variable. `demo` is what it is when unset; `required` is about production."""

    name: str
    demo: str
    meaning: str
    required: bool = False


DECLARED: tuple[Variable, ...] = (
    Variable(
        name="TOUCHSTONE_ENV",
        demo="demo",
        meaning="`demo` (this machine only, letters stay in a local letter box) or `production`.",
    ),
    Variable(
        name="SECRET_KEY",
        demo="made at the first start, kept in `var/secret_key`",
        meaning="Signs cookies and links. At least 50 characters.",
        required=True,
    ),
    Variable(
        name="ALLOWED_HOSTS",
        demo="localhost,127.0.0.1,[::1]",
        meaning="Host names the site answers to, separated by commas. `*` is refused in production.",
        required=True,
    ),
    Variable(
        name="SITE_URL",
        demo="http://127.0.0.1:8000",
        meaning="Where the site stands, as written into letters. `https://` in production.",
        required=True,
    ),
    Variable(
        name="DATABASE_URL",
        demo="an embedded PostgreSQL, data in `var/`",
        meaning="`postgres://user:password@host:5432/name`. PostgreSQL 15 or later.",
        required=True,
    ),
    Variable(
        name="REDIS_URL",
        demo="an embedded Valkey, data in `var/`",
        meaning="`redis://:password@host:6379/0`. It rings the workers, and holds nothing else.",
        required=True,
    ),
    Variable(
        name="EMAIL_URL",
        demo="smtp://127.0.0.1:8025",
        meaning="Where letters go out: `smtp+tls://user:password@host:587`.",
        required=True,
    ),
    Variable(
        name="MAIL_FROM",
        demo="Touchstone <letters@touchstone.example>",
        meaning="The stable address all letters come from.",
        required=True,
    ),
    Variable(
        name="MAIL_WARM_UP",
        demo="200",
        meaning="Letters on the first day of a new sender; each day takes twice as many. `0`: it is known, no limit.",
    ),
    Variable(
        name="ADDRESS_HASH_KEY",
        demo="the value of `SECRET_KEY`",
        meaning="Keys the hashes by which stopped mailboxes are remembered. Must never change, unlike `SECRET_KEY`.",
        required=True,
    ),
    Variable(
        name="REPLY_ADDRESS",
        demo="unset: letters name no address for replies",
        meaning="`replies@touchstone.example`: each ask's letters then name `replies+TOKEN@...` for replies and reports.",
    ),
    Variable(
        name="REPLY_KEY",
        demo="unset: no such door",
        meaning="Signs the messages that a mail server brings to `/inbound/`. At least 32 characters.",
    ),
    Variable(
        name="REPLY_IMAP_URL",
        demo="unset: no mailbox",
        meaning="A mailbox that the workers read every minute: `imaps://user:password@host:993/INBOX`, or `imap+tls://`, `imap://`.",
    ),
    Variable(
        name="SEGMENTS",
        demo="var/segments",
        meaning="The folder of the search's rank lists, written by the worker and read by every web process.",
    ),
    Variable(
        name="PORT",
        demo="8000",
        meaning="The first port `make run` tries; where it is taken, the next free one.",
    ),
    Variable(
        name="WEB_CONCURRENCY",
        demo="2",
        meaning="Web processes; as many as there are cores is a good number.",
    ),
    Variable(
        name="DEBUG",
        demo="false",
        meaning="Django's error pages, for development. Refused in production.",
    ),
    Variable(
        name="LOG_LEVEL",
        demo="INFO",
        meaning="`DEBUG`, `INFO`, `WARNING` or `ERROR`. No level logs an address or a token.",
    ),
)
_BY_NAME = {variable.name: variable for variable in DECLARED}


def given(name: str) -> str | None:
    """The value the environment gives, or None where it is unset or empty."""
    return os.environ.get(_BY_NAME[name].name, "").strip() or None


def production() -> bool:
    """Whether this start is one that strangers can reach."""
    value = given("TOUCHSTONE_ENV") or "demo"
    if value not in {"demo", "production"}:
        message = f"TOUCHSTONE_ENV is {value!r}; it must be 'demo' or 'production'."
        raise ImproperlyConfigured(message)
    return value == "production"


def text(name: str) -> str:
    """The value, or the demo's; production stops here when a required one is missing."""
    value = given(name)
    if value is not None:
        return value
    variable = _BY_NAME[name]
    if variable.required and production():
        message = f"{name} must be set in production. {variable.meaning}"
        raise ImproperlyConfigured(message)
    return variable.demo


def flag(name: str) -> bool:
    """A yes-or-no value; anything that is neither is an error, never a silent no."""
    value = text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    message = f"{name} is {value!r}; it must be true or false."
    raise ImproperlyConfigured(message)


def number(name: str) -> int:
    """A whole number from 0 on."""
    value = text(name)
    if not re.fullmatch(r"[0-9]{1,9}", value):
        message = f"{name} is {value!r}; it must be a whole number from 0 on."
        raise ImproperlyConfigured(message)
    return int(value)


def words(name: str) -> list[str]:
    """A value of several parts separated by commas."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def reply_address() -> str:
    """The address replies go to, or nothing; a token of 33 characters has to fit into its local part (RFC 5321)."""
    value = given("REPLY_ADDRESS") or ""
    if value and not re.fullmatch(r"[A-Za-z0-9._-]{1,31}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value):
        message = f"REPLY_ADDRESS is {value!r}; it must be an address with at most 31 plain characters before the @."
        raise ImproperlyConfigured(message)
    return value.lower()


def reply_key() -> str:
    value = given("REPLY_KEY") or ""
    if value and len(value) < 32:
        message = "REPLY_KEY must be at least 32 random characters."
        raise ImproperlyConfigured(message)
    return value


def refuse_unsafe(*, debug: bool, secret_key: str, hosts: list[str], site_url: str) -> None:
    """Stop a production start that would be unsafe, with one line a fault."""
    faults = []
    if debug:
        faults.append("DEBUG must be off.")
    if len(secret_key) < 50 or len(set(secret_key)) < 5 or secret_key.startswith("django-insecure-"):
        faults.append("SECRET_KEY must be at least 50 random characters.")
    if "*" in hosts:
        faults.append("ALLOWED_HOSTS must name the hosts; '*' answers to anybody's name.")
    if not site_url.startswith("https://"):
        faults.append("SITE_URL must begin with https://.")
    if faults:
        message = "Production does not start like this. " + " ".join(faults)
        raise ImproperlyConfigured(message)


def broker_url(url: str) -> str:
    """A Redis address as kombu reads it: it takes a socket's password from the user part only."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        password = quote(parts.password or "", safe="")
        return f"redis+socket://:{password}@{parts.path}?virtual_host=0"
    if parts.scheme not in {"redis", "rediss"}:
        message = f"REDIS_URL begins with {parts.scheme!r}; it must be redis://, rediss:// or unix://."
        raise ImproperlyConfigured(message)
    return url
