"""manage.py demo: what it refuses, and that it is all or nothing."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from tests import builders as b
from vetting.accounts.models import User
from vetting.management.demo.build import build
from vetting.management.demo.world import FEWEST, LONGEST, MOST, write

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"consultants": 11}, "--consultants 11: 12 to 1000."),
        ({"consultants": MOST + 1}, "--consultants 1001: 12 to 1000."),
        ({"consultants": -1}, "--consultants -1: 12 to 1000."),
        ({"years": 0}, "--years 0: 1 to 10."),
        ({"years": LONGEST + 1}, "--years 11: 1 to 10."),
    ],
)
def test_a_wrong_number_is_named_and_nothing_is_made(options, said):
    with pytest.raises(CommandError) as refused:
        call_command("demo", **options)
    assert str(refused.value) == said
    assert User.objects.count() == 0


@pytest.mark.parametrize("argument", ["--consultants=many", "--seed=x", "--years=1.5"])
def test_what_is_no_number_is_named(argument):
    option = argument.partition("=")[0]
    with pytest.raises(CommandError, match=f"argument {option}: invalid int value"):
        call_command("demo", argument)


def test_where_letters_really_go_out_it_is_refused(settings):
    settings.LETTER_BOX = None
    with pytest.raises(CommandError) as refused:
        call_command("demo")
    assert str(refused.value) == (
        "Letters really go out from here: the demo world belongs where a local letter box keeps them."
    )
    assert User.objects.count() == 0


def test_an_interrupted_build_leaves_nothing():
    def interrupt(part: float) -> None:
        if part > 0.2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(write(seed=1, consultants=FEWEST, years=1, at=b.AT), on_part=interrupt)
    tables = apps.get_app_config("vetting").get_models()
    assert {table.__name__: n for table in tables if (n := table._base_manager.count())} == {}
