"""Letters that are due, asks that have run out, results nobody answered for."""

from celery import shared_task

from vetting.engagements import actions as engagements
from vetting.engagements import queries as engagement_queries
from vetting.followups import actions as followups
from vetting.followups import queries as followup_queries
from vetting.followups.outbox import chase_due
from vetting.jobs.clock import now
from vetting.kernel.actors import system
from vetting.mail.sending import SmtpLine
from vetting.outcomes import actions as outcomes
from vetting.outcomes import queries as outcome_queries
from vetting.referrals import actions as referrals
from vetting.referrals import queries as referral_queries


@shared_task(name="followups.wake")
def wake() -> None:
    """Until nothing is due: one SMTP connection for all of it."""
    with SmtpLine() as line:
        while chase_due(post=line, at=now()):
            pass
    note_silences()
    forget_silent()


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
        followups.forget(referee_id, at=now())
