"""The scale: what a consultant's confirmed results say about the next one, how surely, and why.

Pure: frozen dataclasses in, a score and its reasons out. Knows neither Django nor the database nor the clock.
Start at `score.score`; every constant and its reason is in `weights`; the method is
docs/explanation/scoring.md.
"""
