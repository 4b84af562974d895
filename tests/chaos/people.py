"""Consultants who ask, and peers who answer, decline or stop: many of them in the very middle of their letter."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connections

import config.celery  # noqa: F401 - the bell rings this app's
from tests import builders
from tests.chaos.place import Clock, patiently
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.jobs.bell import ring
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.referrals import actions as referrals
from vetting.referrals.models import Referral
from vetting.referrals.rules import Words

_ASKS_OF_ONE = 40
_WORDS = Words(
    relation="worked_with",
    skill="service design",
    saw="She had the team count its own tickets.",
    seen_from=2024,
    seen_to=2026,
    gets_fee=False,
)
# What becomes of an ask, and at which moment of its letter; in hundredths. The rest stays silent.
_ENDS = {
    ("stop", "RCPT"): 6,
    ("stop", "DATA"): 4,
    ("decline", "RCPT"): 5,
    ("decline", "KEPT"): 5,
    ("answer", "RCPT"): 6,
    ("answer", "KEPT"): 14,
    ("withdraw", "RCPT"): 4,
    ("withdraw", "DATA"): 2,
}
_SHARED = (
    10  # every so manieth ask goes to a mailbox that others ask too, so that the caps have something to do
)


@dataclass
class Person:
    address: str
    end: str = ""
    moment: str = ""
    ask_id: UUID | None = None
    claimed: threading.Event = field(default_factory=threading.Event)


class People:
    """`acknowledged` holds the asks whose commit returned; `ends` the ends that did, by ask."""

    def __init__(self, *, n: int, seed: int, rate: float, clock: Clock) -> None:
        self.acknowledged: list[UUID] = []
        self.ends: dict[UUID, str] = {}
        self.errors: list[str] = []
        self.refused = 0
        self._clock, self._rate = clock, rate
        self._dice = random.Random(seed)
        self._persons = [self._person(index) for index in range(n)]
        self._by_address = {person.address: person for person in self._persons if person.end}
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="people")
        self._profiles = [
            builders.consultant(f"Ana {_word(number)}", domain=f"advice-{number}.example")
            for number in range(n // _ASKS_OF_ONE + 3)
        ]

    def _person(self, index: int) -> Person:
        if index % _SHARED == 0:
            return Person(f"shared{index // (_SHARED * 3)}@desk{index // (_SHARED * 3) % 50}.example")
        dice = self._dice.randrange(100)
        address = f"peer{index}@client{index % 200}.example"
        for (end, moment), share in _ENDS.items():
            dice -= share
            if dice < 0:
                return Person(address, end, moment)
        return Person(address)

    def ask_all(self) -> None:
        """One ask after the other at the given rate, whatever breaks meanwhile."""
        began = time.monotonic()
        pending = []
        for index, person in enumerate(self._persons):
            time.sleep(max(0.0, began + index / self._rate - time.monotonic()))
            pending.append(self._pool.submit(self._surely, self._ask, index, person))
        for each in pending:
            each.result()

    def watch(self, stage: str, address: str) -> None:
        """The sink has this letter in its hands: whoever ends her ask at this moment does so now."""
        person = self._by_address.get(address)
        if person is not None and person.moment == stage and not person.claimed.is_set():
            person.claimed.set()
            self._pool.submit(self._surely, self._end, person)

    def withdraw_most(self, *, keep: int) -> None:
        """Close what is still open but for every `keep`-th, so that the following weeks take minutes."""
        rows = Ask.objects.exclude(begun_at=None).filter(status__in=("sent", "started")).order_by("id")
        for index, row in enumerate(rows.select_related("consultant")):
            if index % keep:
                self._pool.submit(self._surely, self._withdraw, row)

    def finish(self) -> None:
        """Wait until everybody has done what she was about to do."""
        self._pool.shutdown(wait=True)

    def _surely(self, act: Callable[..., None], *given: object) -> None:
        try:
            patiently(lambda: act(*given))
        except Exception as error:  # noqa: BLE001 - the verdict reports it
            self.errors.append(f"{act.__name__}: {error!r}")
        finally:
            connections.close_all()

    def _ask(self, index: int, person: Person) -> None:
        profile = self._profiles[index % len(self._profiles)]
        try:
            referral = referrals.ask_peer(
                profile=profile,
                name="Ben Peer",
                email=person.address,
                by=builders.speaker(profile),
                at=self._clock.now(),
            )
        except InvalidError as error:  # a mailbox that others ask too has meanwhile refused a letter for good
            if error.problems["email"][0] != "stopped":
                raise
            self.refused += 1
            return
        except RefusedError as error:
            # Tried again after a commit whose answer was lost: the ask stands.
            if error.verdict.code != "asked_already":
                raise
            referral = Referral.objects.select_related("ask").get(
                profile=profile, referee__email=person.address
            )
        ring("followups")
        person.ask_id = referral.ask_id
        self.acknowledged.append(referral.ask_id)

    def _end(self, person: Person) -> None:
        row = Ask.objects.select_related("consultant").get(referee__email=person.address)
        act = {"stop": self._stop, "decline": self._decline, "answer": self._answer}.get(person.end)
        (act or self._withdraw)(row)

    def _stop(self, row: Ask) -> None:
        followups.stop(row.pk, at=self._clock.now())
        self.ends[row.pk] = "stopped"

    def _decline(self, row: Ask) -> None:
        if _accepted(lambda: followups.decline(row.pk, at=self._clock.now()), "declined"):
            self.ends[row.pk] = "declined"

    def _answer(self, row: Ask) -> None:
        if _accepted(
            lambda: referrals.answer(row.pk, words=_WORDS, at=self._clock.now()), "already_answered"
        ):
            self.ends[row.pk] = "answered"

    def _withdraw(self, row: Ask) -> None:
        referral = Referral.objects.get(pk=row.subject_id)
        if _accepted(
            lambda: referrals.withdraw(referral, by=row.consultant.actor, at=self._clock.now()), "withdrawn"
        ):
            self.ends[row.pk] = "cancelled"


def _accepted(act: Callable[[], object], again: str) -> bool:
    """Whether the end counts. `again` is the refusal of one whose first try went through unheard."""
    try:
        act()
    except RefusedError as error:
        return error.verdict.code == again
    except InvalidError:
        return False
    return True


def _word(number: int) -> str:
    """A name of letters only: aab, aac, ..."""
    letters = ""
    while number or len(letters) < 3:
        number, digit = divmod(number, 26)
        letters = chr(ord("a") + digit) + letters
    return letters.capitalize()
