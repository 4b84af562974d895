from django.db import models

from vetting.followups.models import Referee
from vetting.kernel.rows import Row


class Visit(Row):
    """One browser's way to a referee's page: asked for, opened by a code from her mailbox, over within the hour.

    `browser` and `code` are keyed digests of what the cookie and the letter hold; `tries` counts what was typed.
    `lease_until` is set while a worker has the letter in hand, and `sends` counts how often one did.
    """

    referee = models.ForeignKey(Referee, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    sends = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["referee", "asked_at"], name="visit_referee"),
            models.Index(fields=["asked_at"], condition=models.Q(sent_at=None), name="visit_unsent"),
            models.Index(fields=["ends_at"], name="visit_ends"),
        )

    def __str__(self) -> str:
        return f"visit of {self.referee_id}"
