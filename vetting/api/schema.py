"""What the OpenAPI document cannot see by itself: how callers show who they are, and what our fields take.

Loaded by the app's ready(), so that drf-spectacular knows these before it draws the document.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction

_FIGURE = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"


class _Scoped(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]] | None:
        return None


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "vetting.api.authentication.ApiKeyAuthentication"
    name = "apiKey"
