#!/usr/bin/env python
"""The command line. Starts the embedded servers for the life of a command where none are configured."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config import embedded
from config.places import CannotStartError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == [
        "bench_world"
    ]:  # a world in a database of its own, of which the product knows nothing
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    try:
        with embedded.running():
            execute_from_command_line(sys.argv)
    except (CannotStartError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
