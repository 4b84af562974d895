"""A crossed mixed model, as lme4 fits it (D. Bates et al., Journal of Statistical Software 67(1), 2015).

Normal outcomes, crossed random effects, fixed covariates; variances by exact REML, effects by their best linear
unbiased prediction. It shares nothing with the product's own scale: it is there to be beaten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.sparse import csc_matrix, csr_matrix, diags, hstack
from scipy.sparse.linalg import splu

from bench.tracks import Column, Floats

_EASE = 1e-9  # of a covariate that is a sum of others
# Once the largest factor is eliminated: unknowns that are left, and the part of their pairs that meet. From there
# dense algebra is faster, and where everybody rated everybody it is the only one that ends.
_SMALL, _FULL = 8_000, 0.02


@dataclass(frozen=True)
class Fit:
    """`effects` by factor and code; `ratio` is a factor's variance in units of the noise's."""

    coefficients: Floats
    effects: list[Floats]
    ratio: Floats
    noise: float

    def foresee(self, fixed: Floats, places: Sequence[Column | None]) -> Floats:
        """A place is -1 where nothing is known of it; a factor is left out where its places are None."""
        mean: Floats = fixed @ self.coefficients
        for effect, place in zip(self.effects, places, strict=True):
            if place is not None:
                mean = mean + np.where(place >= 0, effect[np.maximum(place, 0)], 0.0)
        return mean


def fit(
    outcome: Floats,
    fixed: Floats,
    places: Sequence[Column],
    counts: Sequence[int],
    *,
    weight: Floats | None = None,
    most: int = 80,
    ratio: Floats | None = None,
) -> Fit:
    """`places` has a code a row for each random effect, -1 where there is none. At most so many variances are tried,
    or none where their `ratio` is given.
    """
    system = _Equations(outcome, fixed, places, counts, np.ones(len(outcome)) if weight is None else weight)
    if ratio is not None:
        return system.solve(ratio)
    found = np.full(len(places), np.log(0.2))
    if len(outcome) > fixed.shape[1] + 1:
        options = {"maxfev": most, "xatol": 0.05, "fatol": 0.05}
        bounds = [(-14.0, 7.0)] * len(places)
        found = minimize(system.deviance, found, method="Nelder-Mead", bounds=bounds, options=options).x
    return system.solve(np.exp(found))


class _Equations:
    """Henderson's: one unknown for each code of each effect, then one for each covariate."""

    def __init__(
        self, outcome: Floats, fixed: Floats, places: Sequence[Column], counts: Sequence[int], weight: Floats
    ) -> None:
        self.counts = list(counts)
        scale = weight / weight.mean()
        design = hstack([*map(_indicators, places, counts), csr_matrix(fixed)]).tocsr()
        weighted = design.multiply(scale[:, np.newaxis]).tocsr()
        self.known = (design.T @ weighted).tocsc()
        self.split = self._split()
        self.pull = design.T @ (scale * outcome)
        self.square = float((scale * outcome**2).sum())
        self.fixed = fixed.shape[1]
        self.freedom = max(len(outcome) - self.fixed, 1)
        self.ease = _EASE * (1.0 + float(np.abs(self.known.diagonal()).max(initial=0.0)))

    def deviance(self, logarithms: Floats) -> float:
        """-2 log restricted likelihood, with the noise's variance profiled out."""
        logdet, solution = self._solve(np.exp(logarithms))
        penalty = float(np.dot(self.counts, logarithms))
        return logdet + penalty + self.freedom * float(np.log(self._left(solution)))

    def solve(self, ratio: Floats) -> Fit:
        solution = self._solve(ratio)[1]
        ends = np.cumsum(self.counts)
        *effects, coefficients = np.split(solution, ends)
        return Fit(coefficients, effects, ratio, self._left(solution) / self.freedom)

    def _solve(self, ratio: Floats) -> tuple[float, Floats]:
        """The logarithm of the system's determinant, and its solution."""
        ridge = np.append(np.repeat(1.0 / ratio, self.counts), np.full(self.fixed, self.ease))
        if self.split is not None:
            return self.split.solve(ridge, self.pull)
        system = (self.known + diags(ridge)).tocsc()
        sparse = splu(
            system, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
        return float(np.log(np.abs(sparse.U.diagonal())).sum()), sparse.solve(self.pull)

    def _split(self) -> "_Split | None":
        """The system with its largest factor eliminated, where that leaves something small and full."""
        largest = int(np.argmax(self.counts))
        first = sum(self.counts[:largest])
        split = _Split(self.known, first, first + self.counts[largest])
        size = split.rest.shape[0]
        return split if size <= _SMALL and split.meetings() > _FULL * size**2 else None

    def _left(self, solution: Floats) -> float:
        return max(self.square - float(solution @ self.pull), 1e-12 * self.square + 1e-300)


class _Split:
    """One factor's unknowns never meet each other, so they are eliminated by division; the rest is dense."""

    def __init__(self, system: csc_matrix, first: int, last: int) -> None:
        self.own = np.arange(first, last)
        self.others = np.setdiff1d(np.arange(system.shape[0]), self.own)
        self.diagonal = system.diagonal()[self.own]
        self.between = system[self.others][:, self.own].tocsr()
        self.rest = system[self.others][:, self.others]

    def meetings(self) -> int:
        there = abs(self.between) @ abs(self.between).T + abs(self.rest)
        return int(there.nnz)

    def solve(self, ridge: Floats, pull: Floats) -> tuple[float, Floats]:
        own = self.diagonal + ridge[self.own]
        shared = self.between @ diags(1.0 / own)
        left = (self.rest - shared @ self.between.T).toarray()
        left[np.diag_indices_from(left)] += ridge[self.others]
        factor = cho_factor(left, lower=True, overwrite_a=True, check_finite=False)
        solution = np.empty(len(pull))
        solution[self.others] = cho_solve(
            factor, pull[self.others] - shared @ pull[self.own], check_finite=False
        )
        solution[self.own] = (pull[self.own] - self.between.T @ solution[self.others]) / own
        return float(np.log(own).sum()) + 2.0 * float(np.log(np.diag(factor[0])).sum()), solution


def _indicators(place: Column, count: int) -> csr_matrix:
    member = np.flatnonzero(place >= 0)
    return csr_matrix((np.ones(len(member)), (member, place[member])), shape=(len(place), count))
