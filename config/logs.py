"""Logs as events: lines of JSON in production, readable text on a screen. Never an address, never a token."""

import logging
import logging.config
import re

import structlog
from structlog.typing import Processor

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*")
# Session keys have 32 letters and digits, referee links 43 and API keys 64 or more.
# A UUID names a row and stays, and so does a name of code, words joined by underscores.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_-])"
    r"(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![A-Za-z0-9_-]))"
    r"(?![a-z]+(?:_+[a-z]+)+(?![A-Za-z0-9_-]))"
    r"(?:[A-Za-z0-9_-]{40,}|[A-Za-z0-9]{32,})"
)


def redacted(line: str) -> str:
    """The line without e-mail addresses and without anything long enough to be a token."""
    return _TOKEN.sub("<token>", _ADDRESS.sub("<address>", line))


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Works on the finished line, so that a traceback or a library's message gets through no other way."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def configure(*, level: str, as_json: bool) -> None:
    """Send structlog's events and every library's records to one stream."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": RedactingFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                },
            },
            "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stream"], "level": level},
            "loggers": {
                "celery": {"level": "WARNING"},  # it tells of every bell it rings
                "mail.log": {"level": "WARNING"},  # aiosmtpd, of every line it hears
            },
        }
    )
