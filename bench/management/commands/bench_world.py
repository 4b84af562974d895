"""manage.py bench_world: the invented world of the benchmarks, in a database of its own."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import place
from bench.fill import fill, is_whole, steps
from bench.world import world

FEWEST = 100


class Command(BaseCommand):
    help = "Fill a database of its own with the world of the benchmarks; a run that was killed goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--consultants", type=int, default=1_000_000, help="1,000,000 by default")
        parser.add_argument("--seed", type=int, default=1, help="another number, another world; 1 by default")

    def handle(self, **options: Any) -> None:
        consultants, seed = options["consultants"], options["seed"]
        if consultants < FEWEST:
            message = f"--consultants {consultants}: {FEWEST} or more."
            raise CommandError(message)
        name = place.use(consultants)
        if is_whole():
            self.stdout.write(f"{name} is filled already; nothing was changed.")
            return
        begun = time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("Inventing", total=None)
            every = steps(world(consultants, seed), seed=seed)
            bar.update(task, total=len(every))
            for step in fill(every):
                bar.update(task, advance=1, description=step.name)
        self.stdout.write(
            f"{name} is filled: {consultants:,} consultants in {time.monotonic() - begun:.0f} s."
        )
