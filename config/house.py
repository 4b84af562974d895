"""The rooms of one `make run`: what each of its processes does once Django is set up."""

import json
import socket
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import django
from celery.exceptions import SecurityWarning
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from gunicorn.app.base import BaseApplication

from config import gunicorn, letterbox
from config.celery import app as celery


def set_up() -> None:
    """Load Django and bring the tables up to date. Leaves no connection open for a fork to inherit."""
    django.setup()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0, database=DEFAULT_DB_ALIAS)
    for name in (settings.ROOT_URLCONF, "vetting.jobs.schedule"):
        import_module(name)  # once, here, instead of once in every process and while the first visitor waits
    connections.close_all()


class _Web(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn on a socket that is already open, with the application that is already loaded."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._application = get_wsgi_application()
        super().__init__()

    def load_config(self) -> None:
        for name in self.cfg.settings:
            if hasattr(gunicorn, name):
                self.cfg.set(name, getattr(gunicorn, name))
        self.cfg.set("bind", f"fd://{self._listener.fileno()}")
        self.cfg.set("loglevel", "warning")

    def load(self) -> Any:
        return self._application


def serve_pages(listener: socket.socket) -> None:
    _at_any_hour()
    _Web(listener).run()


def keep_letters(listener: socket.socket) -> None:
    letterbox.run(listener, cast(Path, settings.LETTER_BOX))


def work() -> None:
    """The worker. Nobody waits for its gossip, and alone it has nobody to mingle with."""
    _at_any_hour()
    # It warns root of pickled messages; ours are JSON only.
    warnings.simplefilter("ignore", SecurityWarning)
    celery.worker_main(
        ["--quiet", "worker", "--concurrency=1", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]
    )


def _at_any_hour() -> None:
    """Its referees are invented, and whoever tries the demo at night should not wait for their morning."""
    settings.OFFICE_HOURS = False


def beat() -> None:
    """The clock. Its schedule stays in memory: what is due stands in tables, so there is nothing to keep."""
    celery.Beat(scheduler="celery.beat:Scheduler", quiet=True).run()


def demo_missing() -> bool:
    """Whether the demo world is still to be made, or was left half made."""
    return "demo" in get_commands() and not (settings.DEMO_FILE.exists() and _anybody_there())


def _anybody_there() -> bool:
    try:
        return get_user_model().objects.filter(is_demo=True).exists()
    finally:
        connections.close_all()


def make_demo() -> None:
    call_command("demo")


def introduction() -> str:
    """Whom one may be in the demo, and the API key, as the demo left them."""
    if not settings.DEMO_FILE.exists():
        return ""
    demo = json.loads(settings.DEMO_FILE.read_text())
    lines = ["Sign in by e-mail; the code lies in the letter box.", ""]
    lines += [f"  {login['email']:<40} {login['who']}" for login in demo["logins"]]
    lines += ["", f"  API key: {demo['api_key']}"]
    return "\n".join(lines)
