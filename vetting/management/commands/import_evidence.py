"""manage.py import_evidence FILE --mapping MAPPING: real outcomes from CSV or CSV.gz."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from vetting.jobs.bell import ring
from vetting.management.importing.loading import Loader
from vetting.management.importing.mapping import Mapping, MappingError, read_mapping
from vetting.management.importing.reading import (
    BadRowError,
    Fault,
    RowParser,
    check_header,
    field_means,
    opened,
    read_names,
    rows,
)

COMMIT_EVERY = 200


class Command(BaseCommand):
    help = "Load real outcomes from a CSV or CSV.gz file. Loading a file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True, help="a TOML file: docs/how-to/import.md")
        parser.add_argument("--dry-run", action="store_true", help="check every row, keep nothing")
        parser.add_argument(
            "--on-error",
            choices=["stop", "skip"],
            default="stop",
            help="stop at the first bad row (the rows before it stay), or skip it and report it",
        )
        parser.add_argument(
            "--report", type=Path, help="where skipped rows are listed; by default FILE.skipped.csv here"
        )

    def handle(self, **options: Any) -> None:
        file, report = options["file"], options["report"]
        try:
            mapping = read_mapping(options["mapping"])
            check_header(file, mapping)
            parser = RowParser(mapping, read_names(file, mapping.names), field_means(file, mapping))
        except (MappingError, OSError, UnicodeError, csv.Error, EOFError) as error:
            raise CommandError(str(error)) from error
        run = _Run(mapping, parser, skip=options["on_error"] == "skip")
        try:
            run.read(file, keep=not options["dry_run"], console=Console(stderr=True))
        except BadRowError as bad:
            lines = "\n".join(_line(fault) for fault in bad.faults)
            message = (
                f"{lines}\nStopped there. {run.summary}; mend the row and run again, or use --on-error skip."
            )
            raise CommandError(message) from bad
        except (OSError, EOFError) as error:
            message = f"{file.name} cannot be read to its end: {error}. {run.summary}."
            raise CommandError(message) from error
        if run.faults:
            path = report or Path(f"{file.name}.skipped.csv")
            _write_report(path, run.faults)
            self.stdout.write("\n".join(_line(fault) for fault in run.faults))
            self.stdout.write(f"What was skipped stands in {path}.")
        self.stdout.write(f"{run.summary}{'; nothing was kept (dry run)' if options['dry_run'] else ''}.")


class _Run:
    """One pass over the file: loads in batches, counts, collects the faults."""

    def __init__(self, mapping: Mapping, parser: RowParser, *, skip: bool) -> None:
        self._parser, self._skip = parser, skip
        self._loader = Loader(mapping, at=timezone.now())
        self.new = self.known = 0
        self.faults: list[Fault] = []
        self._stopped: BadRowError | None = None

    @property
    def summary(self) -> str:
        skipped = len({fault.row for fault in self.faults})
        return (
            f"{self.new:,} rows new, {self.known:,} known already, {skipped:,} skipped; {self.new:,} changes"
        )

    def read(self, file: Path, *, keep: bool, console: Console) -> None:
        """Raises BadRowError at the first bad row unless they are to be skipped; the rows before it are kept."""
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with ExitStack() as stack:
            bar = stack.enter_context(Progress(*columns, console=console))
            text, raw = stack.enter_context(opened(file))
            task = bar.add_task(file.name, total=file.stat().st_size)
            stream, more = rows(text), True
            while more:
                with transaction.atomic():
                    more = self._batch(stream)
                    if keep:
                        ring("scorecards", "search")
                    else:
                        transaction.set_rollback(True)
                        self._loader.forget()
                bar.update(task, completed=raw.tell())
        if self._stopped is not None:
            raise self._stopped

    def _batch(self, stream: Iterator[tuple[int, dict[str, str | None] | csv.Error]]) -> bool:
        """Load some rows; False when there are no more to load."""
        for _ in range(COMMIT_EVERY):
            try:
                number, row = next(stream)
            except StopIteration:
                return False
            try:
                if self._loader.load(self._parser.parse(number, row)):
                    self.new += 1
                else:
                    self.known += 1
            except BadRowError as bad:
                if not self._skip:
                    self._stopped = bad
                    return False
                self.faults += bad.faults
        return True


def _line(fault: Fault) -> str:
    return f"row {fault.row}, column {fault.column}: {fault.reason}"


def _write_report(path: Path, faults: list[Fault]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "column", "reason"])
        writer.writerows([fault.row, fault.column, fault.reason] for fault in faults)
