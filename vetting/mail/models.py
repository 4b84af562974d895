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
