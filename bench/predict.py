"""`python -m bench.predict TRACK_DIR OUT_DIR`: read one track, write predictions; grading is done elsewhere."""

import os
import sys
from pathlib import Path

# Before numpy loads: its matrices are small here, and threads for them cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bench import predict_outcomes, predict_referrals
from bench.cells import read_about
from vetting.scoring.evidence import ScoringError


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("Usage: python -m bench.predict TRACK_DIR OUT_DIR", file=sys.stderr)
        return 2
    track, out = Path(arguments[0]), Path(arguments[1])
    try:
        about = read_about(track / "track.json")
        out.mkdir(parents=True, exist_ok=True)
        kinds = {"outcomes": predict_outcomes.predict, "referrals": predict_referrals.predict}
        if about.get("kind") not in kinds:
            message = f"track.json: kind must be one of {', '.join(kinds)}, not {about.get('kind')!r}"
            raise ValueError(message)  # noqa: TRY301 - told like all that is wrong with a track
        kinds[about["kind"]](track, out, about)
    except (OSError, ValueError, ScoringError) as error:
        print(f"{track}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
