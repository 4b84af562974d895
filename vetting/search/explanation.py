"""The ledger of a card in sentences: what happened, at what kind of client, who says so, and what it adds.

Of a sealed result nothing is said but that it counts; who it is about stands in what the dossier shows anyway.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vetting.outcomes.states import VERIFIED
from vetting.profiles.models import Profile
from vetting.scorecards.models import Scorecard
from vetting.scoring.weights import REFERRAL, RESULTS
from vetting.search.dossier import ShownReferral, ShownResult, referrals_of, results_of

SEALED = "A result its client keeps sealed"
_GONE = "Evidence that is no longer shown, until the score is computed again"
_NOBODY = "a referee at the client"
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one piece of evidence moves in one dimension. `sentence` has no full stop; `said` ends with the value."""

    key: str
    dimension: str
    value: float
    sentence: str
    reason: str  # the scale's own words; empty for a sealed result

    @property
    def said(self) -> str:
        return f"{self.sentence}: {signed(self.value)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The lines in the card's order; `total` is their sum and the card's standing less that of an empty history."""

    lines: Sequence[Line]
    total: float


def explain(profile: Profile, card: Scorecard) -> Explanation:
    return explained(
        card,
        results_of(profile, card),
        referrals_of(profile, card),
        by_record=profile.origin == "public_record",
    )


def explained(
    card: Scorecard, results: Sequence[ShownResult], referrals: Sequence[ShownReferral], *, by_record: bool
) -> Explanation:
    """As `explain`, from what a page has read already."""
    known = {result.key: result for result in results}
    peers = {referral.key: referral for referral in referrals}
    lines = [_line(entry, known, peers, by_record=by_record) for entry in card.ledger]
    return Explanation(lines=lines, total=math.fsum(line.value for line in lines))


def sentence(result: ShownResult, *, by_record: bool) -> str:
    """As in: Cost per ticket 9.40 to 6.10 EUR (goal 7.00 EUR) at a retailer, confirmed by the CFO, goal agreed
    at the outset.
    """
    if result.publication == "sealed":
        return SEALED
    if result.status == "rejected":
        return f"{result.metric_name} at {result.client}, called wrong by {_who(result)}"
    assert result.baseline is not None
    assert result.target is not None
    assert result.achieved is not None
    change = _change(result.baseline.text, result.achieved.text)
    agreed = "goal agreed at the outset" if result.preregistered else "goal not agreed at the outset"
    return (
        f"{result.metric_name} {change} (goal {result.target.text}) at {result.client}, "
        f"{_confirmed(result, by_record=by_record)}, {agreed}"
    )


def signed(value: float, *, places: int = 2) -> str:
    """With its sign; what rounds to nothing has none."""
    text = f"{value:+.{places}f}"
    return text.replace("-", _MINUS) if text.strip("+-0.") else text[1:]


def _line(
    entry: Mapping[str, object],
    results: Mapping[str, ShownResult],
    peers: Mapping[str, ShownReferral],
    *,
    by_record: bool,
) -> Line:
    key, dimension, reason = str(entry["key"]), str(entry["dimension"]), str(entry["reason"])
    value = float(str(entry["value"]))
    if dimension == REFERRAL:
        said = f"Referral by {peers[key].name}" if key in peers else _GONE
        return Line(key=key, dimension=dimension, value=value, sentence=said, reason=reason)
    result = results.get(key)
    if result is None:
        return Line(key=key, dimension=dimension, value=value, sentence=_GONE, reason=reason)
    if result.publication == "sealed":
        return Line(key=key, dimension=dimension, value=value, sentence=SEALED, reason="")
    said = sentence(result, by_record=by_record)
    if dimension != RESULTS:
        said = f"{result.metric_name} at {result.client}: {_first(reason)}"
    return Line(key=key, dimension=dimension, value=value, sentence=said, reason=reason)


def _first(reason: str) -> str:
    """What the scale says happened, to stand within a sentence; who says so is told once, with the result."""
    said = reason.partition(";")[0]
    return said[:1].lower() + said[1:]


def _confirmed(result: ShownResult, *, by_record: bool) -> str:
    if by_record:
        return f"shown by {result.witness}"
    if result.status not in VERIFIED:
        return "confirmed by nobody yet"
    return f"{'numbers corrected' if result.corrected else 'confirmed'} by {_who(result)}"


def _who(result: ShownResult) -> str:
    return result.witness if result.witness.startswith(_NOBODY) else f"its {result.witness}"


def _change(before: str, after: str) -> str:
    """As in 9.40 to 6.10 EUR: the unit once, where both have the same."""
    first, last = before.split(" "), after.split(" ")
    while len(first) > 1 and len(last) > 1 and first[-1] == last[-1]:
        first, last = first[:-1], last[:-1]
    unit = after.split(" ")[len(last) :]
    return " ".join([*first, "to", *last, *unit])
