"""How much each row of a panel counts, so that nobody can flood it: the same discount as that of a person's claims.

The m-th row of one client about one person counts rho^(m-1); all weakest-level sources that vouch for nobody else are
one cluster per person. In order of time, never of strength.
"""

import numpy as np

from vetting.scoring.arrays import Flags, Floats, Ints
from vetting.scoring.panel import ABSENT, Panel, coded
from vetting.scoring.weights import Constants


def counts(panel: Panel, constants: Constants) -> Floats | None:
    """Between 0 and 1 for each row; None where rows have no evidence level, and so nobody to be doubted."""
    if panel.level is None:
        return None
    pool = _pool(panel.person, panel.client if panel.client is not None else panel.rater)
    weak = panel.known & (panel.level <= constants.weak_level) & _vouches_once(panel)
    one_pool = coded(panel.person, weak.astype(np.int64))[0] + pool.max(initial=0) + 1
    pool = np.where(weak, one_pool, pool)
    rank = _ranks(pool, panel)
    usual = constants.same_client**rank
    doubted = constants.weak_first * constants.weak_source**rank
    counted: Floats = np.where(weak, doubted, usual)
    return counted


def _pool(person: Ints, source: Ints | None) -> Ints:
    """A row without a source stands alone."""
    alone = np.arange(len(person))
    if source is None:
        return alone
    pool = coded(person, source)[0]
    return np.where(pool == ABSENT, alone + pool.max(initial=0) + 1, pool)


def _vouches_once(panel: Panel) -> Flags:
    """Whether the row's source, the rater or else the client, vouches for nobody else; False where none is named."""
    source = panel.rater if panel.rater is not None else panel.client
    if source is None:
        return np.zeros(len(panel), dtype=bool)
    heard = panel.known & (source >= 0)
    pairs = np.unique(np.column_stack((source[heard], panel.person[heard])), axis=0)
    people = np.bincount(pairs[:, 0], minlength=int(source.max(initial=0)) + 1)
    once: Flags = (source >= 0) & (people[source] == 1)
    return once


def _ranks(pool: Ints, panel: Panel) -> Ints:
    """How many known rows of its pool come before each row."""
    time = np.zeros(len(panel)) if panel.time is None else panel.time
    order = np.lexsort((time, ~panel.known, pool))
    begins = np.append(True, np.diff(pool[order]) != 0)
    starts = np.maximum.accumulate(np.where(begins, np.arange(len(pool)), 0))
    rank = np.empty(len(pool), dtype=np.int64)
    rank[order] = np.arange(len(pool)) - starts
    return rank
