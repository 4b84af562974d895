"""JSON as it is written: exact numbers, each name once, nothing that a database could not keep."""

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

_MOST_DIGITS = 100


class TooLargeError(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "This is more than one request may carry."
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """RFC 8259 in UTF-8. A number with a point becomes a Decimal, so that 9.40 stays 9.40."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # JSON is UTF-8, whatever is said here
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLargeError
        try:
            return _read(raw)
        except RecursionError as error:
            message = "This is not JSON we can read: it is nested too deeply."
            raise ParseError(message) from error
        except UnicodeError as error:
            message = "This is not JSON: a character in it is none, or is not written in UTF-8."
            raise ParseError(message) from error
        except ValueError as error:
            message = f"This is not JSON: {error}."
            raise ParseError(message) from error


def _read(raw: bytes) -> Any:
    value = json.loads(
        raw.decode("utf-8"),
        parse_int=_whole,
        parse_float=_number,
        parse_constant=_no_number,
        object_pairs_hook=_once,
    )
    if b"\\ud" in raw.lower():
        json.dumps(value, ensure_ascii=False, default=str).encode()  # half a character is no text
    return value


def _whole(text: str) -> int:
    """Python reads 4,300 digits; nobody counts to as many as a hundred."""
    if len(text) > _MOST_DIGITS:
        raise _uncountable(text)
    return int(text)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise _uncountable(text) from error


def _uncountable(text: str) -> ValueError:
    return ValueError(f"{text[:24]} and so on is not a number anybody could count")


def _no_number(word: str) -> None:
    message = f"{word} is not a number"
    raise ValueError(message)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        message = f"{name[:40]!r} is given twice"
        raise ValueError(message)
    return found
