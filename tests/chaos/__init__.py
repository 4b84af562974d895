"""Breaks the house while it writes letters, and counts afterwards: `python -m tests.chaos --n 10000 --seed 1`.

Real PostgreSQL, Valkey and Celery workers of its own; an SMTP server that misbehaves; nothing taken on trust.
"""
