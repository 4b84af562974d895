"""The web application, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

import config.celery  # noqa: F401 - the broker that the pages' bells ring at

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
