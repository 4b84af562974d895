"""A refusal becomes words on the form, with everything that was typed kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.forms import BaseForm

from vetting.kernel.verdict import InvalidError, RefusedError


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """An action called inside puts what it refuses onto the form; `form.is_valid()` tells whether it was done."""
    try:
        yield
    except InvalidError as invalid:
        for field, (code, text) in invalid.problems.items():
            form.add_error(field if field in form.fields else None, ValidationError(text, code=code))
    except RefusedError as refused:
        form.add_error(None, ValidationError(refused.verdict.reason, code=refused.verdict.code))
