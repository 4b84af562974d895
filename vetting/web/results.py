"""One result in words and as the slope draws it: met, missed, called wrong or unanswered, all at the same size."""

from datetime import date

from vetting.engagements.states import PREREGISTRATION_WINDOW
from vetting.search.dossier import Later, ShownResult, Value
from vetting.search.explanation import SEALED, sentence
from vetting.web.labels import DIMENSIONS, TRANSFER
from vetting.web.ledger import Ledger
from vetting.web.templatetags.wording import day, month, signed

_WINDOW = PREREGISTRATION_WINDOW.days
_UNPROVED = {
    "submitted": "said by the consultant, nobody was asked yet",
    "awaiting_client": "asked, not answered yet",
    "unanswered": "asked, never answered",
    "rejected": "the client says it is wrong",
}
_SPOKE = {
    "rejected": "Called wrong by {who}",
    "unanswered": "Answered by {who}, who could not say",
}
_CONFIRMED, _CORRECTED = "Confirmed by {who}", "Numbers corrected by {who}"
_NOBODY = "a referee at the client"


def shown(result: ShownResult, ledger: Ledger, *, origin: str) -> dict[str, object]:
    """What parts/result.html takes. Of a sealed result nothing is shown but that it counts, and how much."""
    common: dict[str, object] = {"key": result.key, "level": result.level, "adds": _adds(result, ledger)}
    if is_sealed(result):
        return {**common, "metric": SEALED, "sealed": True}
    unproved = _unproved(result)
    return {
        **common,
        **_slope(result, unproved),
        "where": _where(result),
        "who": _who(result, origin=origin),
        "notes": _notes(result),
        "reasons": [
            f"{DIMENSIONS[part.dimension].name}: {part.reason}" for part in ledger.parts.get(result.key, ())
        ],
    }


def ledger_row(result: ShownResult, points: int, *, origin: str) -> dict[str, object]:
    """A row of parts/ledger.html, with a link to the result itself."""
    sealed = is_sealed(result)
    return {
        "what": sentence(result, by_record=origin == "public_record"),
        "url": f"#{result.key}",
        "when": "" if sealed else day(result.verified_on),
        "who": "" if sealed else result.witness,
        "level": result.level,
        "adds": points,
    }


def is_sealed(result: ShownResult) -> bool:
    return result.publication == "sealed"


def _unproved(result: ShownResult) -> str:
    if result.status == "unanswered" and result.witness:
        return "the client could not say"
    return _UNPROVED.get(result.status, "")


def _where(result: ShownResult) -> str:
    ends = month(result.ends_on) if result.ends_on else "today"
    return f"{result.work}, {result.client}, {month(result.starts_on)} to {ends}"


def _who(result: ShownResult, *, origin: str) -> str:
    if not result.witness:  # the drawing says already that nobody has answered
        return ""
    if origin == "public_record":
        return f"Shown by {result.witness}, {day(result.verified_on)}"
    who = result.witness if result.witness.startswith(_NOBODY) else f"the client: {result.witness}"
    said = _SPOKE.get(result.status, _CORRECTED if result.corrected else _CONFIRMED).format(who=who)
    on = f", {day(result.verified_on)}" if result.verified_on else ""
    # A tie, which is named beside the witness, lowers the level as well; else it is the mailbox.
    doubt = result.level == 1 and "(tie:" not in result.witness
    return f"{said}{on}{'; the mailbox is not proved to be at the client' if doubt else ''}{_since(result)}"


def _since(result: ShownResult) -> str:
    """What the client said when she was last asked the same number again."""
    given = [later for later in result.later if later.value is not None]
    if not given:
        return ""
    word = "less of it" if result.status == "faded" else "still so"
    return f"; {word} on {day(given[-1].on)}"


def _slope(result: ShownResult, unproved: str) -> dict[str, object]:
    # Only a sealed result has no figures.
    assert result.baseline is not None
    assert result.target is not None
    assert result.achieved is not None
    return {
        "metric": result.metric_name,
        "direction": "up" if result.direction > 0 else "down",
        "baseline": _point(result.baseline, result.starts_on),
        "target": _point(result.target),
        "achieved": _point(result.achieved, result.measured_on),
        "later": [later_point(later) for later in result.later],
        "unproved": unproved,
    }


def _point(value: Value, on: date | None = None) -> dict[str, object]:
    return {"value": value.number, "text": value.text, "when": month(on) if on else ""}


def later_point(later: Later) -> dict[str, object]:
    """The column of one wave, as the slope tag takes it."""
    value = later.value.number if later.value else None
    return {"value": value, "text": later.text, "when": month(later.on), "months": later.months}


def _notes(result: ShownResult) -> list[str]:
    notes = [
        f"Pre-registered: both sides accepted the goal before the work or within {_WINDOW} days of its start"
        if result.preregistered
        else "Not pre-registered: the goal was not accepted by both sides beforehand"
    ]
    if result.claimed:
        notes.append(f"The consultant had reported {result.claimed.text}")
    if result.share_words:
        notes.append(result.share_words)
    if result.transfer is not None:
        notes.append(TRANSFER[result.transfer])
    return notes


def _adds(result: ShownResult, ledger: Ledger) -> str:
    points = ledger.points.get(result.key)
    if points is None:
        return "Adds nothing: only what somebody else has confirmed or refused counts"
    return f"Adds {signed(points)} to the ledger"
