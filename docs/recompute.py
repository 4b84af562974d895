"""python docs/recompute.py EXPORT.json: a score computed again, by the method of docs/explanation/scoring.md."""

import json
import math
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import date
from itertools import accumulate, count, pairwise
from operator import mul
from pathlib import Path
from statistics import NormalDist

NODES = (0.9739065285171717, 0.8650633666889845, 0.6794095682990244, 0.4333953941292472, 0.1488743389816312)
SHARES = (0.0666713443086881, 0.1494513491505806, 0.2190863625159820, 0.2692667193099964, 0.2955242247147529)
PANELS = list(pairwise([0.0, *(2.0**-n for n in range(14, -1, -1))]))
GAUSS = [((1 + sign * x) / 2, w / 2) for x, w in zip(NODES, SHARES, strict=True) for sign in (-1, 1)]


def readings_of(export, c):
    """What each claim tells: key, dimension, category, hardness, blur, fabrication, weight, age."""
    ranks, typical, year = defaultdict(count), math.asinh(1), c["days_a_year"]
    cuts = {d["name"]: [cut - c["cut_tolerance"] for cut in d["cuts"]] for d in c["dimensions"]}
    for k in sorted((k for k in export["claims"] if k["level"]), key=lambda k: (k["verified_on"], k["key"])):
        weak = k["level"] <= c["weak_level"] and not k["vouches_elsewhere"]
        rank, doubt = next(ranks[weak or k["cluster"]]), c["fabrication"][k["level"]]
        weight = c["weak_first"] * c["weak_source"] ** rank if weak else c["same_client"] ** rank
        age = (date.fromisoformat(export["on"]) - date.fromisoformat(k["verified_on"])).days / year
        base, refused, change = k["baseline"], k["rejected"], k["target"] - k["baseline"]
        gained = k["achieved"] - base
        steps = min(c["boldest"], abs(change) / (k["usual_change"] * abs(base) or 1))
        hard = 0 if refused else c["slope"] * ((math.asinh(steps) if base else typical) - typical) - k["ease"]
        sure = (1 - doubt) * (1 if k["preregistered"] or refused else 1 - c["remembered"])
        seen = [("results", -math.inf if refused else gained / change, 1), ("transfer", k["transfer"], 1)]
        if not refused and k["fee"] is not None and k["money"] is not None:
            seen.append(("money", k["money"] * (k["share"] if k["money"] > 0 else 1) / k["fee"], 1))
        if not refused and gained / change >= cuts["results"][1]:
            later = [v for v in (k["sustained_6m"], k["sustained_12m"]) if v is not None]
            seen += [("persistence", (v - base) / gained, c["reading"]) for v in later]
        for name, value, part in [each for each in seen if each[1] is not None]:
            asked = (hard, k["blur"], 1 - sure) if name == "results" and not refused else (0, None, doubt)
            yield k["key"], name, bisect_right(cuts[name], value), *asked, weight * part, age


def credits_of(export, c):
    """What each referral adds to the support: one counts for each peer, and the best for each circle."""
    peers, circles = set(), set()
    for r in export["referrals"]:
        r["worth"] = r["clients_verified"] / (r["clients_verified"] + c["referral_half"])
        r["worth"] *= (not r["reciprocal"]) * min(1, c["referral_budget"] / r["referred_in_all"])
    for r in sorted(export["referrals"], key=lambda r: (-r["worth"], r["key"])):
        if r["referrer"] not in peers and r["cluster"] not in circles:
            circles.add(r["cluster"])
            yield r["key"], r["worth"]
        peers.add(r["referrer"])


def recompute(export):
    c, half = export["constants"], export["constants"]["points"] // 2
    grid, found, ledger = [c["reach"] * j / half for j in range(-half, half + 1)], Counter(), Counter()
    readings = [r.values() for r in export["readings"]] if "readings" in export else [*readings_of(export, c)]
    credit = {key: worth for key, worth in credits_of(export, c) if worth}
    support = math.fsum(credit.values()) or 1.0
    pull = -c["referral_shift"] * math.expm1(-support / c["referral_saturation"]) / support

    def masses(evidence, t):
        weights = [math.exp(t * e - z * z / 2) for e, z in zip(evidence, grid, strict=True)]
        return [w / whole for whole in [math.fsum(weights)] for w in weights]

    for d in c["dimensions"]:
        kappa, moves = [-math.inf, *d["thresholds"], math.inf], [0.0] * len(grid)
        rows = [(key, "referral", [pull * worth * z for z in grid]) for key, worth in credit.items()]
        for key, name, category, hardness, blur, phi, weight, age in readings:
            if name == d["name"]:
                fake, v = phi * c["made_up"][category], c["leniency"] if blur is None else blur
                noise = math.sqrt(1 + v + c["drift"] * age)
                low, high = (NormalDist(kappa[n] + hardness, noise).cdf for n in (category, category + 1))
                chances = [low(d["spread"] * z) - high(d["spread"] * z) for z in grid]
                rows.append((key, name, [weight * math.log((1 - phi) * x + fake) for x in chances]))
        total = [math.fsum(column) for column in zip(moves, *(row for _, _, row in rows), strict=True)]
        total = [x - max(total) for x in total]
        for left, right, x, share in [(*panel, *node) for panel in PANELS for node in GAUSS]:
            q = masses(total, left + (right - left) * x)  # an integral over the temperature of all evidence
            m, w = math.fsum(map(mul, q, grid)), (right - left) * share * d["weight"]
            moves = [u + w * a * (z - m) for u, a, z in zip(moves, q, grid, strict=True)]
        for key, name, row in rows:
            ledger[key, name] += math.fsum(map(mul, row, moves))
        below = [*accumulate(p := masses(total, 1.0), initial=0.0)]
        found["mean"] += d["weight"] * math.fsum(map(mul, p, grid))
        for at in ("low", "high"):
            j = bisect_right(below, c[at]) - 1
            found[at] += d["weight"] * (grid[j] + ((c[at] - below[j]) / p[j] - 0.5) * c["reach"] / half)
    return found, ledger


if __name__ == "__main__":
    found, ledger = recompute(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    for (key, dimension), value in ledger.items():
        print(f"{value:+.12f} {dimension} {key}")
    print("{mean:+.12f} together, interval {low:+.12f} to {high:+.12f}".format(**found))
