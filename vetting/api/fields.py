"""The shapes of input: a value of the wrong kind is refused by name, never bent into one of the right kind.

What a value may say is judged in the rooms. `most` and `words` only describe it in the OpenAPI document.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from vetting.kernel.text import check_number
from vetting.kernel.verdict import Verdict, refuse

_SHOWN = 80  # letters of a name we do not know, as it is given back
_NAMED = 20  # such names in one answer


def wrong(verdict: Verdict) -> ValidationError:
    """A refusal as DRF raises it: about `verdict.field`, or about the value being read where it names none."""
    detail = [ErrorDetail(verdict.reason, verdict.code)]
    return ValidationError({verdict.field: detail} if verdict.field else detail)


class Text(serializers.CharField):
    def __init__(self, *, most: int | None = None, words: tuple[str, ...] = (), **options: Any) -> None:
        self.most, self.words = most, words
        super().__init__(trim_whitespace=False, allow_blank=True, **options)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            raise wrong(refuse("not_text", "Write this as text."))
        return data


class Texts(serializers.ListField):
    """Strings, each one of `words` where those are named."""

    def __init__(self, *, words: tuple[str, ...] = (), **options: Any) -> None:
        super().__init__(child=Text(words=words), max_length=40, **options)


class Figure(serializers.DecimalField):
    """A business figure: taken as a JSON number or as text, given back as text so that no digit is lost."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | Decimal | str):
            raise wrong(refuse("not_a_number", "Write this as a number."))
        value = super().to_internal_value(data)
        if not (checked := check_number(value, field="")):
            raise wrong(checked)
        return value

    def to_representation(self, value: Decimal) -> str:
        return f"{value.normalize():f}"


class Whole(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise wrong(refuse("not_a_whole_number", "Write this as a whole number."))
        return data


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise wrong(refuse("not_a_flag", "Write true or false."))
        return data


class Id(serializers.UUIDField):
    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            raise wrong(refuse("not_text", "Write the id as text."))
        return super().to_internal_value(data)


class Input(serializers.Serializer[Any]):
    """What a request may say. A name that is not among its fields is refused, not passed over."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        problems: dict[str, Any] = {
            name[:_SHOWN]: [ErrorDetail("There is no such field.", "unknown_field")]
            for name in unknown[:_NAMED]
        }
        try:
            known: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as invalid:
            raise ValidationError({**cast("dict[str, Any]", invalid.detail), **problems}) from invalid
        if problems:
            raise ValidationError(problems)
        return known
