"""Asks people who were there, gently, and never twice without need.

The row is the queue: what is due stands in AskStep, is claimed with a lease, and goes out in two phases, so that
nothing is lost and nothing goes out after a stop or an answer.
"""
