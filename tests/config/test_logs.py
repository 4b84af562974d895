"""No log line ever holds an address or a token."""

import io
import json
import logging
import secrets
import uuid

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from config import logs


@pytest.fixture
def written():
    """What is written to the log as JSON, while everything else's logging stays as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(level="INFO", as_json=True)
    stream = io.StringIO()
    root.handlers[0].setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_event_is_a_line_of_json(written):
    structlog.get_logger("vetting").info("letter_sent", step="reminder_4")
    (line,) = written()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "letter_sent", "level": "info", "logger": "vetting", "step": "reminder_4"}


def test_neither_an_event_nor_a_library_nor_a_traceback_lets_one_through(written):
    address, token = "carla.finance+x@client.example", secrets.token_urlsafe(32)
    structlog.get_logger("vetting").info("sent", to=address, link=f"/r/{token}/")
    logging.getLogger("library").warning("refused %s at /r/%s", address, token)
    try:
        int(f"{address} {token}")
    except ValueError:
        logging.getLogger("library").exception("failed")
    said = json.dumps(written())
    assert address not in said
    assert token not in said
    assert said.count("<address>") == 3
    assert said.count("<token>") == 3


@given(st.emails())
def test_no_address_gets_through(address):
    assert address not in logs.redacted(f"to {address}, please")


@pytest.mark.parametrize(
    "make",
    [
        lambda: secrets.token_urlsafe(32),  # a referee's link
        lambda: "touch_" + secrets.token_hex(32),  # an API key
        lambda: secrets.token_hex(16),  # a session key
    ],
)
def test_no_token_gets_through(make):
    for _ in range(500):
        token = make()
        assert token not in logs.redacted(f"Authorization: Bearer {token}\n")
        assert token not in logs.redacted(f"GET /r/{token}/ 200")


@given(st.uuids())
def test_the_number_of_a_row_stays(row):
    assert logs.redacted(f"row={row}") == f"row={row}"
    assert logs.redacted(f"{uuid.UUID(int=row.int)} moved") == f"{row} moved"


def test_ordinary_words_stay():
    line = "vetting.followups.outbox: chase_due claimed 12 steps in 0.031 s (2026-11-23T09:47:08.874584Z)"
    assert logs.redacted(line) == line
