"""Who does something: plain values, so that rules and the audit trail need no request and no session."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind` is person, staff, referee, system or anonymous; `id` is the User's or the Referee's key."""

    kind: str
    id: UUID | None = None
    name: str = ""

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"

    def is_person(self, user_id: UUID | None) -> bool:
        """True where this actor is the account with that key; an absent key matches nobody."""
        return user_id is not None and self.kind in {"person", "staff"} and self.id == user_id


ANONYMOUS = Actor(kind="anonymous")


def system(name: str) -> Actor:
    return Actor(kind="system", name=name)


def referee(referee_id: UUID) -> Actor:
    return Actor(kind="referee", id=referee_id)
