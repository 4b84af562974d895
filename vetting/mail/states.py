"""Why a mailbox gets no letters."""

REASONS = ("stopped", "bounced", "complaint")
