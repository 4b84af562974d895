"""The life of a profile, and its words."""

from vetting.kernel.moves import moves

PROFILE = moves(
    "profile",
    "draft",
    draft="submitted",
    submitted="listed draft",
    listed="paused suspended delisted",
    paused="listed suspended delisted",
    suspended="listed delisted",
    delisted="submitted",
)
# Where a profile came from: its consultant, or a public record that somebody with the right to do so imported.
ORIGINS = ("self", "public_record")
CLAIM_KINDS = ("title", "followers", "award", "credential")
AVAILABILITY = ("now", "month", "quarter", "none")
