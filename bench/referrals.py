"""`python -m bench.referrals [DATA]`: referral tracks, peers and attacks; one JSON object a line.

"ci" is the 95 % interval of ours less the best peer's: for an AUC by drawing graded accounts again, the same
for both, good and bad apart; for attacks by drawing the attacked accounts again. Where a smaller figure is
the better one, the best peer is the one with the smallest.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from statistics import NormalDist
from typing import Final

import numpy as np

from bench.attacks import ATTACKS, BOUGHT, Rows, Scene, attacked, percentile, scenes
from bench.referral_peers import PEERS, TUNED
from bench.referral_tracks import Track, advogato, facebook_sybil, otc_early, otc_leakfree, otc_next
from vetting.scoring.arrays import Floats
from vetting.scoring.credibility import credibility
from vetting.scoring.evidence import PeerReferral
from vetting.scoring.ratings import RatingGraph
from vetting.scoring.referrals import standings
from vetting.scoring.score import score
from vetting.scoring.weights import PUBLISHED

DATA: Final = Path(__file__).resolve().parents[2] / "shared" / "data"
_DRAWS: Final = 1000
_TARGETS: Final = 40
_SEED: Final = 20261126

Line = dict[str, object]
Score = Callable[[RatingGraph], Floats]


def referral(graph: RatingGraph) -> Floats:
    """Each verified account counts as verified by one client, as tracks do not say by how many."""
    return standings(graph, graph.verified.astype(np.float64), PUBLISHED)


def lines(data: Path) -> Iterator[Line]:
    """All lines of the referral half of the benchmark."""
    otc = otc_leakfree(data)
    yield from graded(otc, credibility, "credibility AUC")
    yield from graded(otc_early(data, given=True), credibility, "credibility AUC")
    yield from graded(otc_early(data, given=False), credibility, "credibility AUC")
    yield from graded(facebook_sybil(data), credibility, "credibility AUC")
    for level in ("Apprentice", "Master"):
        yield from graded(advogato(data, level=level), credibility, "credibility AUC")
    foretold = otc_next(data)
    yield from graded(foretold, referral, "referral AUC")
    yield lift(foretold)
    yield from attacks(otc)
    yield speed(200_000)


def graded(track: Track, ours: Score, metric: str) -> Iterator[Line]:
    """How often an account that should stand higher does, against the best peer as tuned on these labels."""
    graph = attacked(track, [])
    found, others = (np.searchsorted(graph.nodes, nodes) for nodes in (track.found, track.others))
    tables = {
        name: max(
            (_table(peer(graph), found, others) for peer in knobs.values()), key=lambda table: table.mean()
        )
        for name, knobs in TUNED.items()
    }
    best = max(tables, key=lambda name: tables[name].mean())
    own = _table(ours(graph), found, others)
    yield _line(
        track.name, metric, float(own.mean()), (best, float(tables[best].mean())), _drawn(own - tables[best])
    )


def lift(track: Track) -> Line:
    """How many times as often an account with a standing is referred next as one without."""
    graph = attacked(track, [])
    standing = referral(graph)
    chosen, rest = (
        standing[np.searchsorted(graph.nodes, nodes)] > 0.0 for nodes in (track.found, track.others)
    )
    with_standing = chosen.sum() / max(chosen.sum() + rest.sum(), 1)
    without = (~chosen).sum() / max((~chosen).sum() + (~rest).sum(), 1)
    line = _line(track.name, "referral lift", float(with_standing / without), None, None)
    return line | {"with_standing": round(float(with_standing), 4), "without": round(float(without), 4)}


def attacks(track: Track) -> Iterator[Line]:
    """Percentile points that attacks gain: ours by the standing that may shift a score."""
    drawn = scenes(track, _TARGETS, _SEED)
    for name, attack in ATTACKS.items():
        gains = _gains(track, drawn, attack, PEERS | {"ours": referral, "credibility": credibility})
        yield _against_peers(f"{track.name}, attacked", name, gains.pop("ours"), gains, skip="credibility")
        believed = gains.pop("credibility")
        yield _against_peers(f"{track.name}, attacked", f"{name}, credibility", believed, gains)
    for number, (name, attack) in enumerate(BOUGHT.items()):
        gains = _gains(track, drawn, attack, PEERS)
        own = np.full(len(drawn), final_score(1 if number == 0 else 5))
        yield _against_peers(f"{track.name}, attacked", f"{name}, final score", own, gains)


def final_score(bought: int) -> float:
    """Percentile points that so many referrals, by people whom any number of clients verified, add to a score."""
    sold = [
        PeerReferral(
            key=str(number),
            referrer=str(number),
            cluster=str(number),
            clients_verified=10**9,
            referred_in_all=1,
            reciprocal=False,
        )
        for number in range(bought)
    ]
    day = date(2026, 1, 1)
    before, after = (score([], given, on=day).composite.low for given in ([], sold))
    sd = score([], [], on=day).composite.sd  # those about whom nothing is known, as a yardstick
    return 100.0 * (NormalDist(before, sd).cdf(after) - 0.5)


def speed(ratings: int) -> Line:
    """Seconds for a random graph, both outputs, peers likewise."""
    random = np.random.default_rng(_SEED)
    accounts = ratings // 10
    source = random.integers(0, accounts, ratings)
    track = Track(
        name=f"{ratings} ratings",
        signed=True,
        source=source,
        target=(source + random.zipf(1.3, ratings) % accounts) % accounts,
        weight=random.choice([1.0, 2.0, 5.0, 10.0, -1.0, -10.0], ratings),
        time=random.random(ratings),
        verified=np.arange(30),
        found=np.zeros(0, dtype=np.int64),
        others=np.zeros(0, dtype=np.int64),
    )
    graph = attacked(track, [])
    taken = {name: _seconds(peer, graph) for name, peer in PEERS.items() if name not in {"in-degree", "beta"}}
    best = min(taken, key=lambda name: taken[name])
    own = _seconds(credibility, graph) + _seconds(referral, graph)
    return _line(track.name, "seconds", own, (best, taken[best]), None)


def _against_peers(
    track: str, metric: str, own: Floats, gains: Mapping[str, Floats], skip: str | None = None
) -> Line:
    peers = {name: gained for name, gained in gains.items() if name != skip}
    best = min(peers, key=lambda name: float(peers[name].mean()))
    draws = np.random.default_rng(_SEED).integers(0, len(own), (_DRAWS, len(own)))
    interval = np.quantile((own - peers[best])[draws].mean(axis=1), [0.025, 0.975])
    return _line(track, metric, float(own.mean()), (best, float(peers[best].mean())), interval) | {
        "most": round(float(own.max()), 4)
    }


def _gains(
    track: Track, drawn: list[Scene], attack: Callable[[Scene], Rows], scores: Mapping[str, Score]
) -> dict[str, Floats]:
    """By score: for each scene the percentile of its target after the attack, less the one before."""
    members = np.setdiff1d(np.unique(np.concatenate((track.source, track.target))), track.verified)
    quiet = attacked(track, [])
    before = {name: value(quiet) for name, value in scores.items()}
    gains: dict[str, list[float]] = {name: [] for name in scores}
    for scene in drawn:
        noisy = attacked(track, attack(scene))
        among = members[members != scene.target]
        for name, value in scores.items():
            after = percentile(noisy, value(noisy), scene.target, among)
            gains[name].append(after - percentile(quiet, before[name], scene.target, among))
    return {name: np.array(gained) for name, gained in gains.items()}


def _table(values: Floats, found: Floats, others: Floats) -> Floats:
    """1 where the account in the row stands above that in the column, a half where level; its mean is the AUC."""
    high, low = values[found][:, np.newaxis], values[others]
    return ((high > low) + 0.5 * (high == low)).astype(np.float32)


def _drawn(table: Floats) -> Floats:
    """The 95 % interval of the mean, rows and columns drawn again."""
    random = np.random.default_rng(_SEED)
    rows, columns = (
        random.multinomial(size, np.full(size, 1.0 / size), _DRAWS).astype(np.float32) / size
        for size in table.shape
    )
    return np.quantile(((rows @ table) * columns).sum(axis=1), [0.025, 0.975])


def _seconds(value: Score, graph: RatingGraph) -> float:
    start = time.perf_counter()
    value(graph)
    return time.perf_counter() - start


def _line(
    track: str, metric: str, ours: float, best: tuple[str, float] | None, interval: Floats | None
) -> Line:
    return {
        "track": track,
        "metric": metric,
        "ours": round(ours, 4),
        "best_peer": None if best is None else round(best[1], 4),
        "peer": None if best is None else best[0],
        "ci": None if interval is None else [round(float(value), 4) for value in interval],
    }


def main(arguments: list[str]) -> int:
    """Print the lines as they are known."""
    for line in lines(Path(arguments[0]) if arguments else DATA):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
