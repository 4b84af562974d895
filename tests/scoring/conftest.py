"""Two profiles for the properties: `pytest tests/scoring --hypothesis-profile=deep` takes 20,000 cases of each."""

from hypothesis import HealthCheck, settings

# Ordinary runs take the same cases every time: a run that fails by luck teaches people to run again.
settings.register_profile(
    "scoring",
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep",
    max_examples=20_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
