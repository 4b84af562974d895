"""Rank lists: a million listings in arrays, in which a document's number is its rank by score.

Pure: rows in, a file or an answer out. What a search means stands in search/queries.py; this computes the same.
"""
