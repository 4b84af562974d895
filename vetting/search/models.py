from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from vetting.kernel.rows import Row, figure
from vetting.profiles.models import Profile

EDITION = 1  # of what a listing holds: rebuilt where it is another


def _keys(length: int) -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=length), default=list)


def _new_keys(length: int) -> "ArrayField[list[str], list[str]]":
    """As _keys, for a column that the release before did not write."""
    return ArrayField(models.CharField(max_length=length), default=list, db_default=[])


class Listing(Row):
    """What search knows of a listed profile: verified words and numbers only. Rebuilt from rows, never edited.

    `theta_low` is the lower bound that ranks, `theta_elsewhere` the one that ranks where nothing is confirmed on the
    metric in the industry asked for; `terms` are the words and stems that find her, `skills` what peers whose word
    weighs saw; `hit` holds what a row of the result list shows. `edition` is that of the code which built it.
    """

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, related_name="+")
    edition = models.PositiveSmallIntegerField(db_default=0)
    evidence_version = models.PositiveIntegerField()
    card_computed_at = models.DateTimeField()
    theta_low = models.FloatField()
    theta_elsewhere = models.FloatField(db_default=0.0)
    terms = _new_keys(200)
    skills = _new_keys(80)
    metrics = _keys(60)
    categories = _keys(20)
    industries = _keys(2)
    sizes = _keys(12)
    modes = _keys(16)
    languages = _keys(2)
    country = models.CharField(max_length=2, blank=True)
    rate = figure(null=True)
    rate_currency = models.CharField(max_length=3, blank=True)
    availability = models.CharField(max_length=8, blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    preregistered = models.BooleanField(default=False)
    transfer = models.BooleanField(default=False)
    hit = models.JSONField(default=dict)

    class Meta:
        indexes = (
            GinIndex(fields=["terms"], name="listing_terms"),
            GinIndex(
                fields=["metrics", "categories", "industries", "sizes", "modes", "languages"],
                name="listing_keys",
            ),
            GinIndex(fields=["skills"], name="listing_skills"),
            models.Index(fields=["-theta_low", "profile"], name="listing_order"),
        )

    def __str__(self) -> str:
        return str(self.hit.get("name", self.profile_id))


class ListingMetric(Row):
    """The lower bound of one consultant on one metric, and the largest relative change confirmed there."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    metric = models.CharField(max_length=60)
    theta_low = models.FloatField()
    change = models.FloatField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["listing", "metric"], name="one_rank_per_listing_and_metric"),
        )
        indexes = (models.Index(fields=["metric", "-theta_low", "listing"], name="listing_metric_rank"),)

    def __str__(self) -> str:
        return f"{self.metric} {self.theta_low:.3f}"


class ListingNiche(Row):
    """Her lower bound on one metric in one industry: a division, or a section with all its divisions."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    metric = models.CharField(max_length=60)
    industry = models.CharField(max_length=2)
    theta_low = models.FloatField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["listing", "metric", "industry"], name="one_rank_per_niche"),
        )

    def __str__(self) -> str:
        return f"{self.metric} in {self.industry} {self.theta_low:.3f}"
