from django.db import models

from vetting.followups.models import Ask
from vetting.kernel.rows import Row
from vetting.replies.states import KINDS


class Reply(Row):
    """One message that came back to an ask. Who wrote it and what is emptied together with what is known of her.

    `key` is the digest by which the same message is known again; `settled_at` is when staff had looked at it.
    """

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in KINDS])
    received_at = models.DateTimeField()
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=254, blank=True)
    text = models.TextField(blank=True)
    attachments = models.JSONField(default=list)
    back_on = models.DateField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "replies"
        constraints = (models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="reply_kind_known"),)
        indexes = (
            models.Index(fields=["ask", "received_at"], name="reply_ask"),
            models.Index(
                fields=["received_at"],
                condition=models.Q(kind="person", settled_at=None),
                name="reply_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.ask_id}"
