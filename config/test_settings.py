"""Settings of the tests: the real servers, embedded and careless about power cuts, apart from the demo's.

pytest-django reads settings before any conftest, so the servers start here; bare `pytest` works.
"""

import atexit
import os

from config import embedded, env

for _variable in env.DECLARED:
    # A developer's own settings must not change a test. DATABASE_URL and REDIS_URL say what to test on.
    if _variable.name not in {"DATABASE_URL", "REDIS_URL"}:
        os.environ.pop(_variable.name, None)

from config.settings import *  # noqa: E402, F403 - only now is the environment what it has to be
from config.settings import DATABASES, PROJECT  # noqa: E402 - the same

_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")[:8] or str(os.getpid())

if "PYTEST_XDIST_WORKER" not in os.environ:
    # The first process of a run holds the servers for all its workers.
    _users = embedded.enter(embedded.TESTS)
    if _users is not None:
        atexit.register(embedded.leave, _users, embedded.TESTS)

if not env.given("DATABASE_URL"):
    DATABASES["default"] |= embedded.database(embedded.TESTS)
DATABASES["default"]["TEST"] = {"NAME": f"test_{_RUN}"}  # two runs at once do not meet

CELERY_BROKER_URL = env.broker_url(env.given("REDIS_URL") or embedded.redis_url(embedded.TESTS))
CELERY_TASK_DEFAULT_QUEUE = f"test_{_RUN}_{os.environ.get('PYTEST_XDIST_WORKER', '')}"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LETTER_BOX = PROJECT / "var" / "test" / "letters"
DEMO_FILE = PROJECT / "var" / "test" / f"demo_{_RUN}.json"
SEGMENTS = PROJECT / "var" / "test" / f"segments_{_RUN}_{os.environ.get('PYTEST_XDIST_WORKER', '')}"
