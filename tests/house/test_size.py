"""Small files, small functions, a small ground floor."""

import ast

from tests.house.files import lines, python, tree


def test_no_file_is_long():
    limits = {"tests": 600}
    long = {
        str(path): lines(path)
        for path in python("config", "vetting", "bench", "tests", "manage.py")
        if lines(path) > limits.get(path.parts[0], 400)
    }
    assert long == {}


def test_no_function_is_long():
    long = {
        f"{path}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in python("config", "vetting", "bench", "manage.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > 60
    }
    assert long == {}


def test_the_kernel_is_at_most_eight_percent():
    kernel = sum(map(lines, python("vetting/kernel")))
    assert kernel <= 0.08 * sum(map(lines, python("vetting")))
