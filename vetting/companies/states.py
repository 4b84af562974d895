"""What an organization is, and how its domain came to be believed."""

# An event is what an adviser can be judged on without a client: an election, a match, a court's decision.
KINDS = ("company", "public_body", "event")
PROOFS = ("declared", "mailbox", "dns")
