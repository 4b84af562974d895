"""Profiles of hypothesis: `pytest tests/scoring --hypothesis-profile=deep` takes 20,000 cases of each property.

An example holds ten cases (histories.promises), which saves most of what drawing one costs.
"""

from hypothesis import HealthCheck, settings

ALWAYS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
# Ordinary runs take the same cases every time: a run that fails by luck teaches people to run again.
SAME = {**ALWAYS, "derandomize": True, "database": None}

settings.register_profile("scoring", max_examples=100, **SAME)
settings.register_profile("deep", max_examples=2_000, **ALWAYS)
settings.register_profile("quick", max_examples=3, **SAME)  # for `make mutate`
