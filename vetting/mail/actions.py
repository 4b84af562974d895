"""Stop writing to somebody; give letters their moment in the line of their domain."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings

from vetting.kernel.whole import whole
from vetting.mail import rules
from vetting.mail.models import Pace, Suppression, WarmUp
from vetting.mail.queries import mailbox_hash
from vetting.mail.rules import Tempo

_IN_LINE = "Letters to one mail domain go out one after the other; this one has its turn then."
_SLOWED = "The mail server of this person asked us to write more slowly."
_YOUNG = "This site has only begun to write letters, and sends more of them each day."


def suppress(address: str, *, reason: str, at: datetime) -> Suppression | None:
    """Global and immediate; None where it is so already, and the first reason stays."""
    row, is_new = Suppression.objects.get_or_create(
        mailbox_hash=mailbox_hash(address), defaults={"reason": reason, "at": at}
    )
    return row if is_new else None


class Wish(NamedTuple):
    """A letter that may go. One that `answers` somebody who waits does not wait itself; for the others `ends_at` is when
    it becomes too late today. `slot`, taken at `taken_at`, is what it was given before.
    """

    domain: str
    ends_at: datetime
    answers: bool = False
    slot: datetime | None = None
    taken_at: datetime | None = None


class Slot(NamedTuple):
    """When that letter goes, and why not now. Where it is not `taken`, none was free, and the letter asks again then."""

    at: datetime
    reason: str = ""
    taken: bool = True


@whole
def take_slots(wishes: Sequence[Wish], *, at: datetime) -> list[Slot]:
    """One for each wish, in their order."""
    allowance = _Allowance(at=at)
    paces = _locked({wish.domain for wish in wishes}, at=at)
    tempi = {domain: Tempo(pace.free_at, pace.strain, pace.slowed_at) for domain, pace in paces.items()}
    slots = []
    for wish in wishes:
        slot, tempi[wish.domain] = _slot(wish, tempi[wish.domain], allowance, at=at)
        slots.append(slot)
    allowance.write()
    moved = [pace for domain, pace in paces.items() if pace.free_at != tempi[domain].free_at]
    for pace in moved:
        pace.free_at = tempi[pace.domain].free_at
    Pace.objects.bulk_update(moved, ["free_at"])
    return slots


@whole
def slow_down(domain: str, *, at: datetime) -> None:
    """Its server said that our letters are too many."""
    pace = _locked({domain}, at=at)[domain]
    tempo = rules.slowed(Tempo(pace.free_at, pace.strain, pace.slowed_at), at=at)
    pace.free_at, pace.strain, pace.slowed_at = tempo.free_at, tempo.strain, tempo.slowed_at
    pace.save(update_fields=["free_at", "strain", "slowed_at"])


def _slot(wish: Wish, tempo: Tempo, allowance: "_Allowance", *, at: datetime) -> tuple[Slot, Tempo]:
    if wish.answers:
        allowance.take()
        return Slot(at), rules.pushed(tempo, at=at)
    if (
        wish.slot is not None
        and wish.taken_at is not None
        and rules.still_holds(tempo, slot=wish.slot, taken_at=wish.taken_at, at=at)
    ):
        return Slot(at), tempo
    ends_at = min(wish.ends_at, rules.day_ends(at))
    if allowance.is_spent():
        return Slot(ends_at, _YOUNG, taken=False), tempo
    moment, after = rules.take(tempo, at=at, ends_at=ends_at)
    reason = _SLOWED if rules.strain_at(tempo, at=at) else _IN_LINE
    if moment is None:
        return Slot(ends_at, reason, taken=False), after
    allowance.take()
    return Slot(moment, reason if moment > at else ""), after


def _locked(domains: set[str], *, at: datetime) -> dict[str, Pace]:
    """The lines of those domains, locked in their order until the transaction ends. What is new comes before any lock."""
    rows = Pace.objects.filter(domain__in=domains).order_by("domain")
    missing = sorted(domains.difference(rows.values_list("domain", flat=True)))
    if missing:
        Pace.objects.bulk_create([Pace(domain=name, free_at=at) for name in missing], ignore_conflicts=True)
    return {row.domain: row for row in rows.select_for_update(no_key=True)}


class _Allowance:
    """What this sender may still begin today; its row is locked before any line."""

    def __init__(self, *, at: datetime) -> None:
        today = at.astimezone(UTC).date()
        self._row = _warm_up(at=at) if settings.MAIL_WARM_UP else None
        self._limit = None
        if self._row is not None:
            self._limit = rules.day_limit(settings.MAIL_WARM_UP, began_on=self._row.began_on, on=today)
        if self._row is not None and self._limit is not None:
            self._row = WarmUp.objects.select_for_update(no_key=True).get(pk=self._row.pk)
            if self._row.day != today:
                self._row.day, self._row.begun = today, 0

    def is_spent(self) -> bool:
        return self._row is not None and self._limit is not None and self._row.begun >= self._limit

    def take(self) -> None:
        if self._row is not None:
            self._row.begun += 1

    def write(self) -> None:
        if self._row is not None and self._limit is not None:
            self._row.save(update_fields=["day", "begun"])


def _warm_up(*, at: datetime) -> WarmUp:
    """Its only row, made at the first letter."""
    today = at.astimezone(UTC).date()
    row = WarmUp.objects.first()
    if row is None:
        WarmUp.objects.bulk_create([WarmUp(began_on=today, day=today)], ignore_conflicts=True)
        row = WarmUp.objects.get()
    return row
