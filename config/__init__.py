"""Wires the house: settings, servers, start-up. Nothing below imports it."""

import config.celery  # noqa: F401 - else a web process or a command would ring a bell that nobody has hung
