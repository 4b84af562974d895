"""The product's settings for its benchmarks: with their command, and apart from the demo's cache and queue.

The database is chosen by `bench.place.database`, one for each size of the world.
"""

from config.settings import *  # noqa: F403 - all of them
from config.settings import CACHES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]
CACHES["default"]["KEY_PREFIX"] = "bench"
CELERY_TASK_DEFAULT_QUEUE = "bench"
