"""Each registered letter with credible values, as the outbox sets it in the language now spoken."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from vetting.engagements.metrics import METRICS
from vetting.followups.queries import in_words
from vetting.kernel.languages import day_words
from vetting.mail.letters import LETTERS

_WORK = {
    "consultant": "Ana Kalniņa",
    "consultant_slug": "ana-kalnina",
    "referee": "Carla Conti",
    "client": "Paper Umbrella & Sons",
    "work": "Customer service redesign",
    "starts_on": "2026-01-12",
    "ends_on": "2026-04-17",
    "metric": "Cost per ticket",
    "formula": METRICS["cost_per_ticket"].formula,
    "baseline": "9.40 EUR",
    "target": "7.00 EUR",
    "due_on": "2026-04-30",
    "note": "",
}
_ABOUT: Mapping[str, Mapping[str, Any]] = {
    "goal": {**_WORK, "ends_on": "", "note": "Without <dismissals>."},
    "outcome": {**_WORK, "achieved": "6.10 EUR", "measured_on": "2026-04-20"},
    "sustain": {
        **_WORK,
        "achieved": "6.10 EUR",
        "measured_on": "2026-04-20",
        "last": "6.10 EUR",
        "last_on": "2026-05-06",
        "named_on": "2026-05-04",
        "months": 6,
    },
    "peer": {"consultant": "Ana Kalniņa", "consultant_slug": "ana-kalnina", "referee": "Ben Peer"},
}
_CODE = {"name": "Carla Conti", "code": "042917", "minutes": 15}
_LINK = "https://touchstone.example/r/k3y/"

# Every letter, and those variants in which other words are read.
SAMPLES: Mapping[str, tuple[str, dict[str, Any]]] = {
    **{name: (name, {}) for name in LETTERS},
    "goal_reminder_last": ("goal_reminder", {"is_last": True}),
    "outcome_reminder_last": ("outcome_reminder", {"is_last": True}),
    "peer_reminder_last": ("peer_reminder", {"is_last": True}),
    "outcome_ask_handed_on": ("outcome_ask", {"is_handed_on": True, "named_by": "Carla Conti"}),
    "ask_answered_goal": ("ask_answered", {"kind": "goal"}),
    "ask_answered_replaced": ("ask_answered", {"status": "replaced"}),
    "ask_answered_declined": ("ask_answered", {"status": "declined"}),
    "ask_expired_goal": ("ask_expired", {"kind": "goal", "status": "expired"}),
    "ask_silent_peer": ("ask_silent", {"kind": "peer"}),
    "ask_answered_sustain": ("ask_answered", {"kind": "sustain"}),
    "ask_answered_sustain_declined": ("ask_answered", {"kind": "sustain", "status": "declined"}),
    "ask_expired_sustain": ("ask_expired", {"kind": "sustain", "status": "expired"}),
    "ask_failed_sustain": ("ask_failed", {"kind": "sustain", "status": "bounced"}),
    "ask_silent_sustain": ("ask_silent", {"kind": "sustain"}),
}


def values(letter: str, **ask: Any) -> dict[str, Any]:
    kind = ask.get("kind") or (letter.partition("_")[0] if LETTERS[letter].to_referee else "outcome")
    to_referee = LETTERS[letter].to_referee
    return {
        **in_words(_ABOUT[kind]),
        "kind": kind,
        "status": "answered",
        "asked_on": day_words(date(2026, 5, 4)),
        "open_until": day_words(date(2026, 6, 3)),
        "is_last": False,
        "named_by": "Ana Kalniņa",
        "is_handed_on": False,
        **ask,
        "answer_url": _LINK if to_referee else "",
        "decline_url": f"{_LINK}decline/" if to_referee else "",
        "stop_url": f"{_LINK}stop/" if to_referee else "",
        "mine_url": f"{_LINK}mine/" if to_referee else "",
        **(_CODE if letter == "referee_code" else {}),
    }
