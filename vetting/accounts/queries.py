"""Accounts found by who they are."""

from uuid import UUID

from django.db.models import QuerySet

from vetting.accounts.models import ApiKey, User
from vetting.kernel.mailboxes import mailbox_of


def users_with_mailbox(address: str) -> QuerySet[User]:
    """Accounts whose address is the same mailbox, whatever its case, dots or +tag."""
    return User.objects.filter(mailbox=mailbox_of(address)).order_by("id")


def keys_of(user_id: UUID) -> QuerySet[ApiKey]:
    keys: QuerySet[ApiKey] = ApiKey.objects.filter(user_id=user_id)
    return keys.order_by("created", "digest")


def key_of_digest(digest: str) -> ApiKey | None:
    """The key whose secret has this digest, with its account."""
    key: ApiKey | None = ApiKey.objects.select_related("user").filter(digest=digest).first()
    return key
