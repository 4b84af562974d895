import pgtrigger
from django.db import models

from vetting.companies.models import Organization
from vetting.engagements.states import CONFIDENTIALITY, ENGAGEMENT, GOAL, MODES
from vetting.kernel.rows import MovedRow, figure, status_in
from vetting.profiles.models import Profile


class Engagement(MovedRow):
    """One piece of work for one client. `ends_on` is empty while it lasts; `fee` is private and never ranks."""

    MOVES = ENGAGEMENT

    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    work = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    mode = models.CharField(max_length=16, choices=[(mode, mode.replace("_", " ")) for mode in MODES])
    confidentiality = models.CharField(max_length=8, choices=[(word, word) for word in CONFIDENTIALITY])
    fee = figure(null=True)
    fee_currency = models.CharField(max_length=3, blank=True)
    source_key = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            status_in(ENGAGEMENT),
            models.CheckConstraint(condition=models.Q(mode__in=MODES), name="engagement_mode_known"),
            models.CheckConstraint(
                condition=models.Q(confidentiality__in=CONFIDENTIALITY),
                name="engagement_confidentiality_known",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="engagement_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(fee__isnull=True) | models.Q(fee__gt=0), name="engagement_fee_above_0"
            ),
            # An imported row is known again by its key, so that a second import changes nothing.
            models.UniqueConstraint(
                fields=["source_key"], condition=~models.Q(source_key=""), name="engagement_imported_once"
            ),
        )
        indexes = (
            models.Index(fields=["profile", "-id"], name="engagement_profile"),
            models.Index(fields=["organization"], name="engagement_organization"),
        )

    def __str__(self) -> str:
        return self.work


class Goal(MovedRow):
    """Metric, baseline, target and due date, fixed from the first moment: a changed goal is another goal.

    `agreed_hash` is the content both sides accepted; `preregistered` is decided at the client's acceptance.
    """

    MOVES = GOAL

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    metric = models.CharField(max_length=60)
    currency = models.CharField(max_length=3, blank=True)
    baseline = figure()
    target = figure()
    due_on = models.DateField()
    note = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField()
    consultant_accepted_at = models.DateTimeField(null=True)
    client_accepted_at = models.DateTimeField(null=True)
    agreed_hash = models.CharField(max_length=64, blank=True)
    preregistered = models.BooleanField(default=False)

    class Meta:
        constraints = (
            status_in(GOAL),
            models.CheckConstraint(
                condition=~models.Q(baseline=models.F("target")), name="goal_target_differs_from_baseline"
            ),
        )
        indexes = (models.Index(fields=["engagement", "id"], name="goal_engagement"),)
        triggers = (
            pgtrigger.ReadOnly(
                name="content_is_fixed",
                fields=["engagement", "metric", "currency", "baseline", "target", "due_on", "note"],
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} {self.baseline} -> {self.target}"
