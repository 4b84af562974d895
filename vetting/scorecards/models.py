from django.db import models

from vetting.kernel.rows import Row
from vetting.profiles.models import Profile


class Scorecard(Row):
    """The present score of a profile. `mean`, `low` (10 % quantile), `high` (90 %) are on the scale of 0 to 100.

    100 times the chance that a comparable goal is reached. `dimensions`, `ledger`, `metrics`, `referral`, `coverage`
    and `faults` (the rows left out: key, field, reason) are plain values as scorecards.compute() writes them. A card is stale where its versions differ from the profile's
    and the scale's.
    """

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, related_name="+")
    evidence_version = models.PositiveIntegerField()
    model_version = models.CharField(max_length=20)
    computed_at = models.DateTimeField()
    as_of = models.DateField()
    mean = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    reliability = models.FloatField()
    theta = models.FloatField()
    theta_low = models.FloatField()
    counted = models.PositiveIntegerField()
    dimensions = models.JSONField(default=dict)
    ledger = models.JSONField(default=list)
    metrics = models.JSONField(default=dict)
    referral = models.JSONField(default=dict)
    coverage = models.JSONField(default=dict)
    faults = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))

    class Meta:
        indexes = (models.Index(fields=["-theta_low", "id"], name="scorecard_rank"),)

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.low:.1f} to {self.high:.1f}"
