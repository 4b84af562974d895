"""`make mutate` loads no other conftest than this."""

import tests.cases  # noqa: F401 - registers the profiles
