"""Strategies of small rating graphs, and the graph of rows written as tuples."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from tests.scoring.histories import CASES, properties
from vetting.scoring.ratings import rating_graph
from vetting.scoring.referrals import standings
from vetting.scoring.weights import PUBLISHED

# One graph an example: as many of them as others hold cases.
properties_of_graphs = settings(properties, max_examples=properties.max_examples * CASES)

ACCOUNTS = range(12)  # of a drawn graph; greater numbers are free for whoever joins later
LATER = 1000.0  # after every drawn rating

RATINGS = st.sampled_from([-10.0, -1.0, 1.0, 2.0, 10.0])
accounts = st.sampled_from(ACCOUNTS)
rows = st.tuples(accounts, accounts, RATINGS, st.integers(0, 99).map(float))
worlds = st.tuples(st.lists(rows, max_size=25), st.sets(accounts, min_size=1, max_size=6))


def graph(rows, verified, *, signed=True, timed=True):
    source, target, weight, time = (
        (np.array(column) for column in zip(*rows, strict=True)) if rows else [[]] * 4
    )
    return rating_graph(
        source=np.array(source, dtype=np.int64),
        target=np.array(target, dtype=np.int64),
        weight=np.array(weight, dtype=np.float64),
        time=np.array(time, dtype=np.float64) if timed else None,
        verified=np.array(sorted(verified), dtype=np.int64),
        signed=signed,
    )


def standing(rows, verified, **kind):
    """R by account, where one client verified each of the verified ones."""
    known = graph(rows, verified, **kind)
    found = standings(known, known.verified.astype(np.float64), PUBLISHED)
    return dict(zip(known.nodes.tolist(), found.tolist(), strict=True))
