"""How a forecast ends, and how long it waits. It has no life of its own: it follows the goal and its result."""

from datetime import timedelta

ENDS = ("met", "missed", "void")
# Made within this after the client's acceptance, or never: later, somebody may know how the work goes.
WINDOW = timedelta(days=2)
# So long after the goal was due nobody is expected to answer any more.
PATIENCE = timedelta(days=365)
