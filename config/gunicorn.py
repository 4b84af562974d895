"""How gunicorn serves Touchstone: `gunicorn -c python:config.gunicorn config.wsgi`."""

from typing import Any

from django.conf import settings

from config import env

preload_app = True
worker_class = "gthread"  # keeps connections open between requests, which a sync worker cannot
workers = int(env.text("WEB_CONCURRENCY"))
threads = 4
keepalive = 75  # seconds; longer than proxies keep a connection, so that it is they who close it
timeout = 60
graceful_timeout = 15
control_socket_disable = True  # it would put a socket into the home folder; nothing of ours uses it


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """Only a web process borrows connections from a pool; Celery would close one at every task."""
    # A database that was away for long is looked for every few seconds; the pool's own pauses would double each time.
    pool = {"min_size": 1, "max_size": threads + 1, "timeout": 5, "reconnect_timeout": 3}
    database: dict[str, Any] = settings.DATABASES["default"]
    database["OPTIONS"] = {**database.get("OPTIONS", {}), "pool": pool}
