"""Accounts made for somebody; keys for programs: made once, shown once, revoked at any time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection

from vetting.accounts.models import ApiKey, Tally, User
from vetting.accounts.queries import users_with_mailbox
from vetting.accounts.states import SCOPES
from vetting.audit.actions import record_about
from vetting.kernel.actors import Actor
from vetting.kernel.keys import keyed_hash
from vetting.kernel.mailboxes import clean_address
from vetting.kernel.text import check_text
from vetting.kernel.verdict import ALLOWED, Verdict, refuse, require_all
from vetting.kernel.whole import whole

LIFETIME = timedelta(days=365)
MOST_KEYS = 20  # of one person

_COUNT = """
INSERT INTO vetting_tally (key, count, ends_at) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET count = vetting_tally.count + 1 RETURNING count
"""


@whole
def enrol(*, email: str, by: Actor, at: datetime, is_staff: bool = False, is_demo: bool = False) -> User:
    """An account whose address needs no proof, since whoever makes it answers for it; she signs in by code."""
    require_all(_check_address(email))
    user = User.objects.create_user(email, is_staff=is_staff, is_demo=is_demo)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    record_about("user", user.id, "enrol", by=by, at=at, facts={"is_staff": is_staff})
    return user


@whole
def create_key(*, user: User, name: str, scopes: Sequence[str], at: datetime) -> tuple[ApiKey, str]:
    """The key's row and the secret, which is shown here once and stored nowhere."""
    require_all(check_text(name, field="name", most=80), _check_scopes(scopes))
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    require_all(*_check_room(user, name.strip()))
    key, secret = ApiKey.objects.create(
        user=user, expiry=LIFETIME, name=name.strip(), scopes=sorted(set(scopes))
    )
    facts = {"key": key.token_key, "scopes": key.scopes}
    record_about("user", user.id, "create_key", by=user.actor, at=at, facts=facts)
    return key, secret


@whole
def revoke_key(*, key: ApiKey, by: User, at: datetime) -> None:
    record_about("user", key.user_id, "revoke_key", by=by.actor, at=at, facts={"key": key.token_key})
    key.delete()


def note_use(*, key: ApiKey, at: datetime) -> None:
    """Remember the day a key was last used; one write a day at most."""
    if key.last_used_at is None or at - key.last_used_at > timedelta(days=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)


def count(who: str, *, window: timedelta, at: datetime) -> tuple[int, datetime]:
    """How often `who` has come in this window, this time included, and when the window ends.

    The database counts, in one statement: all processes count together, whatever becomes of Redis.
    """
    ends_at = at + window - (at - datetime.min.replace(tzinfo=UTC)) % window
    key = keyed_hash(f"{who} until {ends_at.isoformat()}", key=settings.SECRET_KEY)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, ends_at])
        (counted,) = cursor.fetchone()
    return counted, ends_at


def forget_counts(*, at: datetime) -> None:
    Tally.objects.filter(ends_at__lte=at).delete()


def _check_address(email: str) -> Verdict:
    if clean_address(email) is None:
        return refuse("invalid_email", "This is not an address a letter can reach.", field="email")
    if users_with_mailbox(email).exists():
        return refuse("account_exists", "There is an account with this mailbox already.", field="email")
    return ALLOWED


def _check_room(user: User, name: str) -> list[Verdict]:
    """A name stands for one key, so that the same form sent twice makes no second one."""
    keys = ApiKey.objects.filter(user=user)
    taken = keys.filter(name=name).exists()
    return [
        refuse(
            "name_taken",
            "You have a key of this name already; revoke it, or choose another name.",
            field="name",
        )
        if taken
        else ALLOWED,
        refuse("too_many", f"{MOST_KEYS} keys are enough; revoke one first.")
        if keys.count() >= MOST_KEYS
        else ALLOWED,
    ]


def _check_scopes(scopes: Sequence[str]) -> Verdict:
    if not scopes:
        return refuse("required", "Name at least one permission.", field="scopes")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        known = ", ".join(SCOPES)
        return refuse(
            "unknown_scope", f"{', '.join(unknown)}: not a permission. There are: {known}.", field="scopes"
        )
    return ALLOWED
