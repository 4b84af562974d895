"""What a person typed, made safe to keep: checked for what no text holds, and rewritten only where nobody can be told."""

import math
import re
from decimal import Decimal

from django.utils.translation import gettext as _

from vetting.kernel.verdict import ALLOWED, Verdict, refuse

LINE = 160
PARAGRAPH = 4_000
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

# Wide enough for any business number, narrow enough for NUMERIC(24, 6) and for float arithmetic without loss of sense.
LARGEST = Decimal("1e15")


def check_text(text: str, *, field: str, most: int = LINE, required: bool = True) -> Verdict:
    if required and not text.strip():
        return refuse("required", _("Please fill this in."), field=field)
    if len(text) > most:
        return refuse(
            "too_long",
            _("This has %(length)s characters; %(most)s fit here.")
            % {"length": f"{len(text):,}", "most": f"{most:,}"},
            field=field,
        )
    if found := _FORBIDDEN.search(text):
        where = found.start() + 1
        return refuse(
            "control_character",
            _("Character %(where)s is one that text cannot hold.") % {"where": where},
            field=field,
        )
    return ALLOWED


def check_number(value: Decimal, *, field: str) -> Verdict:
    if not value.is_finite() or math.isinf(float(value)) or abs(value) >= LARGEST:
        return refuse("out_of_range", _("This number is too large to be a business figure."), field=field)
    if value != value.quantize(Decimal("1e-6")):
        return refuse("too_fine", _("At most six digits after the decimal point."), field=field)
    return ALLOWED


def without_controls(text: str) -> str:
    """For what strangers send: the same without the characters that no text holds."""
    return _FORBIDDEN.sub("", text)
