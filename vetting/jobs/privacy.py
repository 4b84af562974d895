"""Codes that referees wait for at their screens."""

from celery import shared_task

from vetting.jobs.clock import now
from vetting.mail.sending import SmtpLine
from vetting.privacy.actions import forget_visits
from vetting.privacy.codes import send_code

MOST = 50  # codes of one wake


@shared_task(name="privacy.wake")
def wake() -> None:
    with SmtpLine() as line:
        for _ in range(MOST):
            if not send_code(post=line, at=now()):
                break
    forget_visits(at=now())
