"""The work and its goals: what a consultant did for whom, and which numbers were to move from where to where."""
