from django.db import models

from vetting.audit.models import append_only
from vetting.engagements.models import Goal
from vetting.forecasts.states import ENDS
from vetting.kernel.rows import Row
from vetting.outcomes.models import Outcome


class Forecast(Row):
    """The chance that a goal is reached, said when both sides had accepted it. Append-only: never said anew.

    It follows from the standing in results at that moment (`mean` and `sd`, from `counted` results) and from how much
    the goal asks (`ambition`), under the constants of that version.
    """

    goal = models.OneToOneField(Goal, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    model_version = models.CharField(max_length=20)
    probability = models.FloatField()
    ambition = models.FloatField()
    mean = models.FloatField()
    sd = models.FloatField()
    counted = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(probability__gt=0, probability__lt=1), name="forecast_is_a_chance"
            ),
        )
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.goal_id}: {self.probability:.0%}"


class Settlement(Row):
    """What became of a forecast: met, missed, or void with the reason. Append-only."""

    forecast = models.OneToOneField(Forecast, on_delete=models.PROTECT, related_name="+")
    end = models.CharField(max_length=8, choices=[(word, word) for word in ENDS])
    reason = models.CharField(max_length=160, blank=True)
    outcome = models.ForeignKey(Outcome, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(end__in=ENDS), name="settlement_end_known"),
            models.CheckConstraint(
                condition=models.Q(end="void", outcome=None)
                | ~models.Q(end="void") & ~models.Q(outcome=None),
                name="settlement_by_a_result_or_void",
            ),
        )
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.forecast_id}: {self.end}"
