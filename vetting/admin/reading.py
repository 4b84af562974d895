"""A list and a page of rows that can be read and not written."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest


class ReadingDesk(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes none at run time
    """No adding, no changing, no deleting: rows change by the rooms' actions alone."""

    list_per_page = 50
    show_full_result_count = False
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_list_select_related(self, request: HttpRequest) -> Any:
        """Columns that name another row are read with the list, not one by one."""
        names = {field.name for field in self.model._meta.fields if field.is_relation}
        return [name for name in self.list_display if name in names] or False
