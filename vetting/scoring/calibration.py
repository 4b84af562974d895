"""Layer 1: what all consultants' claims together say about the scale itself, frozen under a version.

Learned by type-II likelihood: thresholds, the spread between people, how referees, clients, fields and years differ,
what ambition costs, how people drift, how often a claim of each evidence level is worthless, how far a referral by a
peer may move a start. Effects are
cross-fitted: a consultant is read by effects learned without any consultant of her fold, herself included.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from vetting.scoring.aftermath import Referred, learned_shift
from vetting.scoring.evidence import Claim
from vetting.scoring.fitting import (
    FOLDS,
    Effects,
    circumstances,
    fit,
    fold_effects,
    fold_of,
    ordinal,
    table_of,
)
from vetting.scoring.readings import places
from vetting.scoring.referral_effect import ReferralEffect
from vetting.scoring.weights import PUBLISHED, RESULTS, Constants, Dimension


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Frozen results. `effects[fold][kind][value]` is (mean, variance); `differs[kind]` the variance of one unknown.

    Effects are in units of the noise of one result: positive where goals are reached more easily.
    """

    constants: Constants
    differs: Mapping[str, float]
    effects: Sequence[Effects]
    claims: int
    consultants: int
    fingerprint: str
    referrals: ReferralEffect | None = None  # None where no referral was followed by a result yet

    def read(self, claim: Claim, *, consultant: str) -> Claim:
        """The claim with the ease and blur of its circumstances, learned without the consultant's fold."""
        if not self.differs:
            return claim
        known = self.effects[fold_of(consultant)]
        ease, blur = 0.0, 0.0
        for kind, value in circumstances(claim):
            if kind in self.differs:
                mean, variance = known.get(kind, {}).get(value, (0.0, self.differs[kind]))
                ease, blur = ease + mean, blur + variance
        return replace(claim, ease=ease, blur=blur)

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @staticmethod
    def of_plain(plain: Mapping[str, Any]) -> "Calibration":
        constants = dict(plain["constants"])
        constants["dimensions"] = tuple(
            Dimension(**{**each, "cuts": tuple(each["cuts"]), "thresholds": tuple(each["thresholds"])})
            for each in constants["dimensions"]
        )
        for name in ("fabrication", "made_up"):
            constants[name] = tuple(constants[name])
        effects = [
            {
                kind: {value: (pair[0], pair[1]) for value, pair in known.items()}
                for kind, known in fold.items()
            }
            for fold in plain["effects"]
        ]
        seen = plain.get("referrals")
        referrals = ReferralEffect(**seen) if seen else None
        return Calibration(
            **{**plain, "constants": Constants(**constants), "effects": effects, "referrals": referrals}
        )


NONE: Final = Calibration(
    constants=PUBLISHED, differs={}, effects=(), claims=0, consultants=0, fingerprint=""
)


def calibrate(
    evidence: Mapping[str, Sequence[Claim]],
    referred: Mapping[str, Referred] | None = None,
    *,
    published: Constants = PUBLISHED,
) -> Calibration:
    """Learn from all consultants' claims and referrals, keyed by consultant; the order of either does not matter.

    Claims must have passed `evidence.sift`. Where there are none the published constants come back. Only the first
    claim of each client of a consultant is used, and none of sources that vouch for nobody else: those that follow
    are not independent of it, and their discount is published, not learned.
    """
    known = [
        (consultant, claim)
        for consultant in sorted(evidence)
        for claim in _independent(evidence[consultant], published)
    ]
    referred = referred or {}
    fingerprint = _fingerprint(known, referred, published)
    version = f"fitted-{fingerprint[:12]}"
    if not known:
        return Calibration(
            constants=published, differs={}, effects=(), claims=0, consultants=0, fingerprint=fingerprint
        )
    results = table_of(known, published)
    fitted = fit(results, published)
    dimensions = tuple(
        fitted.constants.dimension(RESULTS) if each.name == RESULTS else ordinal(each, known, published)
        for each in published.dimensions
    )
    learned = Calibration(
        constants=replace(fitted.constants, version=version, dimensions=dimensions),
        differs=fitted.differs,
        effects=[fold_effects(results, fitted, fold) for fold in range(FOLDS)] if fitted.differs else [],
        claims=len(known),
        consultants=len({consultant for consultant, _ in known}),
        fingerprint=fingerprint,
    )
    return _with_referrals(learned, known, referred)


def _with_referrals(
    learned: Calibration, known: Sequence[tuple[str, Claim]], referred: Mapping[str, Referred]
) -> Calibration:
    claims: dict[str, list[Claim]] = {}
    for consultant, claim in known:
        claims.setdefault(consultant, []).append(learned.read(claim, consultant=consultant))
    effect = learned_shift(claims, referred, learned.constants)
    if effect is None:
        return learned
    return replace(
        learned, constants=replace(learned.constants, referral_shift=effect.shift), referrals=effect
    )


def _independent(claims: Sequence[Claim], published: Constants) -> Iterable[Claim]:
    """In order of verification."""
    known = sorted(claims, key=lambda claim: (claim.verified_on, claim.key))
    place = places(known, published)
    return (claim for claim in known if claim.key in place and place[claim.key].weight == 1.0)


def _fingerprint(
    known: Sequence[tuple[str, Claim]], referred: Mapping[str, Referred], published: Constants
) -> str:
    """SHA-256 over the published constants, which name the method, and every field of all that was used."""
    told = hashlib.sha256(str(published).encode())
    for consultant, claim in known:
        told.update(f"{consultant} {claim}\n".encode())
    for consultant, said in sorted(referred.items()):
        told.update(
            f"{consultant} {said.last_on} {sorted(said.referrals, key=lambda each: each.key)}\n".encode()
        )
    return told.hexdigest()
