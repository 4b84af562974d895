"""How a referee gets to her page: codes, how long they live, how many there are."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from vetting.followups.models import Referee
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.privacy.models import Visit

CODE_LIFE = timedelta(minutes=15)
VISIT_LIFE = timedelta(hours=1)
TRIES = 5
SENDS = 3  # of one letter, where the post puts it off
# Six digits, five tries: of the codes that one mailbox gets in a day, one in twenty thousand could be guessed.
CODES = ((4, timedelta(hours=1)), (10, timedelta(days=1)))
REMEMBERED = timedelta(days=1)  # visits that are over, so that they are counted


def may_have_code(referee: Referee, *, at: datetime) -> Verdict:
    if not referee.email:
        return refuse(
            "erased", _("Your address has been erased here, so there is nowhere to send a code to.")
        )
    for most, window in CODES:
        if Visit.objects.filter(referee=referee, asked_at__gt=at - window).count() >= most:
            return refuse(
                "too_many_codes",
                _("We have sent several codes to your mailbox already. Please wait an hour or more."),
            )
    return ALLOWED


def may_try(visit: Visit, *, at: datetime) -> Verdict:
    if visit.opened_at is not None or visit.ends_at <= at or visit.tries >= TRIES:
        return refuse("code_over", _("This code is not valid any more. Have another one sent."), field="code")
    return ALLOWED
