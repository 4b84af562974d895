from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from vetting.kernel.rows import Row, figure
from vetting.profiles.models import Profile

TEXT_CONFIG = "english"  # the PostgreSQL dictionary by which words and queries are stemmed


def _keys(length: int) -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=length), default=list)


class Listing(Row):
    """What search knows of a listed profile: verified words and numbers only. Rebuilt from rows, never edited.

    `theta_low` is the lower bound that ranks; `hit` holds what a row of the result list shows.
    """

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, related_name="+")
    evidence_version = models.PositiveIntegerField()
    card_computed_at = models.DateTimeField()
    theta_low = models.FloatField()
    words = SearchVectorField()
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
            GinIndex(fields=["words"], name="listing_words"),
            GinIndex(
                fields=["metrics", "categories", "industries", "sizes", "modes", "languages"],
                name="listing_keys",
            ),
            models.Index(fields=["-theta_low", "id"], name="listing_rank"),
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
