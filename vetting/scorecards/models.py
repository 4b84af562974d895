import pgtrigger
from django.db import models

from vetting.kernel.rows import Row
from vetting.profiles.models import Profile


class CalibrationRecord(Row):
    """The constants of the scale as one night learned them, and from which evidence.

    `record` is scoring.calibration.Calibration.plain(); `fingerprint` is the SHA-256 of the claims it was made from,
    and `version` is made of it. `checked_at` is when the evidence was last found unchanged.
    """

    version = models.CharField(max_length=20, unique=True)
    fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    claims = models.PositiveIntegerField()
    consultants = models.PositiveIntegerField()
    record = models.JSONField()

    class Meta:
        indexes = (models.Index(fields=["-checked_at"], name="calibration_newest"),)
        triggers = (
            pgtrigger.ReadOnly(
                name="record_is_frozen",
                fields=["version", "fingerprint", "made_at", "claims", "consultants", "record"],
            ),
            pgtrigger.Protect(name="record_is_kept", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return self.version


EDITION = 1  # of what a card holds: made anew where it is another


class Scorecard(Row):
    """The present score of a profile. `mean`, `low` (10 % quantile), `high` (90 %) are on the scale of 0 to 100.

    100 times the chance that a comparable goal is reached. `dimensions`, `ledger`, `metrics`, `referral`, `coverage`
    and `faults` (the rows left out: key, field, reason) are plain values as scorecards.compute() writes them. A card is stale where its versions differ from the profile's
    and the scale's, or its `edition` is not that of the code.
    """

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, related_name="+")
    edition = models.PositiveSmallIntegerField(db_default=0)
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
