"""What every address of the API has: one scope a method, one clock a request, input parsed, answers in pages."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from vetting.accounts.models import ApiKey, User
from vetting.api.fields import Input
from vetting.api.pages import PageInput, slice_of
from vetting.api.parsing import StrictJSONParser
from vetting.api.problems import MEDIA_TYPE
from vetting.api.throttles import Limit
from vetting.kernel.actors import ANONYMOUS, Actor

PUBLIC: Final = "public"  # no key and no session needed
PERSON: Final = "person"  # a session: what a key that leaked must not be able to do

Handler = TypeVar("Handler", bound=Callable[..., Response])
Row = TypeVar("Row", bound=Model)


class FieldErrorSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(required=False, help_text="Where in the body, as in RFC 6901.")
    parameter = serializers.CharField(required=False, help_text="Which parameter of the address.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. `type` is stable; what it ends with is the code. `errors` stands where the input is wrong."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # a field, of that name


def operation(
    name: str,
    *,
    scope: str,
    takes: Any = None,
    query: type[Input] | None = None,
    gives: Any = None,
    status: int = 200,
) -> Callable[[Handler], Handler]:
    """Says of a handler who may call it, and what the OpenAPI document tells of it; its docstring is the summary."""

    def decorate(handler: Handler) -> Handler:
        handler.scope = scope  # type: ignore[attr-defined]  # read by Door
        decorated: Handler = extend_schema(
            operation_id=name,
            summary=" ".join((handler.__doc__ or "").split()),
            description=_who(scope),
            request=takes,
            parameters=[query] if query else None,
            responses={
                status: gives or OpenApiResponse(description="Done; there is nothing to say."),
                ("default", MEDIA_TYPE): OpenApiResponse(ProblemSerializer, description="Why not."),
            },
        )(handler)
        return decorated

    return decorate


def _who(scope: str) -> str:
    if scope == PUBLIC:
        return "Open to everybody."
    if scope == PERSON:
        return "Needs a session; a key will not do."
    return f"Needs the scope `{scope}`, or a session."


def page_of(shape: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """What `Door.page` answers, for the OpenAPI document."""
    name = shape.__name__.removesuffix("Serializer")
    following = serializers.CharField(allow_null=True, help_text="The address of the next page.")
    return inline_serializer(f"{name}Page", {"results": shape(many=True), "next": following})


class HasScope(BasePermission):
    """A session may do all that its person may; a key only what it was made for."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        if isinstance(request.auth, ApiKey):
            _check_scope(request.auth, cast("Door", view).scope)
        return True


def _check_scope(key: ApiKey, scope: str) -> None:
    if scope == PERSON:
        why = "A key cannot do this; sign in and use X-Session-Token."
        raise PermissionDenied(why, "person_only")
    if scope not in key.scopes:
        why = f'This key has not the scope "{scope}".'
        raise PermissionDenied(why, "scope_missing")


class Door(APIView):
    """`at` is the moment of this request, the same for everything it does. `kept`: what it gives is published."""

    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    parser_classes = (StrictJSONParser,)
    throttle_classes = (Limit,)
    kept = False
    at: datetime

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Compressed, and with a tag of what is sent: who has it already is told so (304)."""
        return gzip_page(conditional_page(super().as_view(**initkwargs)))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.at = timezone.now()
        if self._handler(request.method or "") is None:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """What is published may be kept, and is asked for again each time; nothing else is kept anywhere."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        may_keep = self.kept and request.method == "GET" and answer.status_code == 200
        answer.setdefault("Cache-Control", "private, no-cache" if may_keep else "no-store")
        return answer

    def get_permissions(self) -> Sequence[BasePermission]:
        return [AllowAny()] if self.scope == PUBLIC else [HasScope()]

    @property
    def scope(self) -> str:
        handler = self._handler(self.request.method or "")
        return cast("str", handler.scope)

    def key_requirement(self, method: str, name: str) -> dict[str, list[str]] | None:
        """What an API key must have for that method, for the OpenAPI document; None where a key will not do."""
        scope = self._handler(method).scope
        if scope == PERSON:
            return None
        return {name: [] if scope == PUBLIC else [scope]}

    def _handler(self, method: str) -> Any:
        return getattr(self, method.lower(), None) if method.lower() in self.http_method_names else None

    @property
    def user(self) -> User:
        """The account behind this request. Only for what is not public."""
        return cast("User", self.request.user)

    @property
    def actor(self) -> Actor:
        """Who reads or writes. A key that may not read its owner's things reads what everybody may."""
        user, key = self.request.user, self.request.auth
        if not user.is_authenticated:
            return ANONYMOUS
        if self.scope == PUBLIC and isinstance(key, ApiKey) and "read" not in key.scopes:
            return ANONYMOUS
        return user.actor

    def given(self, shape: type[Input], *, partial: bool = False) -> dict[str, Any]:
        """The body, checked for its shape. ValidationError names every wrong field."""
        return _checked(shape(data=self.request.data, partial=partial))

    def asked(self, shape: type[Input]) -> dict[str, Any]:
        """What stands after the ? of the address, each name once."""
        values = dict(self.request.query_params.lists())
        twice = {
            name[:80]: [ErrorDetail("Give this once.", "repeated")]
            for name in values
            if len(values[name]) > 1
        }
        if twice:
            raise ValidationError(twice)
        return _checked(shape(data={name: value for name, [value] in values.items()}))

    def page(
        self,
        rows: QuerySet[Row],
        shape: type[serializers.Serializer[Any]],
        **context: Callable[[list[Row]], Any],
    ) -> Response:
        """One page of a list; each of `context` is found once for all its rows and handed to `shape`."""
        found, cursor = slice_of(rows, **self.asked(PageInput))
        known = {name: find(found) for name, find in context.items()}
        results = shape(found, many=True, context=known).data
        return Response({"results": results, "next": self.next_url(cursor)})

    def next_url(self, cursor: str) -> str | None:
        if not cursor:
            return None
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)


def _checked(serializer: Input) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return cast("dict[str, Any]", serializer.validated_data)
