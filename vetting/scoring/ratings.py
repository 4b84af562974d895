"""Who rated whom, as arrays: what is known of the people themselves before any of their results."""

from dataclasses import dataclass

import numpy as np

from vetting.scoring.arrays import Flags, Floats, Ints
from vetting.scoring.evidence import ScoringError


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingGraph:
    """Ratings between accounts, each ordered pair once, in order of (source, target).

    `source` and `target` are places in `nodes`. `weight` is the rating that stands, above or below zero; one
    above zero is a referral. `mutual`: the target has ever rated the source above zero, too.
    """

    nodes: Ints  # the accounts' numbers, ascending
    verified: Flags  # by account: at least one client vouched for it
    source: Ints
    target: Ints
    weight: Floats
    mutual: Flags


def rating_graph(
    *, source: Ints, target: Ints, weight: Floats, time: Floats | None, verified: Ints, signed: bool
) -> RatingGraph:
    """The graph of these rows, in whatever order they come.

    Of several ratings of one pair the latest stands, and of several of one moment the lowest; one of zero is
    none. Nobody rates himself. A verified account without ratings is an account without ratings. Raises
    ScoringError on rows that say nothing definite; its key is "row" and the number, from 0.
    """
    time = np.zeros(len(source)) if time is None else time
    _require_definite(source, target, weight, time, signed=signed)
    nodes, places = np.unique(np.concatenate((source, target, verified)), return_inverse=True)
    source, target = places[: len(source)], places[len(source) : 2 * len(source)]
    known = np.zeros(len(nodes), dtype=np.bool_)
    known[places[2 * len(source) :]] = True

    others = source != target
    pair = source[others] * len(nodes) + target[others]
    weight, time = weight[others], time[others]
    order = np.lexsort((-weight, time, pair))
    pair, weight, time = pair[order], weight[order], time[order]
    given = np.unique(pair[weight > 0.0])  # a referral that was taken back was still given
    stands = np.append(pair[1:] != pair[:-1], len(pair) > 0)[: len(pair)] & (weight != 0.0)
    pair, weight = pair[stands], weight[stands]
    source, target = np.divmod(pair, max(len(nodes), 1))
    return RatingGraph(
        nodes=nodes,
        verified=known,
        source=source,
        target=target,
        weight=weight,
        mutual=np.isin(target * len(nodes) + source, given),
    )


def totals(place: Ints, value: Floats, places: int) -> Floats:
    """The sum of the values at each place, added in the order given."""
    return np.bincount(place, weights=value, minlength=places).astype(np.float64, copy=False)


def _require_definite(source: Ints, target: Ints, weight: Floats, time: Floats, *, signed: bool) -> None:
    columns = {"target": target, "weight": weight, "time": time}
    for field, column in columns.items():
        if len(column) != len(source):
            message = f"has {len(column)} values for {len(source)} ratings"
            raise ScoringError(message, field, "")
    for field in ("weight", "time"):
        _require_all(np.isfinite(columns[field]), field, "is not a finite number")
    if not signed:
        _require_all(weight >= 0.0, "weight", "is below zero, where no rating can be")


def _require_all(holds: Flags, field: str, message: str) -> None:
    if not holds.all():
        raise ScoringError(message, field, f"row {int(np.argmin(holds))}")
