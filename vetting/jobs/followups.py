"""Letters that are due, asks that have run out, results nobody answered for."""

import time
from contextlib import ExitStack

from celery import shared_task

from vetting.engagements import actions as engagements
from vetting.engagements import queries as engagement_queries
from vetting.followups import queries as followup_queries
from vetting.followups.outbox import chase_due, tidy
from vetting.jobs.clock import now
from vetting.kernel.actors import system
from vetting.mail.sending import SmtpLine
from vetting.outcomes import actions as outcomes
from vetting.outcomes import queries as outcome_queries
from vetting.outcomes import waves
from vetting.privacy import actions as privacy
from vetting.referrals import actions as referrals
from vetting.referrals import queries as referral_queries

LINES = 10  # to the SMTP server at the same time, where it takes so many
BATCH = 50  # letters claimed at once, between two looks at what others left behind
SHIFT_SECONDS = 120.0  # well within a task's time limit, which would end it in the middle of a letter


@shared_task(name="followups.wake")
def wake() -> None:
    """Until nothing is due, or the shift is over: the same SMTP connections for all of it."""
    ends = time.monotonic() + SHIFT_SECONDS
    ask_again()
    with ExitStack() as stack:
        posts = [stack.enter_context(SmtpLine()) for _ in range(LINES)]
        while time.monotonic() < ends:
            tidy(at=now())
            if not chase_due(posts=posts, at=now(), most=BATCH):
                break
    note_silences()
    forget_silent()


def ask_again() -> None:
    """Clients whose number has come to be asked about again; and no more of a result that has fallen meanwhile."""
    by = system("followups")
    for outcome_id in outcome_queries.moot(most=100):
        waves.call_off(outcome_id, by=by, at=now())
    for outcome_id in outcome_queries.due_waves(on=now().date(), most=100):
        waves.ask_again(outcome_id, by=by, at=now())


def note_silences() -> None:
    by = system("followups")
    for goal_id in engagement_queries.silent(most=100):
        engagements.note_silence(goal_id, by=by, at=now())
    for outcome_id in outcome_queries.silent(most=100):
        outcomes.note_silence(outcome_id, by=by, at=now())
    for referral_id in referral_queries.silent(most=100):
        referrals.note_silence(referral_id, by=by, at=now())


def forget_silent() -> None:
    for referee_id in followup_queries.never_answered(at=now(), most=100):
        privacy.forget(referee_id, at=now())
