"""The memory of the house: who changed which row, when, from what to what. Append-only."""
