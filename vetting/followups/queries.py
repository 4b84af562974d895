"""Asks found: by the key in a letter, by who asked, by what they are about."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Aggregate,
    CharField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.translation import gettext, override, pgettext

from vetting.followups.cadence import EXPIRY, KEPT_UNANSWERED
from vetting.followups.models import Ask, AskKey, AskStep, Outbox, Referee
from vetting.followups.rules import Reached
from vetting.followups.states import LETTER_STEPS, OPEN
from vetting.kernel.actors import Actor
from vetting.kernel.keys import digest, keyed_hash
from vetting.kernel.languages import ENGLISH, day_words, main_language, value_words
from vetting.kernel.plain import tuples
from vetting.mail.letters import Rendered, message, message_id, render, reply_address

# A letter whose DATA has begun and that nobody has confirmed: she may have it.
_MAY_BE_THERE = Q(state="data") | Q(ambiguous__gt=0)
PAUSED = Outbox.objects.filter(status="paused")


def by_key(secret: str, *, at: datetime) -> Ask | None:
    """The ask this key opens, or None where the key is unknown or has run out."""
    key = (
        AskKey.objects.select_related("ask__referee", "ask__consultant").filter(digest=digest(secret)).first()
    )
    return key.ask if key is not None and key.expires_at > at else None


def reply_token(ask_id: UUID) -> str:
    """What the Reply-To of every letter of that ask holds: 128 bits that nobody can guess, and nothing to read."""
    return keyed_hash(f"reply:{ask_id.hex}", key=settings.ADDRESS_HASH_KEY)[:32]


def by_reply_token(token: str) -> Ask | None:
    """The ask whose letters hold this token."""
    return Ask.objects.select_related("referee").filter(reply_digest=digest(token)).first()


def by_letter(message_id: str) -> Ask | None:
    """The ask of the letter to a referee with this Message-ID; None for any other text."""
    try:
        ask_id = UUID(message_id[1:33])
    except ValueError:
        return None
    steps = AskStep.objects.select_related("ask__referee").filter(ask_id=ask_id, step__in=LETTER_STEPS)
    step = steps.filter(message_id=message_id).first()
    return step.ask if step is not None else None


def referee_by_key(secret: str) -> Referee | None:
    """Whose letter held this key, however long ago: it leads to a code in her mailbox, and to nothing else."""
    key = AskKey.objects.select_related("ask__referee").filter(digest=digest(secret)).first()
    return key.ask.referee if key is not None else None


def language_of(referee: Referee) -> str:
    """In which of the six languages we write to her."""
    return referee.language or main_language(referee.country)


def asked_of(referee_id: UUID) -> QuerySet[Ask]:
    """Everything she was ever asked, newest first."""
    asks = Ask.objects.select_related("referee", "consultant", "replaces")
    return asks.filter(referee_id=referee_id).order_by("-id")


def named_by(ask: Ask) -> str:
    """Who gave us the name of the one who is asked: the consultant, or whom she had asked before."""
    if ask.replaces is None:
        return str(ask.about.get("named_by", ask.about["consultant"]))
    return str(ask.replaces.about["referee"]) or gettext("whoever was asked before you")


def in_words(about: Mapping[str, Any]) -> Mapping[str, Any]:
    """The plain values of an ask, its days, metric and numbers worded in the language now spoken."""
    return {name: _in_words(name, value) for name, value in about.items()}


def _in_words(name: str, value: Any) -> Any:
    if name.endswith("_on") and value:
        return day_words(date.fromisoformat(value))
    if name in {"metric", "formula"}:
        return pgettext("metric", value)
    return value_words(value) if name in {"baseline", "target", "achieved", "last"} else value


def preview(*, kind: str, about: Mapping[str, Any], name: str, language: str, at: datetime) -> Rendered:
    """The first letter of such an ask, as it would leave now; an ellipsis stands for the key in its links."""
    ask = Ask(kind=kind, status="queued", about={**about, "referee": name}, created_at=at)
    with override(language):
        return render(f"{kind}_ask", _letter_values(ask, "ask", f"{settings.SITE_URL}/r/…/", at=at))


def letter_of(step: AskStep, secret: str, *, at: datetime) -> EmailMessage:
    """As it leaves now, `secret` the key in its links. Of a step that was claimed nothing more is read for it."""
    ask, to_referee = step.ask, step.step in LETTER_STEPS
    with override(language_of(ask.referee) if to_referee else ENGLISH):
        values = _letter_values(
            ask, step.step, f"{settings.SITE_URL}/r/{secret}/" if to_referee else "", at=at
        )
        rendered = render(step.letter, values)
    return message(
        rendered,
        to=ask.referee.email if to_referee else ask.consultant.email,
        id_=step.message_id,
        thread="" if step.step == "ask" or not to_referee else message_id(f"{ask.pk.hex}.ask"),
        stop_url=values["stop_url"],
        reply_to=reply_address(reply_token(ask.pk)) if to_referee else "",
    )


def _letter_values(ask: Ask, step: str, url: str, *, at: datetime) -> dict[str, Any]:
    """What a letter is set from. `url` opens the ask; it is empty in a letter to the consultant."""
    # The days of an ask begin with its first letter.
    ends_at = at + EXPIRY if step == "ask" else ask.expires_at
    return {
        **in_words(ask.about),
        "kind": ask.kind,
        "status": ask.status,
        "asked_on": day_words(ask.created_at.date()),
        "open_until": day_words(ends_at.date()),
        "is_last": step == "reminder_11",
        "named_by": named_by(ask),
        "is_handed_on": ask.replaces_id is not None,
        "answer_url": url,
        "decline_url": f"{url}decline/" if url else "",
        "stop_url": f"{url}stop/" if url else "",
        "mine_url": f"{url}mine/" if url else "",
    }


def visible_to(actor: Actor) -> QuerySet[Ask]:
    """Newest first: a consultant sees those she sent, staff see all."""
    asks = Ask.objects.select_related("referee").order_by("-id")
    if actor.is_staff:
        return asks
    return asks.filter(consultant_id=actor.id) if actor.id else asks.none()


def about(subject_ids: Iterable[UUID]) -> Mapping[UUID, list[Ask]]:
    """The asks of each subject, oldest first."""
    found: dict[UUID, list[Ask]] = {}
    rows = Ask.objects.select_related("referee").filter(subject_id__in=list(subject_ids)).order_by("id")
    for row in rows:
        found.setdefault(row.subject_id, []).append(row)
    return found


class Asked(NamedTuple):
    """That something was asked about; its key is a text."""

    subject: str
    status: str


_ASKED = "SELECT subject_id::text, status FROM vetting_ask WHERE subject_id = ANY(%(subjects)s::uuid[]) ORDER BY id"


def statuses_of(subjects: Iterable[str]) -> Mapping[str, list[str]]:
    """Where the asks of each subject stand, oldest first."""
    found: dict[str, list[str]] = {}
    for row in tuples(Asked._make, _ASKED, {"subjects": list(subjects)}):
        found.setdefault(row.subject, []).append(row.status)
    return found


_REACHED = (
    *("id", "step", "state", "sent_at", "lease_until", "ask_id"),
    *("ask__consultant_id", "ask__status", "ask__referee_id"),
)


def letters_to(referee_ids: Iterable[UUID]) -> Mapping[UUID, list[Reached]]:
    """All that reached each of them, or may have: few, since the caps see to it."""
    rows = AskStep.objects.filter(
        Q(state="sent") | _MAY_BE_THERE, ask__referee__in=list(referee_ids), step__in=LETTER_STEPS
    )
    found: dict[UUID, list[Reached]] = {}
    for values in rows.order_by("id").values_list(*_REACHED):
        row = Reached(*values)
        found.setdefault(row.referee_id, []).append(row)
    return found


class Hold(NamedTuple):
    """What keeps a letter back. `place` counts the letters waiting for that person, this one included."""

    reason: str
    until: datetime
    place: int


def holds(asks: Iterable[Ask]) -> Mapping[UUID, Hold]:
    """For each ask whose letter is kept back, by a cap or by the line of its domain: why, until when at least, and its place in the line."""
    rows = list(asks)
    line = Window(RowNumber(), partition_by="ask__referee_id", order_by=["due_at", "id"])
    held = AskStep.objects.filter(state="planned", ask__referee__in=[row.referee_id for row in rows])
    steps = held.exclude(held="").annotate(place=line).order_by("-due_at", "-id")
    mine = {row.pk for row in rows}
    return {
        step.ask_id: Hold(step.held, step.due_at, step.place)
        for step in steps
        if step.ask_id in mine  # the last written, so the first due, stays
    }


def expired(*, at: datetime, most: int) -> list[UUID]:
    """Open asks whose time is up."""
    rows = Ask.objects.filter(status__in=OPEN, expires_at__lte=at).order_by("expires_at")
    return list(rows.values_list("id", flat=True)[:most])


def is_paused() -> bool:
    return PAUSED.exists()


def outbox_health(*, at: datetime) -> Mapping[str, object]:
    """Figures for staff: how much is due, how long the oldest waits, how much is in doubt."""
    return AskStep.objects.aggregate(
        due=Count("id", filter=Q(state="planned", due_at__lte=at)),
        oldest_due=Min("due_at", filter=Q(state="planned", due_at__lte=at)),
        expired_leases=Count("id", filter=Q(state__in=["claimed", "data"], lease_until__lte=at)),
        uncertain=Count("id", filter=Q(state="uncertain")),
    )


def sent_since(moment: datetime) -> int:
    return AskStep.objects.filter(state="sent", sent_at__gte=moment).count()


def sent_by_day(*, since: datetime, until: datetime) -> dict[date, int]:
    """Letters of each day, quiet days as 0."""
    days = [since.date() + timedelta(days=number) for number in range((until.date() - since.date()).days + 1)]
    sent = AskStep.objects.filter(state="sent", sent_at__gte=since, sent_at__lte=until)
    counted = sent.values_list("sent_at__date").annotate(Count("id")).order_by("sent_at__date")
    return dict.fromkeys(days, 0) | dict(counted)


class TimeToAnswer(NamedTuple):
    """From the first save to the answer, pauses included; of the answers to one kind of question."""

    kind: str
    answers: int
    median: timedelta
    nine_in_ten: timedelta


class _Quantile(Aggregate):
    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def times_to_answer(*, since: datetime) -> list[TimeToAnswer]:
    """Of answers since then. One that was given in a single press has no time and is not among them."""
    taken = Ask.objects.filter(status="answered", status_at__gte=since, started_at__isnull=False)
    took = ExpressionWrapper(F("status_at") - F("started_at"), output_field=DurationField())
    rows = taken.values("kind").annotate(
        answers=Count("id"), median=_Quantile(took, share=0.5), nine_in_ten=_Quantile(took, share=0.9)
    )
    return [TimeToAnswer(**row) for row in rows.order_by("kind")]


class DomainResult(NamedTuple):
    """What became of the letters to the mailboxes of one domain. `put_off` were refused for now, `in_line` have a slot."""

    domain: str
    sent: int
    failed: int
    in_doubt: int
    put_off: int
    in_line: int


def results_by_domain(*, since: datetime, most: int = 50) -> list[DomainResult]:
    """The domains with the most letters to referees due since then, first the one with the most."""
    domain = Func(
        F("ask__referee__mailbox"), Value("@"), Value(2), function="split_part", output_field=CharField()
    )
    steps = AskStep.objects.filter(step__in=LETTER_STEPS, due_at__gte=since)
    rows = (
        steps.annotate(domain=domain)
        .values("domain")
        .annotate(
            sent=Count("id", filter=Q(state="sent")),
            failed=Count("id", filter=Q(state="failed")),
            in_doubt=Count("id", filter=Q(state="uncertain")),
            put_off=Count("id", filter=Q(state="planned") & ~Q(detail="")),
            in_line=Count("id", filter=Q(state="planned", paced_at__isnull=False)),
        )
    )
    seen = rows.exclude(sent=0, failed=0, in_doubt=0, put_off=0, in_line=0).order_by("-sent", "domain")
    return [DomainResult(**row) for row in seen[:most]]


def never_answered(*, at: datetime, most: int = 1, among: UUID | None = None) -> list[UUID]:
    """Referees whose every ask has been closed without an answer, the last of them long enough ago to be forgotten."""
    asks = Ask.objects.filter(referee=OuterRef("pk"))
    kept = asks.filter(Q(status__in=[*OPEN, "answered"]) | Q(expires_at__gt=at - KEPT_UNANSWERED))
    rows = Referee.objects.exclude(email="").filter(~Exists(kept)).order_by("id")
    if among is not None:
        rows = rows.filter(pk=among)
    return list(rows.values_list("id", flat=True)[:most])
