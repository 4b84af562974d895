"""How fast letters drain: the outbox, bare smtplib on one connection, and one Celery task a letter, on the same letters."""

import smtplib
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, NamedTuple
from uuid import UUID

from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection

from bench.sink import sink
from vetting.accounts.models import User
from vetting.followups.models import Ask, AskKey, AskStep, Referee
from vetting.followups.outbox import chase_due
from vetting.followups.queries import language_of, preview
from vetting.jobs.followups import BATCH, LINES
from vetting.kernel.keys import uuid7
from vetting.mail.letters import message_id
from vetting.mail.sending import Delivery, Fate, SmtpLine

AT = datetime(2026, 5, 5, 9, tzinfo=UTC)  # a Tuesday, in office hours
TURNS = 3
A_DOMAIN = 5  # letters: fewer than go at once, so that nothing stands in line
ABOUT = {
    "consultant": "Ana Kalniņa",
    "consultant_slug": "ana-kalnina",
    "client": "Paper Umbrella & Sons",
    "work": "Customer service redesign",
    "starts_on": "2026-01-12",
    "ends_on": "2026-04-17",
    "metric": "Cost per ticket",
    "formula": "Operating expense of the service desk in the month, divided by the tickets handled in that month.",
    "baseline": "9.40 EUR",
    "target": "7.00 EUR",
    "due_on": "2026-04-30",
    "note": "",
    "achieved": "6.10 EUR",
    "measured_on": "2026-04-20",
    "referee": "Carla Conti",
}


def lines(*, letters: int) -> Iterator[dict[str, Any]]:
    with sink() as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = ""
        settings.MAIL_WARM_UP = 0
        sample = _sample()
        ways: dict[str, Callable[[], _Spent | None]] = {
            "outbox": lambda: _drain(letters),
            "bare smtplib": lambda: _bare(letters, port, sample),
            "bare smtplib, the same bytes": lambda: _bare_ready(letters, port, sample),
            "a Celery task a letter": lambda: _tasks(letters),
        }
        found: dict[str, list[_Spent]] = {way: [] for way in ways}
        for _ in range(TURNS):  # in turn, so that what else the machine does meets all of them
            for way, act in ways.items():
                put_in(letters)
                found[way].append(_spent(act))
                _make_room()
        ours = _median(found["outbox"])
        for way, turns in found.items():
            peer = _median(turns)
            yield {
                "measure": "letters a second, one process",
                "way": way,
                "letters": letters,
                "a_second": round(letters / peer.seconds, 1),
                "processor_ms_a_letter": round(1000 * peer.processor / letters, 2),
                "outbox_of_it": round(peer.seconds / ours.seconds, 3),
            }


class _Spent(NamedTuple):
    """By the clock, and by this process's processor: the servers' work is not in the latter."""

    seconds: float
    processor: float


def _spent(act: Callable[[], _Spent | None]) -> _Spent:
    clock, processor = time.perf_counter(), time.process_time()
    return act() or _Spent(time.perf_counter() - clock, time.process_time() - processor)


def _median(turns: list[_Spent]) -> _Spent:
    return _Spent(*(statistics.median(each) for each in zip(*turns, strict=True)))


def put_in(letters: int) -> None:
    """So many first letters, all due at AT, to people at many domains."""
    by = User.objects.create_user(f"ana-{uuid7().hex}@advice.example")
    turn = uuid7().hex  # each has domains of its own, whose lines are free
    people = [_person(f"client-{number // A_DOMAIN}-{turn}.example") for number in range(letters)]
    Referee.objects.bulk_create(people)
    asks = [_ask(by, person) for person in people]
    Ask.objects.bulk_create(asks)
    AskStep.objects.bulk_create([_step(ask) for ask in asks])


def _person(domain: str) -> Referee:
    mailbox = f"carla-{uuid7().hex}@{domain}"
    return Referee(email=mailbox, mailbox=mailbox, name="Carla Conti", country="LV", created_at=AT)


def _ask(by: User, person: Referee) -> Ask:
    return Ask(
        kind="outcome",
        subject_id=uuid7(),
        consultant=by,
        referee=person,
        about=ABOUT,
        status="queued",
        status_at=AT,
        created_at=AT,
        expires_at=AT + timedelta(days=120),
    )


def _step(ask: Ask) -> AskStep:
    return AskStep(
        ask=ask,
        step="ask",
        letter="outcome_ask",
        due_at=AT,
        message_id=message_id(f"{ask.pk.hex}.ask"),
    )


def _drain(letters: int) -> None:
    with ExitStack() as stack:
        posts = [stack.enter_context(SmtpLine()) for _ in range(LINES)]
        while chase_due(posts=posts, at=AT, most=BATCH):
            pass
    _expect_sent(letters)


def _expect_sent(letters: int) -> None:
    sent = AskStep.objects.filter(step="ask", state="sent").count()
    states = list(AskStep.objects.filter(step="ask").values_list("state", "detail", "held").distinct()[:3])
    assert sent == letters, f"{sent} of {letters} were sent: {states}"


def _make_room() -> None:
    AskKey.objects.all().delete()
    AskStep.objects.all().delete()
    Ask.objects.all().delete()


class _Drawer:
    """Keeps the one letter it is given, as the outbox set it."""

    mail: EmailMessage

    def send(self, mail: EmailMessage, *, before_data: Callable[[], bool]) -> Delivery:  # noqa: ARG002 - a post's
        self.mail = mail
        return Delivery(Fate.TEMPORARY)


def _sample() -> EmailMessage:
    put_in(1)
    drawer = _Drawer()
    chase_due(posts=[drawer], at=AT)
    _make_room()
    return drawer.mail


def _bare(letters: int, port: int, sample: EmailMessage) -> None:
    """The words are there already: a message is built as the standard library has it, and sent, one after the other."""
    text, html = (sample.get_body((kind,)).get_content() for kind in ("plain", "html"))
    with smtplib.SMTP("127.0.0.1", port, "bench.example") as smtp:
        for number in range(letters):
            mail = EmailMessage()
            for name in ("From", "Subject", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"):
                mail[name] = str(sample[name])
            mail["To"] = f"carla-{number}@client.example"
            mail.set_content(text)
            mail.add_alternative(html, subtype="html")
            smtp.send_message(mail)


def _bare_ready(letters: int, port: int, sample: EmailMessage) -> None:
    """The very same bytes each time: no more than the dialogue."""
    content = sample.as_bytes()
    with smtplib.SMTP("127.0.0.1", port, "bench.example") as smtp:
        for number in range(letters):
            smtp.sendmail("letters@bench.example", [f"carla-{number}@client.example"], content)


def _tasks(letters: int) -> _Spent:
    """What one writes first: a task a letter, its row read, its words set, sent by Django's mail, its row marked.

    Counted from the end of the first task to the end of the last: the worker is there already, and so are its tasks.
    """
    app = Celery("naive", broker=settings.CELERY_BROKER_URL)
    app.conf.update(
        task_ignore_result=True, worker_prefetch_multiplier=1, task_default_queue=f"naive-{uuid7().hex}"
    )
    ends: list[tuple[float, float]] = []

    @app.task(name=f"naive.{uuid7().hex}", acks_late=True)
    def send(step_id: str) -> None:
        step = AskStep.objects.select_related("ask__referee", "ask__consultant").get(pk=UUID(step_id))
        ask = step.ask
        words = preview(  # the same letter, set the same way
            kind=ask.kind,
            about=ask.about,
            name=ask.referee.name,
            language=language_of(ask.referee),
            at=AT,
        )
        mail = EmailMultiAlternatives(words.subject, words.text, to=[ask.referee.email])
        mail.attach_alternative(words.html, "text/html")
        mail.send()
        AskStep.objects.filter(pk=step.pk).update(state="sent", sent_at=AT)
        ends.append((time.perf_counter(), time.thread_time()))

    for step_id in AskStep.objects.order_by("id").values_list("pk", flat=True):
        send.delay(str(step_id))
    connection.close()  # Celery closes what it finds open, and Django does not learn of it
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=60):
        while len(ends) < letters:
            time.sleep(0.02)
    _expect_sent(letters)
    whole = letters / (letters - 1)
    return _Spent(*(whole * (last - first) for first, last in zip(ends[0], ends[-1], strict=True)))
