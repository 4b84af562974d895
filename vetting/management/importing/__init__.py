"""Reads real outcomes from a file, row by row, and hands each to the same actions as the web does."""
