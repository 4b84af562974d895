"""How far the demo world is made, for the pages that are empty until it is there."""

from django.conf import settings


def percent() -> int | None:
    """None where none is being made; `manage.py demo` writes the number while it works."""
    try:
        return int(settings.DEMO_FILE.with_suffix(".part").read_text())
    except (FileNotFoundError, ValueError):  # the file is empty for the instant in which it is written
        return None
