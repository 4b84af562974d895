from django.db import models

from vetting.kernel.rows import Row
from vetting.mail.states import REASONS


class Suppression(Row):
    """Nobody writes to this mailbox any more. Only a keyed hash of the address is kept."""

    mailbox_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=12, choices=[(reason, reason) for reason in REASONS])
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(reason__in=REASONS), name="suppression_reason_known"),
        )

    def __str__(self) -> str:
        return f"{self.reason} {self.at:%Y-%m-%d}"


class Pace(Row):
    """The line of letters to one mail domain, and how its server bears them: see rules.Tempo."""

    domain = models.CharField(max_length=254, unique=True)
    free_at = models.DateTimeField()
    strain = models.PositiveSmallIntegerField(default=0)
    slowed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.domain


class WarmUp(Row):
    """How many letters this sender has begun on `day`, and since when it sends at all: a single row."""

    began_on = models.DateField()
    day = models.DateField()
    begun = models.PositiveIntegerField(default=0)
    only = models.BooleanField(default=True, unique=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(only=True), name="one_warm_up"),)

    def __str__(self) -> str:
        return f"{self.begun} on {self.day}"
