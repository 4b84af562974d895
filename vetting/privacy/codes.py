"""The letters that carry a code. The row is the queue; the code is made as its letter leaves, and only its digest stays."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import override

from vetting.followups.queries import language_of
from vetting.kernel.whole import whole
from vetting.mail.letters import message, message_id, render
from vetting.mail.sending import Fate, Post
from vetting.privacy.actions import code_digest
from vetting.privacy.models import Visit
from vetting.privacy.rules import CODE_LIFE, SENDS

LEASE = timedelta(seconds=45)  # as long as one letter may take


def send_code(*, post: Post, at: datetime) -> bool:
    """Send one code that somebody waits for; False where nobody does."""
    visit = _claim(at=at)
    if visit is None:
        return False
    code = f"{secrets.randbelow(1_000_000):06}"
    values = {"name": visit.referee.name, "code": code, "minutes": int(CODE_LIFE.total_seconds() // 60)}
    with override(language_of(visit.referee)):
        rendered = render("referee_code", values)
    mail = message(
        rendered,
        to=visit.referee.email,
        id_=message_id(f"{visit.pk.hex}.{visit.sends}"),
    )
    fate = post.send(mail, before_data=_write_down(visit, code, at=at)).fate
    # In doubt it counts as sent: another letter would bring another code, and make the first one wrong.
    if fate in {Fate.SENT, Fate.AMBIGUOUS}:
        Visit.objects.filter(pk=visit.pk).update(sent_at=at, lease_until=None)
    elif fate is Fate.PERMANENT:
        Visit.objects.filter(pk=visit.pk).update(sends=SENDS)
    return True


@whole
def _claim(*, at: datetime) -> Visit | None:
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    waiting = Visit.objects.filter(free, sent_at=None, ends_at__gt=at, sends__lt=SENDS)
    locked = waiting.order_by("asked_at", "id").select_for_update(skip_locked=True, no_key=True, of=("self",))
    visit = locked.select_related("referee").first()
    if visit is not None:
        visit.lease_until, visit.sends = at + LEASE, visit.sends + 1
        visit.save(update_fields=["lease_until", "sends"])
    return visit


def _write_down(visit: Visit, code: str, *, at: datetime) -> Callable[[], bool]:
    """Between RCPT and DATA: does she still wait for it? She may have been erased meanwhile."""

    @whole
    def check() -> bool:
        waiting = Visit.objects.filter(pk=visit.pk, sends=visit.sends, sent_at=None, ends_at__gt=at)
        return bool(waiting.update(code=code_digest(visit, code)))

    return check
