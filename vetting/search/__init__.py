"""The reading room: what the public may read of a consultant, and how a company finds her.

Nothing a consultant says of herself is read here for finding or ordering: not her title, not her biography.
"""
