"""Organizations: the clients a consultant worked for."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.api.doors import Door, operation, page_of
from vetting.api.fields import Input, Text
from vetting.api.pages import PageInput
from vetting.companies import actions, queries
from vetting.companies.catalogue import SIZE_BANDS
from vetting.companies.states import KINDS
from vetting.kernel.text import LINE


class OrganizationInput(Input):
    name = Text(most=LINE)
    domain = Text(
        default="", help_text="The registered domain, such as example.com. It proves a client's mailbox."
    )
    kind = Text(words=KINDS, default="company")
    country = Text(default="", help_text="ISO 3166-1 alpha-2, such as LV.")
    industry = Text(default="", help_text="An ISIC section or division, such as G or 47; see /industries.")
    size_band = Text(words=tuple(SIZE_BANDS), default="")


class OrganizationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    country = serializers.CharField()
    industry = serializers.CharField()
    size_band = serializers.CharField()


class Organizations(Door):
    @operation("organizations_list", scope="read", query=PageInput, gives=page_of(OrganizationSerializer))
    def get(self, _request: Request) -> Response:
        """The organizations you registered first, newest first."""
        return self.page(queries.visible_to(self.actor), OrganizationSerializer)

    @operation(
        "organizations_register",
        scope="work",
        takes=OrganizationInput,
        gives=OrganizationSerializer,
        status=201,
    )
    def post(self, _request: Request) -> Response:
        """Register a client. One whose domain is known already is given back as it stands."""
        organization = actions.register(by=self.actor, at=self.at, **self.given(OrganizationInput))
        return Response(OrganizationSerializer(organization).data, status=201)
