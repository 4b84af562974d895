"""The OpenAPI document, the page that reads it, and what stands at every address that is none of ours."""

from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.request import Request

from vetting.api.doors import Door


def document() -> dict[str, Any]:
    """OpenAPI 3.1 of everything under /api/v1/."""
    drawn: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return drawn


@cache
def written() -> bytes:
    """As it is served, and as `manage.py spectacular` writes it into docs/reference/openapi.json."""
    text: bytes = OpenApiJsonRenderer().render(document(), renderer_context={})
    return text


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(written(), content_type="application/vnd.oai.openapi+json;version=3.1")


@require_safe
def reader(request: HttpRequest) -> HttpResponse:
    """Swagger UI from our own files; it runs under the site's policy of no inline script and no eval."""
    return render(request, "pages/api/reader.html")


class Nothing(Door):
    """Absent addresses answer as absent things do."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404
