"""What a message is."""

# person: somebody wrote. stop: the one word that stops our letters. automatic: a program answered for her.
# failed: her mailbox refused a letter for good. given_up: a letter was tried for days. complaint: reported as abuse.
# notice: any other report; nothing follows from it.
KINDS = ("person", "stop", "automatic", "failed", "given_up", "complaint", "notice")
WRITTEN = ("person", "automatic")  # whatever anybody may send as often as she likes: bounded
