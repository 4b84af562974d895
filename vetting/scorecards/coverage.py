"""How much of what was declared has been asked and answered: silence shows here, and nowhere else."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from vetting.engagements.metrics import metric
from vetting.engagements.queries import of_profiles as engagements_of
from vetting.followups.models import Ask
from vetting.followups.queries import about
from vetting.followups.states import OPEN
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.rules import was_corrected
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
    words: dict[UUID, dict[UUID, list[str]]] = {profile_id: {} for profile_id in profile_ids}
    for profile_id, engagement_id in engagements_of(profile_ids).values_list("profile_id", "id"):
        words[profile_id][engagement_id] = []
    outcomes, said = told or told_of(profile_ids)
    asks = about(outcome.pk for outcome in outcomes)
    for outcome in outcomes:
        if outcome.status != "superseded":
            engagement = outcome.goal.engagement
            readable = str(outcome.pk) not in unreadable
            word = _word(outcome, asks.get(outcome.pk, []), said.get(outcome.pk, [])) if readable else "open"
            words[engagement.profile_id].setdefault(engagement.pk, []).append(word)
    return {profile_id: _counted(list(found.values())) for profile_id, found in words.items()}


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


def _word(outcome: Outcome, asks: Sequence[Ask], said: Sequence[Attestation]) -> str:
    if outcome.status == "rejected":
        return "rejected"
    if outcome.status in VERIFIED:
        if not is_met(outcome, said):
            return "missed"
        return "corrected" if was_corrected(said) else "confirmed"
    if any(ask.status in OPEN for ask in asks):
        return "open"
    # Whoever takes back what she said counts as one who would not say: good or bad, it is no longer there.
    if outcome.status == "retracted" or any(ask.status in {"declined", "stopped"} for ask in asks):
        return "declined"
    return "silent" if asks else "not_asked"


def is_met(outcome: Outcome, said: Sequence[Attestation]) -> bool:
    """The target was reached, by the number the client stands behind."""
    corrected = said[-1].result_value if said else None
    value = corrected if corrected is not None else outcome.achieved
    return bool(int(metric(outcome.goal.metric).direction) * (value - outcome.goal.target) >= 0)
