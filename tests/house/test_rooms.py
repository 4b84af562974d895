"""Whoever knows one room knows all."""

import ast
import re
import subprocess
import sys

from tests.house.files import PROJECT, files, python, text, tree

DOORS = {"web", "api", "jobs", "admin", "management", "migrations"}
GROUND = {"kernel", "scoring", "segments"}  # libraries: nouns only
WORDS = {"actions", "rules", "queries", "models", "states", "__init__"}
DRAWERS = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "service",
    "services",
    "manager",
    "managers",
}


def rooms():
    found = {path.parts[1] for path in python("vetting") if len(path.parts) > 2}
    return sorted(found - DOORS - GROUND)


def test_a_room_has_six_words_and_at_most_two_nouns():
    nouns = {room: sorted({path.stem for path in python(f"vetting/{room}")} - WORDS) for room in rooms()}
    assert {room: names for room, names in nouns.items() if len(names) > 2} == {}


def test_a_room_has_no_inner_rooms():
    assert [str(path) for room in rooms() for path in python(f"vetting/{room}") if len(path.parts) > 3] == []


def test_every_room_has_its_sign_and_the_sign_does_nothing():
    for room in [*rooms(), *sorted(GROUND)]:
        sign = next(path for path in python(f"vetting/{room}") if path.name == "__init__.py")
        body = tree(sign).body
        assert len(body) == 1, sign
        assert isinstance(body[0], ast.Expr), sign
        assert 1 <= len(ast.get_docstring(tree(sign)).splitlines()) <= 5, sign


def test_there_is_no_drawer():
    named = {part for path in files() for part in (path.stem, *path.parts[:-1])}
    assert named & DRAWERS == set()


def test_nobody_imports_the_register_of_tables():
    assert [str(path) for path in python() if _imports(path, "vetting.models")] == []


def test_each_folder_of_tests_is_a_package():
    """Else two files of one name in two folders are one module, and the second is not collected."""
    folders = {path.parent for path in files() if path.name.startswith("test_")}
    assert [
        str(folder) for folder in sorted(folders) if not (PROJECT / folder / "__init__.py").exists()
    ] == []


def test_a_model_has_no_verbs():
    """No save(), no delete() of its own: what happens when stands in actions."""
    verbs = {"save", "delete"}
    found = [
        f"{path}:{node.lineno}"
        for path in python("vetting")
        if path.name == "models.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name in verbs
    ]
    assert found == []


def test_a_reverse_relation_is_no_hidden_arrow_up():
    relations = {"ForeignKey", "OneToOneField", "ManyToManyField"}
    found = []
    for path in python("vetting"):
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in relations
            ):
                given = {word.arg: word.value for word in node.keywords}
                name = given.get("related_name")
                if not (isinstance(name, ast.Constant) and name.value == "+"):
                    found.append(f"{path}:{node.lineno}")
    assert found == []


def test_only_move_changes_a_status():
    paths = [path for path in python("vetting", "config") if not path.match("vetting/audit/actions.py")]
    assert [
        f"{path}:{node.lineno}" for path in paths for node in ast.walk(tree(path)) if _sets_status(node)
    ] == []


def test_an_action_is_whole():
    """`@transaction.atomic` would set a savepoint in every action within an action."""
    assert [str(path) for path in python("vetting") if "@transaction.atomic" in text(path)] == []


def _sets_status(node):
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(_is_status(target) for target in ast.walk(ast.Tuple(elts=targets)))
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        return node.func.attr in {"update", "aupdate"} and any(word.arg == "status" for word in node.keywords)
    named = isinstance(node.func, ast.Name) and node.func.id == "setattr" and len(node.args) > 1
    return named and isinstance(node.args[1], ast.Constant) and node.args[1].value == "status"


def _is_status(node):
    return isinstance(node, ast.Attribute) and node.attr == "status" and not _is_response(node.value)


def _is_response(node):
    return isinstance(node, ast.Name) and node.id in {"response", "answer"}


def _imports(path, module):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import) and any(name.name == module for name in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module == module:
            return True
        if (
            isinstance(node, ast.ImportFrom)
            and f"{node.module}.{''.join(n.name for n in node.names)}" == module
        ):
            return True
    return False


def test_the_scale_loads_without_django():
    names = [path.stem for path in python("vetting/scoring") if path.stem != "__init__"]
    script = (
        f"import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module('vetting.scoring.' + name)\n"
        f"print(sorted({{n.split('.')[0] for n in sys.modules}} & {{'django', 'celery', 'rest_framework', 'psycopg'}}))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


def test_no_file_names_a_place_of_one_machine():
    place = re.compile(r"(?<![\w}./-])(?:/root/|/home/\w|/work/(?:main|shared)|[A-Z]:\\\\)")
    written = {".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".sh", ".yml", ".yaml", ".json"}
    paths = [path for path in files() if path.suffix in written and path.name != "test_rooms.py"]
    assert [f"{path}: {found[0]}" for path in paths if (found := place.search(text(path)))] == []
