"""How much of what was declared has been asked and answered: silence shows here, and nowhere else."""

from collections.abc import Sequence
from uuid import UUID

from vetting.engagements.metrics import metric
from vetting.engagements.queries import of_profile as engagements_of
from vetting.followups.models import Ask
from vetting.followups.queries import about
from vetting.followups.states import OPEN
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.queries import current_attestations, of_profile
from vetting.outcomes.states import VERIFIED

# An engagement with several results shows the one that speaks least well: the picture never flatters.
_ORDER = ("rejected", "missed", "corrected", "confirmed", "open", "declined", "silent", "not_asked")


def coverage(profile_id: UUID) -> dict[str, object]:
    """{declared, asked, answered, declined, silent, open, blocks}: engagements counted, a block's word for each."""
    engagements = list(engagements_of(profile_id))
    outcomes = list(of_profile(profile_id))
    asks = about(outcome.pk for outcome in outcomes)
    said = current_attestations(outcome.pk for outcome in outcomes)
    words: dict[UUID, list[str]] = {engagement.pk: [] for engagement in engagements}
    for outcome in outcomes:
        if outcome.status != "superseded":
            word = _word(outcome, asks.get(outcome.pk, []), said.get(outcome.pk, []))
            words[outcome.goal.engagement_id].append(word)
    blocks = [min(found, key=_ORDER.index, default="not_asked") for found in words.values()]
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
        return "corrected" if outcome.status == "corrected" else "confirmed"
    if any(ask.status in OPEN for ask in asks):
        return "open"
    if any(ask.status in {"declined", "stopped"} for ask in asks):
        return "declined"
    return "silent" if asks else "not_asked"


def is_met(outcome: Outcome, said: Sequence[Attestation]) -> bool:
    """The target was reached, by the number the client stands behind."""
    corrected = said[-1].result_value if said else None
    value = corrected if corrected is not None else outcome.achieved
    return bool(int(metric(outcome.goal.metric).direction) * (value - outcome.goal.target) >= 0)
