"""Learn the constants of the scale from all answered evidence, and show what was learned."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from vetting.scorecards.actions import calibrate
from vetting.scorecards.models import CalibrationRecord
from vetting.scorecards.queries import scale_of
from vetting.scoring.weights import PUBLISHED


class Command(BaseCommand):
    help = "Calibrate the scale now and rescore everybody, as every night does, and print the constants beside the published ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="the whole record, as JSON")

    def handle(self, **options: Any) -> None:
        record = calibrate(at=timezone.now())
        if record is None:
            message = "Somebody else is rescoring everybody already."
            raise CommandError(message)
        if options["json"]:
            self.stdout.write(json.dumps(record.record, indent=2, sort_keys=True))
            return
        console = Console(highlight=False)
        console.print(f"{record.version}: {record.claims} claims of {record.consultants} consultants")
        console.print(_constants(record))


def _constants(record: CalibrationRecord) -> Table:
    learned = scale_of(record.version)
    table = Table("constant", "published", "in force")
    for old, new in zip(PUBLISHED.dimensions, learned.constants.dimensions, strict=True):
        table.add_row(f"{old.name}: spread", f"{old.spread:.3f}", f"{new.spread:.3f}")
        table.add_row(f"{old.name}: thresholds", _row(old.thresholds), _row(new.thresholds))
    for name in ("leniency", "drift", "slope", "referral_shift"):
        table.add_row(name, f"{getattr(PUBLISHED, name):.3f}", f"{getattr(learned.constants, name):.3f}")
    table.add_row("fabrication", _row(PUBLISHED.fabrication), _row(learned.constants.fabrication))
    for kind, variance in learned.differs.items():
        table.add_row(f"variance by {kind}", "", f"{variance:.3f}")
    return table


def _row(numbers: tuple[float, ...]) -> str:
    return " ".join(f"{number:.3f}" for number in numbers)
