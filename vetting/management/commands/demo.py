"""manage.py demo: an invented market of consultants, made once."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from vetting.accounts.models import User
from vetting.management.demo.build import build
from vetting.management.demo.logins import make_key, write_down
from vetting.management.demo.world import FEWEST, LONGEST, MOST, write


class Command(BaseCommand):
    help = "Make the demo world, once. Everybody in it is invented. A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--consultants", type=int, default=300, help=f"{FEWEST} to {MOST}; 300 by default"
        )
        parser.add_argument("--seed", type=int, default=1, help="another number, another world; 1 by default")
        parser.add_argument("--years", type=int, default=3, help=f"of history, 1 to {LONGEST}; 3 by default")

    def handle(self, **options: Any) -> None:
        consultants, years = options["consultants"], options["years"]
        if settings.LETTER_BOX is None:
            message = (
                "Letters really go out from here: the demo world belongs where a local letter box keeps them."
            )
            raise CommandError(message)
        if not FEWEST <= consultants <= MOST:
            message = f"--consultants {consultants}: {FEWEST} to {MOST}."
            raise CommandError(message)
        if not 1 <= years <= LONGEST:
            message = f"--years {years}: 1 to {LONGEST}."
            raise CommandError(message)
        now = timezone.now()
        if User.objects.filter(is_demo=True).exists():
            self.stdout.write("The demo world is there already; nothing was changed.")
        else:
            script = write(seed=options["seed"], consultants=consultants, years=years, at=now)
            with self._progress() as on_part, self._progress_for_pages() as on_pages:

                def on_both(part: float) -> None:
                    on_part(part)
                    on_pages(part)

                build(script, on_part=on_both)
            self.stdout.write(f"The demo world is made: {consultants} consultants, all of them invented.")
        file: Path | None = settings.DEMO_FILE
        if file is not None and not file.exists():
            write_down(file, api_key=make_key(at=now))
            self.stdout.write(f"Log-ins and an API key stand in {file}.")

    @contextmanager
    def _progress(self) -> Iterator[Callable[[float], object]]:
        """A bar on a terminal; elsewhere a line for each tenth."""
        console = Console(stderr=True)
        if not console.is_terminal:
            yield _Lines(self.stderr.write)
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("Making the demo world", total=1.0)
            yield lambda part: bar.update(task, completed=part)

    @contextmanager
    def _progress_for_pages(self) -> Iterator[Callable[[float], object]]:
        """The whole percents, in a file that the pages read: they are empty until all is there."""
        file: Path = settings.DEMO_FILE.with_suffix(".part")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("0")
        try:
            yield lambda part: file.write_text(str(int(part * 100)))
        finally:
            file.unlink()


class _Lines:
    def __init__(self, write_line: Callable[[str], object]) -> None:
        self._write_line, self._tenths = write_line, 0

    def __call__(self, part: float) -> None:
        if int(part * 10) > self._tenths:
            self._tenths = int(part * 10)
            self._write_line(f"Making the demo world: {self._tenths * 10} %")
