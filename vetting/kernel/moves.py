"""A table of moves: the words a status may be, and which word may follow which."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Moves:
    """`table` maps each status to those that may follow it; a status that nothing follows is final."""

    kind: str
    start: str
    table: Mapping[str, frozenset[str]]

    def __post_init__(self) -> None:
        named = {self.start}.union(*self.table.values())
        if missing := sorted(named - set(self.table)):
            message = f"{self.kind}: no line in the table of moves for {', '.join(missing)}"
            raise ValueError(message)

    def allows(self, before: str, after: str) -> bool:
        return after in self.table.get(before, frozenset())

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(state, state.replace("_", " ")) for state in self.table]


def moves(kind: str, start: str, **table: str) -> Moves:
    """`moves("goal", "draft", draft="proposed withdrawn", proposed="", withdrawn="")`."""
    return Moves(
        kind=kind, start=start, table={state: frozenset(after.split()) for state, after in table.items()}
    )
