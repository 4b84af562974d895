"""Pages of reference that are generated from the code: `python -m config.reference` writes them.

A test compares what stands in the files with what this module would write.
"""

import importlib
import re
from collections.abc import Iterator

from config.env import DECLARED
from config.places import PROJECT
from vetting.kernel.moves import Moves

README = PROJECT / "README.md"
STATES = PROJECT / "docs" / "reference" / "states.md"
_HEADING = """# States

Generated from the `states.py` of each room by `python -m config.reference`.
Only `audit.actions.move()` takes a row from one state to another, and it writes down who did.
"""
_TABLE = re.compile(r"(<!-- settings -->\n).*?(<!-- /settings -->)", re.DOTALL)


def settings_table() -> str:
    """The configuration table of the README, one row a variable, in the order they are declared."""
    rows = ["| Variable | In the demo | In production | What it is |", "|---|---|---|---|"]
    rows += [
        f"| `{one.name}` | {_code(one.demo)} | {'required' if one.required else 'as in the demo'} | {one.meaning} |"
        for one in DECLARED
    ]
    return "\n".join(rows) + "\n"


def _code(value: str) -> str:
    """Values as code, descriptions as text; a description is a sentence part and has spaces."""
    return value if " " in value and "@" not in value else f"`{value}`"


def with_settings_table(readme: str) -> str:
    """The README with the table between its two marks renewed."""
    return _TABLE.sub(lambda marks: f"{marks[1]}{settings_table()}{marks[2]}", readme)


def tables_of_moves() -> Iterator[Moves]:
    """Every table of moves that a room's states.py declares, room by room."""
    for path in sorted((PROJECT / "vetting").glob("*/states.py")):
        module = importlib.import_module(f"vetting.{path.parent.name}.states")
        yield from (value for value in vars(module).values() if isinstance(value, Moves))


def states_page() -> str:
    """The states of everything that moves, as diagrams."""
    parts = [_HEADING]
    for moves in sorted(tables_of_moves(), key=lambda moves: moves.kind):
        lines = [f"    [*] --> {moves.start}"]
        for state, following in moves.table.items():
            lines += [f"    {state} --> {after}" for after in moves.table if after in following]
            lines += [] if following else [f"    {state} --> [*]"]
        diagram = "\n".join(lines)
        title = moves.kind[0].upper() + moves.kind[1:].replace("_", " ")
        parts.append(f"## {title}\n\n```mermaid\nstateDiagram-v2\n{diagram}\n```\n")
    return "\n".join(parts)


def main() -> None:
    STATES.parent.mkdir(parents=True, exist_ok=True)
    STATES.write_text(states_page())
    if README.exists():
        README.write_text(with_settings_table(README.read_text()))


if __name__ == "__main__":
    main()
