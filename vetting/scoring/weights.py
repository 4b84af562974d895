"""Every constant of the scale, each with its reason. Nothing that changes a score is written anywhere else.

These are published values, not fitted ones. "Measured" means: computed by moments (covariances of pairs) on
the public data named in docs/explanation/scoring.md. "Judged" means: no data were at hand and a number had to
be said. Change a value only together with `VERSION`: two scores are comparable only under one version.
"""

import math
from dataclasses import dataclass
from typing import Final

VERSION: Final = "published-1"

# Standings run from -4 to +4 between-person standard deviations in steps of a twentieth: wide enough that 6
# people in 100,000 lie outside, fine enough that the interval of 2,000 results of one person is too wide by a
# twentieth. Fixed, not adaptive: on one grid for everybody "a further success lowers no quantile" holds
# exactly and not nearly.
GRID_POINTS: Final = 161
GRID_REACH: Final = 4.0

# The interval shown holds 80 %; its lower end ranks.
LOW: Final = 0.1
HIGH: Final = 0.9

# Ratios of measured numbers carry rounding errors of about 1e-15; a goal reached to the digit counts as
# reached.
CUT_TOLERANCE: Final = 1e-9

HIGHEST_LEVEL: Final = 5
HIGHEST_TRANSFER: Final = 4

RESULTS: Final = "results"
MONEY: Final = "money"
TRANSFER: Final = "transfer"
PERSISTENCE: Final = "persistence"
REFERRAL: Final = "referral"  # no dimension: the name under which referrals stand in the ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One thing that is scored on its own.

    `cuts` divide what was observed into the categories 0..4. `thresholds` are the kappa of the ordinal probit
    and `spread` is tau, the standard deviation between people, both in units of the noise of a single result.
    """

    name: str
    weight: float
    cuts: tuple[float, float, float, float]
    thresholds: tuple[float, float, float, float]
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """All that the scale takes as given. A calibration supplies another one under its own version."""

    version: str
    dimensions: tuple[Dimension, ...]
    fabrication: tuple[float, ...]  # phi by evidence level, 0 to 5
    remembered: float  # phi added where the goal was not set beforehand
    made_up: tuple[float, ...]  # psi: what a worthless claim says, by category
    leniency: float  # v: variance of referees' leniency
    drift: float  # q: variance by which a person's standing wanders in a year
    slope: float  # beta: how much harder one unit of ambition makes a goal
    boldest: float  # a target this many usual changes away is as ambitious as a target gets
    same_client: float  # rho: each further claim of one client cluster counts this much of the one before
    weak_level: int  # the weakest evidence level that counts at all
    weak_first: float  # what the first of all weakest-level sources counts that vouch for nobody else
    weak_source: float  # rho of these: each further one counts this much of the one before
    reading: float  # what one of the two follow-up readings of one result counts
    referral_shift: float  # the most that referrals can move the starting point, in standard deviations
    referral_saturation: float  # kappa of 1 - exp(-S / kappa)
    referral_budget: float  # B: referring more people than this dilutes every one of them
    referral_half: float  # distinct clients at which a referrer is believed by half

    @property
    def typical_ambition(self) -> float:
        """That of a goal that asks for exactly the metric's usual change."""
        return math.asinh(1.0)

    def dimension(self, name: str) -> Dimension:
        """The dimension of that name, which must be one of them."""
        return next(dimension for dimension in self.dimensions if dimension.name == name)


PUBLISHED: Final = Constants(
    version=VERSION,
    dimensions=(
        Dimension(
            name=RESULTS,
            weight=0.4,  # what a company asks for first
            # Worse than before, hardly moved, part of the way, nearly there, reached.
            cuts=(0.0, 0.25, 0.75, 1.0),
            # A person of middle standing reaches a goal of usual ambition in one case of two. Measured: 55 %
            # of polls beat the field of their race, 49 % of managers beat their club's year before. The lower
            # three are judged: of ten such goals one ends below its baseline, one below a quarter, two below
            # three quarters and one just short.
            thresholds=(-1.3, -0.9, -0.3, 0.0),
            # Measured: .47 to .51 for lecturers in the ratings of their students, .1 or less for pollsters
            # against the field and for managers. Advisers are judged to differ like lecturers; calibration
            # will say.
            spread=0.5,
        ),
        Dimension(
            name=MONEY,
            weight=0.25,
            # The consultant's share of the gain, in fees: a loss, below 1, below 3, below 10, more.
            cuts=(0.0, 1.0, 3.0, 10.0),
            # Judged: of twenty engagements one makes a loss, nine bring three fees or more, three bring ten.
            thresholds=(-1.7, -0.7, 0.1, 1.1),
            spread=0.5,
        ),
        Dimension(
            name=TRANSFER,
            weight=0.2,
            cuts=(1.0, 2.0, 3.0, 4.0),  # the client's own answer, 0 to 4
            thresholds=(-1.3, -0.5, 0.1, 0.9),  # judged: the best answer comes in one case of five
            spread=0.5,
        ),
        Dimension(
            name=PERSISTENCE,
            weight=0.15,  # the least, because it is known for the fewest
            # The part of the change that is left: worse than before, traces, much, nearly all, all or more.
            cuts=(0.0, 0.25, 0.75, 1.0),
            thresholds=(-1.7, -1.1, -0.4, 0.1),  # judged: nearly one change in two is fully there later
            spread=0.5,
        ),
    ),
    # phi, the chance that a claim at this level is worthless. E0 is 1, so it contributes exactly nothing. E1
    # to E4 are starting values, judged, to be updated by audits. E5 equals E4: that a number still held is
    # scored as persistence and must not count twice.
    fabrication=(1.0, 0.15, 0.05, 0.015, 0.001, 0.001),
    # Judged: one goal in ten that is written down after the fact was fitted to the result.
    remembered=0.1,
    # psi. Judged: who makes up a claim makes up a success. A miss is therefore believed at nearly any level,
    # and the weight of one success is bounded by log(1 / (phi * .7)).
    made_up=(0.02, 0.03, 0.1, 0.15, 0.7),
    # Measured: the variance between students of one lecturer's ratings, .079 of the residual variance.
    leniency=0.08,
    # Measured: the covariance of a lecturer's ratings falls from .357 to .184 over five semesters; twice the
    # fall, by 2.5 years and by the residual variance 1.37, is .10. Old evidence flattens and never turns its
    # sign.
    drift=0.1,
    # Judged: with 1.0 a person of middle standing reaches half of the goals that ask for the usual change,
    # four in five that ask for next to nothing, and one in five that ask for three times the usual change.
    slope=1.0,
    # Judged: five times the usual change and more is rather a small baseline than a greater feat.
    boldest=5.0,
    # The second result at one client tells less than the first one at another.
    same_client=0.7,
    weak_level=1,
    # Sources anybody can make: .2, .1, .05, ..., all of them together two fifths of one claim. With a first
    # one that counts in full, a hundred would raise a dimension by up to .75 and lower it by up to 1.6
    # standard deviations; the promise is .4, upward and downward alike.
    weak_first=0.2,
    weak_source=0.5,
    # The 6- and 12-month values of one metric are two looks at one thing.
    reading=0.5,
    # Peers may break a tie between people without results; they may not stand in for results.
    referral_shift=0.3,
    # With 8, one referral by a fully believed person shifts by .035 and five by .139 standard deviations: at
    # most 1.4 and 5.6 percentiles of those about whom nothing else is known.
    referral_saturation=8.0,
    referral_budget=5.0,
    referral_half=3.0,
)
