from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from knox.models import AbstractAuthToken

from vetting.kernel.actors import Actor
from vetting.kernel.keys import uuid7


class MailboxOf(models.Func):
    """The SQL twin of kernel.mailboxes.mailbox_of; a test holds the two together."""

    function = "mailbox_of"
    template = (
        "(CASE WHEN split_part(lower(%(expressions)s), '@', 2) IN ('gmail.com', 'googlemail.com')"
        " THEN replace(split_part(split_part(lower(%(expressions)s), '@', 1), '+', 1), '.', '') || '@gmail.com'"
        " ELSE split_part(split_part(lower(%(expressions)s), '@', 1), '+', 1)"
        " || '@' || split_part(lower(%(expressions)s), '@', 2) END)"
    )
    output_field = models.CharField()


class Users(BaseUserManager):  # type: ignore[type-arg]  # Django's class takes none at run time
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = User(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account; the address is the name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    mailbox = models.GeneratedField(
        expression=MailboxOf("email"), output_field=models.CharField(max_length=254), db_persist=True
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = Users()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        indexes = (models.Index(fields=["mailbox"], name="user_mailbox"),)
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_any_case"),)

    def __str__(self) -> str:
        return self.email

    @cached_property
    def actor(self) -> Actor:
        return Actor(kind="staff" if self.is_staff else "person", id=self.id)


class Tally(models.Model):
    """How often one has come within a window. `key` is a keyed hash of who and when; the table is kept in no log."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at:%H:%M:%S}"


class ApiKey(AbstractAuthToken):  # type: ignore[misc]  # knox has no types
    """A key for programs. Only its digest is stored; `scopes` are words of accounts.states.SCOPES."""

    # Without the reverse name that knox gives it: a reverse relation is a hidden arrow up.
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=20))
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key})"
