"""API keys: made, listed and revoked by the person herself, never by a key."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.accounts import actions
from vetting.accounts.queries import keys_of
from vetting.accounts.states import SCOPES
from vetting.api.doors import PERSON, Door, operation
from vetting.api.fields import Input, Text, Texts


class KeyInput(Input):
    name = Text(most=80, help_text="What it is for, so that you know it again.")
    scopes = Texts(words=tuple(SCOPES))


class KeySerializer(serializers.Serializer[Any]):
    prefix = serializers.CharField(source="token_key", help_text="How the key begins; it names the key here.")
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry")
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To the day.")


class NewKeySerializer(KeySerializer):
    secret = serializers.SerializerMethodField(
        help_text="The key itself: shown here once, and stored nowhere."
    )

    def get_secret(self, _key: object) -> str:
        return str(self.context["secret"])


class KeysSerializer(serializers.Serializer[Any]):
    results = KeySerializer(many=True)


class Keys(Door):
    @operation("keys_list", scope=PERSON, gives=KeysSerializer)
    def get(self, _request: Request) -> Response:
        """Your keys, oldest first; at most twenty."""
        return Response({"results": KeySerializer(keys_of(self.user.pk), many=True).data})

    @operation("keys_create", scope=PERSON, takes=KeyInput, gives=NewKeySerializer, status=201)
    def post(self, _request: Request) -> Response:
        """Make a key for a program, with what it may do. It runs out after a year."""
        key, secret = actions.create_key(user=self.user, at=self.at, **self.given(KeyInput))
        return Response(NewKeySerializer(key, context={"secret": secret}).data, status=201)


class Key(Door):
    @operation("keys_revoke", scope=PERSON, status=204)
    def delete(self, _request: Request, prefix: str) -> Response:
        """Revoke a key: from now on it opens nothing."""
        key = keys_of(self.user.pk).filter(token_key=prefix).first()
        if key is None:
            raise Http404
        actions.revoke_key(key=key, by=self.user, at=self.at)
        return Response(status=204)
