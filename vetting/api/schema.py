"""What the OpenAPI document cannot see by itself: how callers show who they are, and what our fields take.

Loaded by the app's ready(), so that drf-spectacular knows it before it draws the document.
"""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction

_FIGURE = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """Each operation names the scope a key needs; some take no key at all."""

    target_class = "vetting.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_requirement(self, auto_schema: AutoSchema) -> Any:
        door: Any = auto_schema.view
        return door.key_requirement(auto_schema.method, self.name)

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "An API key; it begins with touch_."}


class SessionTokenScheme(OpenApiAuthenticationExtension):
    target_class = "allauth.headless.contrib.rest_framework.authentication.XSessionTokenAuthentication"
    name = "sessionToken"
    priority = 1  # before the one that drf-spectacular brings along

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        about = "What signing in at /_allauth/app/v1/ gives to a program."
        return {"type": "apiKey", "in": "header", "name": "X-Session-Token", "description": about}


class InputShape(OpenApiSerializerExtension):
    """A name that we do not know is refused, and a shape without words of its own has none."""

    target_class = "vetting.api.fields.Input"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        draw: Any = auto_schema._map_serializer  # noqa: SLF001 - as drf-spectacular says to
        schema: dict[str, Any] = draw(self.target, direction, bypass_extensions=True)
        if not vars(type(self.target)).get("__doc__"):
            schema.pop("description", None)
        return schema | {"additionalProperties": False}


class TextField(OpenApiSerializerFieldExtension):
    target_class = "vetting.api.fields.Text"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        field = self.target
        schema: dict[str, Any] = {"type": "string"}
        if field.most is not None:
            schema |= {"maxLength": field.most}
        if field.words:
            schema |= {
                "enum": ["", *field.words]
                if field.default == "" and "" not in field.words
                else list(field.words)
            }
        return schema


class FigureField(OpenApiSerializerFieldExtension):
    target_class = "vetting.api.fields.Figure"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        text = {"type": "string", "format": "decimal", "pattern": _FIGURE}
        if direction == "response":
            return text
        bounds = {"exclusiveMinimum": -(10**15), "exclusiveMaximum": 10**15}
        return {"anyOf": [{"type": "number", **bounds}, text], "examples": [9.4]}
