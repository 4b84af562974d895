"""Doors for the clock: each wake() takes nothing, reads the database's clock and makes one call."""
