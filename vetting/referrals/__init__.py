"""Takes the word of peers: what somebody who was there saw of a consultant's work."""
