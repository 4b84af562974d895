"""The site's addresses, and beside them what anybody would write first: a bare view, and a plain model view set."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from rest_framework.pagination import PageNumberPagination
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from config.urls import urlpatterns as site
from vetting.profiles.models import Profile


def nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def one(_request: HttpRequest, slug: str) -> JsonResponse:
    """One round trip by key."""
    return JsonResponse(Profile.objects.filter(slug=slug).values("slug", "name", "status").get())


class _Row(ModelSerializer[Profile]):
    class Meta:
        model = Profile
        fields = (
            "slug name status origin is_demo country place languages rate rate_currency availability".split()
        )


class _Pages(PageNumberPagination):
    page_size = 20


class Rows(ReadOnlyModelViewSet[Profile]):
    queryset = Profile.objects.filter(status="listed").order_by("-id")
    serializer_class = _Row
    pagination_class = _Pages
    authentication_classes = ()
    permission_classes = ()


urlpatterns = [
    path("bench/nothing", nothing),
    path("bench/one/<slug:slug>", one),
    path("bench/rows", Rows.as_view({"get": "list"})),
    *site,
]
