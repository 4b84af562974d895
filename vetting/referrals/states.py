"""The life of a referral, and its words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from vetting.kernel.moves import moves

REFERRAL = moves(
    "referral",
    "requested",
    requested="answered withdrawn unanswered",
    unanswered="withdrawn",
    answered="accepted set_aside withdrawn",
    accepted="set_aside superseded withdrawn",
    set_aside="accepted superseded withdrawn",
    superseded="",
    withdrawn="",
)
RELATIONS = ("worked_with", "hired", "managed", "observed")
RELATION_WORDS: Mapping[str, Any] = {
    "worked_with": gettext_lazy("We worked on it together"),
    "hired": gettext_lazy("I hired the consultant for it"),
    "managed": gettext_lazy("I was responsible for the work"),
    "observed": gettext_lazy("I saw the work from nearby"),
}
