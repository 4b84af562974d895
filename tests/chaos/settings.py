"""The product's settings on servers of the chaos run's own. They keep what they promise: nothing is careless here."""

import os

from config import embedded, env

KIND = "chaos"

for _variable in env.DECLARED:
    if _variable.name != "EMAIL_URL":
        os.environ.pop(_variable.name, None)
os.environ["LOG_LEVEL"] = "WARNING"
os.environ["MAIL_WARM_UP"] = "0"  # thousands of letters on the first day

from config.settings import *  # noqa: E402, F403 - only now is the environment what it has to be
from config.settings import DATABASES  # noqa: E402 - the environment is set by now

DATABASES["default"] |= embedded.database(KIND)
CELERY_BROKER_URL = env.broker_url(embedded.redis_url(KIND))
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
