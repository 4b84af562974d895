from django.contrib.postgres.fields import ArrayField
from django.db import models

from vetting.accounts.models import User
from vetting.kernel.rows import MovedRow, Row, figure, status_in
from vetting.profiles.states import AVAILABILITY, CLAIM_KINDS, ORIGINS, PROFILE


class Profile(MovedRow):
    """`owner` is empty for one compiled from a public record. `rate` is a day's fee before tax.

    `evidence_version` grows with every change of evidence; scorecards and search find themselves stale by it.
    """

    MOVES = PROFILE

    slug = models.SlugField(max_length=80, unique=True)
    owner = models.OneToOneField(User, null=True, on_delete=models.SET_NULL, related_name="+")
    origin = models.CharField(max_length=16, choices=[(word, word) for word in ORIGINS], default="self")
    name = models.CharField(max_length=160)
    biography = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    place = models.CharField(max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=2), default=list)
    rate = figure(null=True)
    rate_currency = models.CharField(max_length=3, blank=True)
    availability = models.CharField(max_length=8, choices=[(word, word) for word in AVAILABILITY], blank=True)
    evidence_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)
    source_key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            status_in(PROFILE),
            models.UniqueConstraint(
                fields=["source_key"], condition=~models.Q(source_key=""), name="profile_imported_once"
            ),
            models.CheckConstraint(
                condition=models.Q(rate__isnull=True) | models.Q(rate__gt=0), name="rate_above_0"
            ),
        )
        indexes = (models.Index(fields=["status", "id"], name="profile_status"),)

    def __str__(self) -> str:
        return self.name


class SelfClaim(Row):
    """What a consultant says of herself. Shown as such; no score and no search reads this table."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in CLAIM_KINDS])
    text = models.CharField(max_length=160)
    count = models.PositiveBigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=CLAIM_KINDS), name="self_claim_kind_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"
