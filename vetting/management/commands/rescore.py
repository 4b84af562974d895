"""manage.py rescore: compute scorecards now, and say of one where its score comes from."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from vetting.jobs.bell import ring
from vetting.profiles.models import Profile
from vetting.scorecards.actions import compute, rescore
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import in_force
from vetting.search.explanation import Explanation, explain, signed

_PLAIN_WIDTH = 160  # in a file or a pipe


class Command(BaseCommand):
    help = "Compute scorecards now, of some consultants or of all; --explain says where one score comes from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="the end of a dossier's address")
        parser.add_argument("--all", action="store_true", help="every consultant")
        parser.add_argument("--explain", metavar="SLUG", help="compute one card and print its ledger")
        parser.add_argument("--json", action="store_true", help="one object a line")

    def handle(self, **options: Any) -> None:
        slugs, everybody, explained = options["slugs"], options["all"], options["explain"]
        if sum((bool(slugs), everybody, bool(explained))) != 1:
            message = "Name consultants, or --all, or --explain SLUG: one of the three."
            raise CommandError(message)
        cards = Scorecard.objects.select_related("profile").order_by("profile_id")
        if everybody:
            self._rescore()
        else:
            profiles = _found([explained] if explained else slugs)
            keys = [profile.pk for profile in profiles]
            compute(keys, at=timezone.now())
            cards = cards.filter(profile__in=keys)
        ring("search")
        if explained:
            self._explain(profiles[0], cards.get(), as_json=options["json"])
        elif options["json"]:
            for card in cards.iterator():
                self.stdout.write(json.dumps(_summary(card, card.profile.slug)))
        else:
            self._tell(cards)

    def _rescore(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("Computing scorecards", total=Profile.objects.count())
            if not rescore(in_force(), at=timezone.now(), on_batch=partial(bar.advance, task)):
                message = "Somebody else is rescoring everybody already."
                raise CommandError(message)

    def _tell(self, cards: QuerySet[Scorecard]) -> None:
        left_out = 0
        for card in cards.exclude(faults=[]):
            left_out += len(card.faults)
            for fault in card.faults:
                self.stdout.write(
                    f"{card.profile.slug}: {fault['key']}: {fault['field']} {fault['reason']}; left out"
                )
        self.stdout.write(f"{cards.count():,} cards computed, {left_out:,} rows left out.")

    def _explain(self, profile: Profile, card: Scorecard, *, as_json: bool) -> None:
        explanation = explain(profile, card)
        if as_json:
            self.stdout.write(json.dumps(_summary(card, profile.slug) | _entries(explanation)))
            return
        console = Console(width=None if self.stdout.isatty() else _PLAIN_WIDTH)
        with console.capture() as written:
            console.print(_table(profile, card, explanation))
        self.stdout.write(written.get())


def _found(slugs: Sequence[str]) -> list[Profile]:
    known = {profile.slug: profile for profile in Profile.objects.filter(slug__in=slugs)}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        message = f"No consultant has the address {', '.join(unknown)}."
        raise CommandError(message)
    return [known[slug] for slug in dict.fromkeys(slugs)]


def _summary(card: Scorecard, slug: str) -> dict[str, Any]:
    names = ("low", "mean", "high", "theta", "theta_low", "reliability", "counted", "model_version", "faults")
    return {"slug": slug, **{name: getattr(card, name) for name in names}}


def _entries(explanation: Explanation) -> dict[str, Any]:
    lines = [
        {"key": line.key, "dimension": line.dimension, "value": line.value, "sentence": line.sentence}
        | {"reason": line.reason}
        for line in explanation.lines
    ]
    return {"ledger": lines, "ledger_sum": explanation.total}


def _table(profile: Profile, card: Scorecard, explanation: Explanation) -> Table:
    table = Table(
        title=f"{profile.name}: {card.low:.0f} to {card.high:.0f} of 100, middle {card.mean:.0f}",
        caption=f"Scale {card.model_version}, {card.as_of}. The sum is the standing less that of an empty history.",
        show_footer=True,
    )
    table.add_column("What happened", footer="Together")
    table.add_column("Dimension")
    table.add_column("Adds", footer=signed(explanation.total, places=3), justify="right", no_wrap=True)
    for line in explanation.lines:
        table.add_row(line.sentence, line.dimension, signed(line.value, places=3))
    return table
