"""Who advises: a consultant's profile, and what she says of herself (kept apart, never scored)."""
