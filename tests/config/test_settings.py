"""Production refuses what would be unsafe, and is clean by Django's own checks; the demo needs nothing."""

import secrets

import pytest

from tests.config.checkouts import python
from tests.house.files import PROJECT

PRODUCTION = {
    "TOUCHSTONE_ENV": "production",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ADDRESS_HASH_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "touchstone.example",
    "SITE_URL": "https://touchstone.example",
    "DATABASE_URL": "postgres://touchstone:secret@db.example:5432/touchstone",
    "REDIS_URL": "rediss://:secret@redis.example:6379/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example:587",
    "MAIL_FROM": "Touchstone <letters@touchstone.example>",
}


def manage(*arguments, **env):
    run = python(PROJECT, "-W", "error", "manage.py", *arguments, env=env)
    said, _ = run.communicate(timeout=60)
    return run.returncode, said


def test_a_production_start_is_clean():
    code, said = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (code, said) == (0, "System check identified no issues (0 silenced).\n")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DEBUG", "true", "Production does not start like this. DEBUG must be off."),
        (
            "SECRET_KEY",
            "django-insecure-" + "x1y2z3" * 10,
            "Production does not start like this. SECRET_KEY must be at least 50 random characters.",
        ),
        (
            "SECRET_KEY",
            "short",
            "Production does not start like this. SECRET_KEY must be at least 50 random characters.",
        ),
        (
            "SECRET_KEY",
            "a" * 60,
            "Production does not start like this. SECRET_KEY must be at least 50 random characters.",
        ),
        (
            "ALLOWED_HOSTS",
            "touchstone.example,*",
            "Production does not start like this. ALLOWED_HOSTS must name the hosts; '*' answers to anybody's name.",
        ),
        (
            "SITE_URL",
            "http://touchstone.example",
            "Production does not start like this. SITE_URL must begin with https://.",
        ),
        ("DEBUG", "maybe", "DEBUG is 'maybe'; it must be true or false."),
        ("TOUCHSTONE_ENV", "prod", "TOUCHSTONE_ENV is 'prod'; it must be 'demo' or 'production'."),
        (
            "REPLY_ADDRESS",
            f"{'long' * 8}@touchstone.example",
            f"REPLY_ADDRESS is '{'long' * 8}@touchstone.example'; it must be an address with at most 31 plain characters before the @.",
        ),
        ("REPLY_KEY", "short", "REPLY_KEY must be at least 32 random characters."),
        ("REDIS_URL", "http://x", "REDIS_URL begins with 'http'; it must be redis://, rediss:// or unix://."),
    ],
)
def test_an_unsafe_start_is_refused_in_one_line(name, value, reason):
    assert manage("check", **PRODUCTION | {name: value}) == (1, f"{reason}\n")


@pytest.mark.parametrize(
    ("missing", "meaning"),
    [
        ("SECRET_KEY", "Signs cookies and links. At least 50 characters."),
        (
            "ALLOWED_HOSTS",
            "Host names the site answers to, separated by commas. `*` is refused in production.",
        ),
        ("SITE_URL", "Where the site stands, as written into letters. `https://` in production."),
        ("EMAIL_URL", "Where letters go out: `smtp+tls://user:password@host:587`."),
        ("MAIL_FROM", "The stable address all letters come from."),
    ],
)
def test_what_production_lacks_is_named(missing, meaning):
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert manage("check", **given) == (1, f"{missing} must be set in production. {meaning}\n")
