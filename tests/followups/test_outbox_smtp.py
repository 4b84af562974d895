"""The outbox and a real SMTP dialogue together, with a server that fails at each point of it."""

from datetime import timedelta

import pytest

from tests import builders
from tests.builders import AT, CARLA
from tests.smtp_faults import DROP, FaultySmtp
from vetting.followups.models import Ask, AskStep
from vetting.followups.outbox import chase_due, tidy
from vetting.mail.queries import is_suppressed
from vetting.mail.sending import SmtpLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    with FaultySmtp() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        settings.EMAIL_HOST_USER = ""
        yield box


@pytest.fixture
def ask():
    return builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))


def swept(at):
    with SmtpLine() as line:
        tidy(at=at)
        while chase_due(posts=[line], at=at):
            pass


@pytest.mark.parametrize(
    ("stage", "says", "states", "suppressed"),
    [
        ("RCPT", "250 OK", ("sent", "sent"), False),
        ("CONNECT", "421 4.3.2 busy", ("planned", "queued"), False),
        ("MAIL", "550 5.7.1 who are you", ("planned", "queued"), False),
        ("RCPT", "450 4.2.1 busy", ("planned", "queued"), False),
        ("RCPT", "550 5.1.1 nobody", ("failed", "bounced"), True),
        ("DATA", "451 4.3.0 disk full", ("planned", "queued"), False),
        ("LETTER", "452 4.2.2 full", ("planned", "queued"), False),
        ("LETTER", "554 5.6.0 no", ("failed", "bounced"), True),
        ("LETTER", DROP, ("uncertain", "queued"), False),
    ],
)
def test_what_becomes_of_a_letter(server, ask, stage, says, states, suppressed):
    server.says[stage] = says
    swept(AT)
    step = AskStep.objects.get(ask=ask, step="ask")
    assert (step.state, Ask.objects.get().status) == states
    assert is_suppressed(CARLA[1]) is suppressed


def test_a_letter_in_doubt_arrives_twice_at_most_and_as_one(server, ask):
    server.says["LETTER"] = DROP
    swept(AT)
    swept(AT + timedelta(days=2))
    ids = [
        next(line for line in letter.splitlines() if line.startswith(b"Message-ID"))
        for letter in server.letters
    ]
    assert (len(ids), len(set(ids))) == (2, 1)


def test_a_server_that_comes_back_gets_the_letter_once(server, ask):
    server.says["RCPT"] = "450 4.2.1 busy"
    swept(AT)
    server.says["RCPT"] = "250 OK"
    swept(AT + timedelta(hours=1))
    swept(AT + timedelta(hours=2))
    assert len(server.letters) == 1
