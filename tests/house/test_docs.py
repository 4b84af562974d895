"""What the documents say is what the code does."""

import ast

from django.apps import apps

from config import reference
from tests.house.files import python, tree


def test_the_readme_s_configuration_table_is_the_declared_one():
    readme = reference.README.read_text()
    assert "<!-- settings -->" in readme
    assert reference.with_settings_table(readme) == readme


def test_the_diagrams_of_states_are_those_of_the_tables():
    assert reference.STATES.read_text() == reference.states_page()


def test_every_status_has_its_table_of_moves():
    with_status = {
        model.__name__.lower()
        for model in apps.get_app_config("vetting").get_models()
        if any(field.name == "status" for field in model._meta.fields)
    }
    assert with_status == {moves.kind for moves in reference.tables_of_moves()}


def test_the_environment_is_read_in_one_place():
    """Whoever reads a variable elsewhere leaves it out of the table."""
    found = []
    for path in python("config", "vetting", "manage.py"):
        for node in ast.walk(tree(path)):
            named = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
            if named and isinstance(node.value, ast.Name) and node.value.id == "os":
                found.append(str(path))
    allowed = {"config/env.py", "config/test_settings.py"}
    writes_only = {"manage.py", "config/wsgi.py", "config/celery.py", "config/serve.py"}
    assert set(found) <= allowed | writes_only
