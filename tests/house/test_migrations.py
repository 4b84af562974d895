"""One line of migrations, none missing, and none that stops a running site."""

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

from tests.house.files import PROJECT

BEFORE_ANY_SITE_RAN = ("0002_import_keys", "0003_key_owner")


def test_there_is_one_line_and_its_end_is_written_down():
    (leaf,) = MigrationLoader(None).graph.leaf_nodes("vetting")
    loader = MigrationLoader(None)
    path = loader.migrations_module("vetting")[0].replace(".", "/") + "/max_migration.txt"
    assert (PROJECT / path).read_text() == f"{leaf[1]}\n"


@pytest.mark.django_db
def test_none_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)  # an index that is built beside a running site allows none around it
def test_none_breaks_the_release_that_runs_while_it_is_applied():
    linter = MigrationLinter(
        include_apps=["vetting"], ignore_name=BEFORE_ANY_SITE_RAN, no_cache=True, quiet=["ok", "ignore"]
    )
    linter.lint_all_migrations()
    assert linter.nb_erroneous == 0
