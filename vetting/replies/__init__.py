"""What comes back by mail: led to its ask, kept once, and never answered.

A person's words are for staff to read; reports, complaints and automatic answers do what standards say they mean.
"""
