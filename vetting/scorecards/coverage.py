"""How much of what was declared has been asked and answered: silence shows here, and nowhere else."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from vetting.engagements.metrics import metric
from vetting.engagements.queries import declared_by
from vetting.followups.queries import statuses_of
from vetting.followups.states import OPEN
from vetting.outcomes.queries import Reported
from vetting.outcomes.rules import Word, was_corrected
from vetting.outcomes.states import VERIFIED
from vetting.scorecards.queries import Told, told_of

# An engagement with several results shows the one that speaks least well: the picture never flatters.
_ORDER = ("rejected", "missed", "corrected", "confirmed", "open", "declined", "silent", "not_asked")


def coverage(
    profile_ids: Sequence[UUID], told: Told | None = None, *, unreadable: Collection[str] = ()
) -> Mapping[UUID, dict[str, object]]:
    """{declared, asked, answered, declined, silent, open, blocks} of each: engagements counted, a block's word for each.

    An answered result whose row cannot be read (`unreadable` holds its key) stays open until somebody has mended it;
    `told` is what was read of them already.
    """
    words: dict[str, dict[str, list[str]]] = {str(profile_id): {} for profile_id in profile_ids}
    for profile, engagement in declared_by(profile_ids):
        words[profile][engagement] = []
    _, outcomes, said = told or told_of(profile_ids)
    asks = statuses_of(outcome.key for outcome in outcomes)
    for outcome in outcomes:
        if outcome.status != "superseded":
            readable = outcome.key not in unreadable
            word = (
                _word(outcome, asks.get(outcome.key, ()), said.get(outcome.key, ())) if readable else "open"
            )
            words[outcome.profile].setdefault(outcome.engagement, []).append(word)
    return {profile_id: _counted(list(words[str(profile_id)].values())) for profile_id in profile_ids}


def _counted(engagements: Sequence[Sequence[str]]) -> dict[str, object]:
    blocks = [min(words, key=_ORDER.index, default="not_asked") for words in engagements]
    answered = sum(block in {"confirmed", "corrected", "missed", "rejected"} for block in blocks)
    return {
        "declared": len(blocks),
        "asked": sum(block != "not_asked" for block in blocks),
        "answered": answered,
        "declined": blocks.count("declined"),
        "silent": blocks.count("silent"),
        "open": blocks.count("open"),
        "blocks": blocks,
    }


def _word(outcome: Reported, asks: Collection[str], said: Sequence[Word]) -> str:
    if outcome.status == "rejected":
        return "rejected"
    if outcome.status in VERIFIED:
        if not is_met(outcome.metric, outcome.target, outcome.achieved, said):
            return "missed"
        return "corrected" if was_corrected(said) else "confirmed"
    if any(status in OPEN for status in asks):
        return "open"
    # Whoever takes back what she said counts as one who would not say: good or bad, it is no longer there.
    if outcome.status == "retracted" or not {"declined", "stopped"}.isdisjoint(asks):
        return "declined"
    return "silent" if asks else "not_asked"


def is_met(metric_key: str, target: Decimal, achieved: Decimal, said: Sequence[Word]) -> bool:
    """The target was reached, by the number the client stands behind."""
    corrected = said[-1].result_value if said else None
    value = corrected if corrected is not None else achieved
    return bool(int(metric(metric_key).direction) * (value - target) >= 0)
