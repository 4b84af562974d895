"""The benches' databases are copies of one; it goes when the last test of them is over."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from bench import place


@pytest.fixture(scope="session", autouse=True)
def _copied(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        place.drop(place.EMPTY)
