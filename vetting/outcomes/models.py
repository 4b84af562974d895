import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from vetting.audit.models import append_only
from vetting.engagements.models import Goal
from vetting.followups.models import Ask, Referee
from vetting.kernel.languages import ENGLISH
from vetting.kernel.rows import MovedRow, Row, figure, status_in
from vetting.outcomes.states import (
    GOAL_BEFORE,
    GONE,
    HIRE_AGAIN,
    MEASUREMENT_KINDS,
    OUTCOME,
    PUBLISH,
    SOURCES,
    STATED_BY,
    STILL,
    VERDICTS,
    WAVES,
    WITH_NUMBER,
    WITNESSES,
)


def _words(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word.replace("_", " ")) for word in words]


class Outcome(MovedRow):
    """The claim that a goal's metric got to `achieved`; `share` is the part due to the consultant, 0 to 100 %.

    `money` is the gain over the engagement in `money_currency`. `level` (how well the numbers are proved; what held is
    shown as E5, see `rules.shown_level`) and `verified_at` follow from testimony. On `follow_up_on` the client is asked
    the same number again: the row is the queue of that.
    """

    MOVES = OUTCOME

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="+")
    achieved = figure()
    measured_on = models.DateField()
    source = models.CharField(max_length=20, choices=_words(SOURCES))
    statement = models.TextField(blank=True)
    share = models.PositiveSmallIntegerField(default=100)
    money = figure(null=True)
    money_currency = models.CharField(max_length=3, blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)
    follow_up_on = models.DateField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            status_in(OUTCOME),
            models.CheckConstraint(condition=models.Q(source__in=SOURCES), name="outcome_source_known"),
            models.CheckConstraint(
                condition=models.Q(share__gte=0, share__lte=100), name="outcome_share_in_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(level__gte=0, level__lte=5), name="outcome_level_0_to_5"
            ),
            models.UniqueConstraint(
                fields=["goal"], condition=~models.Q(status__in=GONE), name="one_live_outcome_per_goal"
            ),
        )
        indexes = (
            models.Index(
                fields=["follow_up_on", "id"],
                condition=models.Q(follow_up_on__isnull=False),
                name="outcome_follow_up",
            ),
        )
        triggers = (
            pgtrigger.ReadOnly(
                name="claim_is_fixed",
                fields=["goal", "achieved", "measured_on", "source", "share", "money", "money_currency"],
                condition=pgtrigger.Q(old__verified_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.goal_id}: {self.achieved}"


class Attestation(Row):
    """What a referee said, or what a public record shows. Append-only: a correction is a new row that supersedes.

    `questionnaire` and `language` name the words that were read: see `questionnaire.questions`.
    One that is `withdrawn` says nothing: its referee has taken back the row it supersedes.
    """

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="+")
    witness = models.CharField(max_length=16, choices=_words(WITNESSES))
    ask = models.ForeignKey(Ask, null=True, on_delete=models.PROTECT, related_name="+")
    referee = models.ForeignKey(Referee, null=True, on_delete=models.PROTECT, related_name="+")
    record = models.CharField(max_length=400, blank=True)
    questionnaire = models.CharField(max_length=16)
    language = models.CharField(max_length=2, default=ENGLISH, db_default=ENGLISH)
    worked_together = models.BooleanField()
    role = models.CharField(max_length=160, blank=True)
    interests = ArrayField(models.CharField(max_length=12), default=list)
    baseline_verdict = models.CharField(max_length=12, choices=_words(VERDICTS))
    baseline_value = figure(null=True)
    result_verdict = models.CharField(max_length=12, choices=_words(VERDICTS))
    result_value = figure(null=True)
    share_low = models.PositiveSmallIntegerField(null=True)
    share_high = models.PositiveSmallIntegerField(null=True)
    goal_before = models.CharField(max_length=8, choices=_words(GOAL_BEFORE), blank=True)
    transfer = models.PositiveSmallIntegerField(null=True)
    hire_again = models.CharField(max_length=12, choices=_words(HIRE_AGAIN), blank=True)
    publish = models.CharField(max_length=8, choices=_words(PUBLISH))
    comment = models.TextField(blank=True)
    level = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(witness__in=WITNESSES), name="attestation_witness_known"
            ),
            models.CheckConstraint(
                condition=models.Q(result_verdict__in=VERDICTS, baseline_verdict__in=VERDICTS),
                name="attestation_verdicts_known",
            ),
            models.CheckConstraint(
                condition=models.Q(transfer__isnull=True) | models.Q(transfer__lte=4),
                name="attestation_transfer_0_to_4",
            ),
            models.CheckConstraint(condition=models.Q(level__lte=5), name="attestation_level_0_to_5"),
            # The same answer sent twice is one.
            models.UniqueConstraint(
                fields=["ask"], condition=models.Q(supersedes=None), name="one_answer_per_ask"
            ),
        )
        indexes = (models.Index(fields=["outcome", "id"], name="attestation_outcome"),)
        triggers = append_only(erasable=("role", "comment"))

    def __str__(self) -> str:
        return f"{self.result_verdict} {self.given_at:%Y-%m-%d}"


class FollowUp(Row):
    """What the client said when asked the same number again: append-only, like all testimony.

    `wave` is the last of WAVES that had come by then, in days; `value` is the number as it was on `measured_on`. A
    correction is a new row that supersedes, and one that is `withdrawn` takes back what it supersedes.
    """

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="+")
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="+")
    referee = models.ForeignKey(Referee, on_delete=models.PROTECT, related_name="+")
    questionnaire = models.CharField(max_length=16)
    language = models.CharField(max_length=2, default=ENGLISH, db_default=ENGLISH)
    wave = models.PositiveSmallIntegerField()
    still = models.CharField(max_length=12, choices=_words(STILL))
    value = figure(null=True)
    measured_on = models.DateField()
    given_at = models.DateTimeField()
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(still__in=STILL), name="follow_up_still_known"),
            models.CheckConstraint(condition=models.Q(wave__in=list(WAVES)), name="follow_up_wave_known"),
            models.CheckConstraint(
                condition=models.Q(still__in=WITH_NUMBER, value__isnull=False)
                | models.Q(~models.Q(still__in=WITH_NUMBER), value__isnull=True),
                name="follow_up_number_where_one_was_given",
            ),
            # The same answer sent twice is one.
            models.UniqueConstraint(
                fields=["ask"], condition=models.Q(supersedes=None), name="one_follow_up_per_ask"
            ),
        )
        indexes = (models.Index(fields=["outcome", "id"], name="follow_up_outcome"),)
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.still} {self.given_at:%Y-%m-%d}"


class Measurement(Row):
    """One value of a goal's metric at one day. Append-only: the line in the dossier is drawn from these."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=_words(MEASUREMENT_KINDS))
    value = figure()
    measured_on = models.DateField()
    source = models.CharField(max_length=20, choices=_words(SOURCES))
    stated_by = models.CharField(max_length=12, choices=_words(STATED_BY))
    stated_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["goal", "measured_on"], name="measurement_goal"),)
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.kind} {self.value} on {self.measured_on}"
