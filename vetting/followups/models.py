from django.db import models

from vetting.accounts.models import User
from vetting.followups.states import ASK, BEGUN, KINDS, OPEN, OUTBOX, STEP_STATES, STEPS, TOLD_STEPS
from vetting.kernel.rows import MovedRow, Row, status_in


class Referee(Row):
    """A person at a mailbox, once over the whole platform, so that the caps hold for all consultants together.

    `language` is empty until somebody names it: see `queries.language_of`.
    """

    email = models.EmailField()
    mailbox = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=160)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=2, blank=True, default="", db_default="")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Ask(MovedRow):
    """One request for testimony about `subject_id`: a goal, an outcome or a referral.

    `about` holds the plain values its letters are set from; `draft` is what the referee has filled in so far, and under
    "typed" what stands in fields she has not sent on yet. `started_at` is her first save: opening a page is none.
    `replaces` is the ask whose referee named this one's. `reply_digest` is that of the token in its letters' Reply-To.
    """

    MOVES = ASK

    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in KINDS])
    subject_id = models.UUIDField()
    consultant = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    referee = models.ForeignKey(Referee, on_delete=models.PROTECT, related_name="+")
    about = models.JSONField(default=dict)
    draft = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    replaces = models.OneToOneField("self", null=True, on_delete=models.SET_NULL, related_name="+")
    reply_digest = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        constraints = (
            status_in(ASK),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="ask_kind_known"),
            models.UniqueConstraint(
                fields=["consultant", "referee"],
                condition=models.Q(status__in=BEGUN),
                name="one_open_ask_per_referee_and_consultant",
            ),
        )
        indexes = (
            models.Index(fields=["subject_id", "id"], name="ask_subject"),
            models.Index(fields=["consultant", "-id"], name="ask_consultant"),
            models.Index(fields=["referee", "begun_at"], name="ask_referee_begun"),
            models.Index(
                fields=["subject_id"],
                condition=models.Q(kind="sustain", status__in=OPEN),
                name="ask_sustain_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} ask {self.id}"


class AskKey(Row):
    """The digest of the key in one letter's link. It opens this ask and nothing else."""

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"key of {self.ask_id}"


class AskStep(Row):
    """One letter of an ask, unique by (ask, step): the outbox. `held` says why it waits.

    `paced_at` is when it was given its due date as a slot in the line of its domain. `deferred` counts refusals that say
    nothing against it: the server wanted it later, or fewer of them.
    """

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=12, choices=[(step, step) for step in STEPS])
    letter = models.CharField(max_length=24)
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=[(state, state) for state in STEP_STATES], default="planned"
    )
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    ambiguous = models.PositiveSmallIntegerField(default=0)  # how often DATA began and no word came back
    deferred = models.PositiveSmallIntegerField(default=0, db_default=0)
    paced_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=160)
    sent_at = models.DateTimeField(null=True)
    held = models.CharField(max_length=160, blank=True)
    detail = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["ask", "step"], name="one_step_of_an_ask"),
            models.CheckConstraint(condition=models.Q(step__in=STEPS), name="ask_step_known"),
            models.CheckConstraint(condition=models.Q(state__in=STEP_STATES), name="ask_step_state_known"),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], condition=models.Q(state="planned"), name="ask_step_due"),
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(state="planned", step__in=TOLD_STEPS),
                name="ask_step_told_due",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state__in=["claimed", "data"]),
                name="ask_step_leased",
            ),
        )

    def __str__(self) -> str:
        return f"{self.step} of {self.ask_id}"


class ConsultantStop(Row):
    """This mailbox takes no letters in that consultant's name. Only a keyed hash of the address is kept."""

    mailbox_hash = models.CharField(max_length=64)
    consultant = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["mailbox_hash", "consultant"], name="one_stop_of_a_consultant"),
        )

    def __str__(self) -> str:
        return f"stopped {self.at:%Y-%m-%d}"


class Outbox(MovedRow):
    """The switch for all letters, and when somebody last looked for what is due: a single row."""

    MOVES = OUTBOX

    swept_at = models.DateTimeField(null=True)
    only = models.BooleanField(default=True, unique=True)

    class Meta:
        constraints = (
            status_in(OUTBOX),
            models.CheckConstraint(condition=models.Q(only=True), name="one_outbox"),
        )

    def __str__(self) -> str:
        return self.status
