"""The ground: verdicts, refusals, actors, keys, mailboxes and plain text, known to every room."""
