"""A visit to the referee's page: asked for, opened, ended; and the end of what is known of her."""

import hmac
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vetting.audit.actions import record
from vetting.followups import actions as followups
from vetting.followups.models import Ask, Referee
from vetting.kernel.actors import referee as as_referee
from vetting.kernel.keys import digest, keyed_hash, new_secret
from vetting.kernel.verdict import InvalidError, require
from vetting.kernel.whole import whole
from vetting.mail.actions import suppress
from vetting.outcomes import actions as outcomes
from vetting.outcomes import waves
from vetting.outcomes.queries import said_again_in, said_in
from vetting.outcomes.rules import may_withdraw_answer
from vetting.privacy import rules
from vetting.privacy.corrections import take_back
from vetting.privacy.models import Visit
from vetting.referrals import actions as referrals
from vetting.referrals.queries import given_in
from vetting.referrals.rules import may_correct
from vetting.replies import actions as replies


@whole
def ask_for_code(referee_id: UUID, *, at: datetime) -> str:
    """A code goes to her mailbox, for the browser that holds the secret returned here. The letter leaves by itself."""
    referee = Referee.objects.select_for_update(no_key=True).get(pk=referee_id)
    require(rules.may_have_code(referee, at=at))
    secret = new_secret()
    Visit.objects.create(referee=referee, browser=digest(secret), asked_at=at, ends_at=at + rules.CODE_LIFE)
    record(referee, "ask_for_code", by=as_referee(referee_id), at=at)
    return secret


def enter(visit_id: UUID, *, code: str, at: datetime) -> str:
    """Open the visit; the secret that its browser holds from now on. InvalidError for another code, which counts."""
    secret, tries_left = _try(visit_id, code=code, at=at)
    if not secret:
        more = ngettext("You have %(tries)s more try.", "You have %(tries)s more tries.", tries_left)
        rest = more % {"tries": tries_left} if tries_left else _("Have another one sent.")
        wrong = _("This is not the code in our letter.")
        raise InvalidError({"code": ("wrong_code", f"{wrong} {rest}")})
    return secret


@whole
def leave(visit_id: UUID) -> None:
    """Over at once; it still counts among the codes of the day."""
    visit = Visit.objects.select_for_update(no_key=True).get(pk=visit_id)
    Visit.objects.filter(pk=visit.pk).update(ends_at=visit.opened_at or visit.asked_at)


@whole
def erase(referee_id: UUID, *, at: datetime, stop_too: bool) -> None:
    """Nothing here says any more who she is or what she wrote, and nothing she said counts. That she was asked stays.

    `stop_too`: a keyed hash of her mailbox is kept, so that nobody has us write to it again.
    """
    _take_all_back(referee_id, at=at)
    followups.lock_open(referee_id)
    _take_all_back(referee_id, at=at)  # what she sent from another window before we held the lock
    outcomes.empty_words(referee_id)
    referrals.empty_words(referee_id)
    replies.empty_words(referee_id)
    address = Referee.objects.values_list("email", flat=True).get(pk=referee_id)
    if stop_too and (row := suppress(address, reason="stopped", at=at)) is not None:
        record(row, "suppress", by=as_referee(referee_id), at=at, facts={"reason": "stopped"})
    followups.erase(referee_id, at=at)
    Visit.objects.filter(referee_id=referee_id).delete()


@whole
def forget(referee_id: UUID, *, at: datetime) -> None:
    """Of one who never answered: name and address, and what came back by mail."""
    if followups.forget(referee_id, at=at):
        replies.empty_words(referee_id)


@whole
def forget_visits(*, at: datetime) -> None:
    Visit.objects.filter(asked_at__lte=at - rules.REMEMBERED, ends_at__lte=at).delete()


@whole
def _try(visit_id: UUID, *, code: str, at: datetime) -> tuple[str, int]:
    """The new secret where the code is right, else nothing, and how many tries are left."""
    visit = Visit.objects.select_for_update(no_key=True).get(pk=visit_id)
    require(rules.may_try(visit, at=at))
    visit.tries += 1
    given = code_digest(visit, "".join(code.split()))
    secret = new_secret() if visit.code and hmac.compare_digest(visit.code, given) else ""
    if secret:
        visit.browser, visit.code = digest(secret), ""
        visit.opened_at, visit.ends_at = at, at + rules.VISIT_LIFE
        record(visit, "open", by=as_referee(visit.referee_id), at=at)
    visit.save(update_fields=["tries", "browser", "code", "opened_at", "ends_at"])
    return secret, rules.TRIES - visit.tries


def code_digest(visit: Visit, code: str) -> str:
    """A million codes are soon tried, so the digest is keyed, and each visit's is its own."""
    return keyed_hash(f"{visit.pk}:{code}", key=settings.SECRET_KEY)


def _take_all_back(referee_id: UUID, *, at: datetime) -> None:
    by = as_referee(referee_id)
    for ask in Ask.objects.filter(referee_id=referee_id, status="answered").order_by("id"):
        if ask.kind == "outcome" and may_withdraw_answer(ask, said_in(ask.pk)):
            take_back(ask.pk, at=at)
        elif ask.kind == "sustain" and may_withdraw_answer(ask, said_again_in(ask.pk)):
            waves.take_back(ask.pk, at=at)
        elif ask.kind == "peer" and (given := given_in(ask.pk)) is not None and may_correct(ask, given):
            referrals.withdraw(given, by=by, at=at)
