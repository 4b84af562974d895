"""The life of an engagement and of a goal, and their words."""

from datetime import timedelta

from vetting.kernel.moves import moves

ENGAGEMENT = moves(
    "engagement",
    "declared",
    declared="client_confirmed contested withdrawn",
    client_confirmed="closed contested",
    contested="client_confirmed declared withdrawn",
    closed="contested",
    withdrawn="",
)
GOAL = moves(
    "goal",
    "draft",
    draft="proposed withdrawn",
    proposed="accepted declined draft withdrawn",
    accepted="withdrawn",
    declined="withdrawn",
    withdrawn="",
)
SHOWN = ("proposed", "accepted")  # of a goal: its client has been asked about it
LIVE = ("draft", *SHOWN)
MODES = ("advise", "deliver", "build_capability")
# From open to closed: how the client may be shown.
CONFIDENTIALITY = ("named", "sector", "sealed")
# A goal is pre-registered where both sides accepted it before the work began, or within this after.
PREREGISTRATION_WINDOW = timedelta(days=14)
