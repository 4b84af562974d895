"""Scorecards, and the rows that had to be left out of one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from vetting.admin.reading import ReadingDesk
from vetting.scorecards.models import Scorecard


class LeftOut(admin.SimpleListFilter):
    title = "rows left out"
    parameter_name = "left_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Some could not be read"), ("no", "None")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Scorecard]) -> QuerySet[Scorecard]:
        if self.value() is None:
            return queryset
        return queryset.filter(faults=[]) if self.value() == "no" else queryset.exclude(faults=[])


class ScorecardDesk(ReadingDesk):
    list_display = ("profile", "low", "mean", "high", "counted", "left_out", "computed_at")
    list_filter = ("model_version", LeftOut)
    search_fields = ("profile__name",)

    @admin.display(description="Rows left out")
    def left_out(self, card: Scorecard) -> str:
        return "; ".join(f"{each['key']}: {each['field']} {each['reason']}" for each in card.faults) or "none"
