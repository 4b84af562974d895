"""Keeps the score: turns rows into evidence, asks the scale, stores the card with its reasons."""
