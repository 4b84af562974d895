"""The product's settings for its benchmarks: with their command and their peers, and a queue of their own.

The database is chosen by `bench.place.use`, one for each size of the world.
"""

from config.settings import *  # noqa: F403 - all of them
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]
CELERY_TASK_DEFAULT_QUEUE = "bench"
ROOT_URLCONF = "bench.urls"  # the site, and the peers it is measured against in the same server
