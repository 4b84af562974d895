"""The one Django app of the house."""

from django.apps import AppConfig


class VettingConfig(AppConfig):
    name = "vetting"
    label = "vetting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vetting.api import schema  # noqa: F401 - registers how our API keys look in OpenAPI
