"""Small changes of a module, each of which some test should notice."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

# Sizes of what is computed at once: another one changes the time it takes and nothing else.
NO_MEANING = {"_PEOPLE", "_STACK", "__all__"}

_SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True)
class Mutant:
    line: int
    change: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Every one, in the order of the file."""
    tree = ast.parse(source)
    for place, node in enumerate(_meant(tree)):
        for change in _changes(node):
            mutated = deepcopy(tree)
            twin = next(found for number, found in enumerate(_meant(mutated)) if number == place)
            words = change(twin)
            yield Mutant(node.lineno, words, ast.fix_missing_locations(mutated))


def _meant(tree: ast.AST) -> Iterator[ast.expr]:
    """Expressions that say something at run time: no annotations, decorators, texts or sizes without meaning."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.AnnAssign | ast.Assign):
            names = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            if not any(isinstance(name, ast.Name) and name.id in NO_MEANING for name in names) and node.value:
                yield from _meant(ast.Expression(node.value))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            yield from _meant(ast.Module(body, []))  # type: ignore[arg-type]  # expressions are walked like statements
        elif not isinstance(node, ast.arg):
            if isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare | ast.UnaryOp | ast.Constant):
                yield node
            yield from _meant(node)


def _changes(node: ast.expr):
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in _SWAPS:
        yield _swap_operator
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        yield _swap_comparison
    if isinstance(node, ast.UnaryOp):
        yield _drop
    if isinstance(node, ast.Constant) and type(node.value) in {bool, int, float}:
        yield _turn if type(node.value) is bool else _add_one


def _swap_operator(node: ast.BinOp | ast.BoolOp) -> str:
    before = type(node.op)
    node.op = _SWAPS[before]()
    return f"{before.__name__} to {type(node.op).__name__}"


def _swap_comparison(node: ast.Compare) -> str:
    before = type(node.ops[0])
    node.ops[0] = _SWAPS[before]()
    return f"{before.__name__} to {type(node.ops[0]).__name__}"


def _drop(node: ast.UnaryOp) -> str:
    before = type(node.op).__name__
    node.op = ast.UAdd()
    if before == "Not":
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
    return f"{before} dropped"


def _turn(node: ast.Constant) -> str:
    node.value = not node.value
    return f"to {node.value}"


def _add_one(node: ast.Constant) -> str:
    before = node.value
    node.value = before + 1
    return f"{before} to {node.value}"
