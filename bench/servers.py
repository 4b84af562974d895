"""The site's web and worker in processes of their own, on the present database of a benchmark."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings

from bench import place
from config import embedded, env

_PATIENCE = 60.0
_SEGMENTS = tempfile.TemporaryDirectory(
    prefix="bench-segments-"
)  # not those of the demo; gone with this process


@contextmanager
def web() -> Iterator[HTTPConnection]:
    """One connection to the site as production serves it, and to its peers in `bench.urls`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "gunicorn", "-c", "python:config.gunicorn", "-b", f"127.0.0.1:{port}", "bench.wsgi"]
    with _running(command):
        site = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                site.connect()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield site
        site.close()


@contextmanager
def worker() -> Iterator[None]:
    command = ["-m", "celery", "-A", "config.celery", "worker", "--concurrency=1", "--loglevel=WARNING"]
    with _running(command):
        yield


@contextmanager
def _running(command: list[str]) -> Iterator[None]:
    surroundings = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": place.url(),
        "REDIS_URL": env.given("REDIS_URL") or embedded.redis_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "SEGMENTS": _SEGMENTS.name,
    }
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=Path(__file__).parent.parent,
            env=surroundings,
            stdout=said,
            stderr=said,
        )
        try:
            yield
        except Exception:
            said.seek(0)
            sys.stderr.write(said.read())
            raise
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
