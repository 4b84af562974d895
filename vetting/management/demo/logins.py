"""How a visitor walks in: the log-ins and the API key of the demo, in a file that `make run` reads aloud."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from vetting.accounts.actions import create_key
from vetting.accounts.queries import users_with_mailbox
from vetting.accounts.states import SCOPES


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Somebody a visitor may be: by a code that comes by e-mail and lies in the local letter box."""

    email: str
    who: str
    is_staff: bool = False


ANA: Final = LogIn(
    email="ana.kruklina@kruklina-service.example",
    who="Ana Krūkliņa, a consultant with questions open and things to do",
)
GURU: Final = LogIn(
    email="maximilian.sterling-vogt@sterling-vogt-institute.example",
    who="Maximilian Sterling-Vogt, a guru with followers and nothing confirmed",
)
DANA: Final = LogIn(
    email="dana.whitlock@harbourgoods.example", who="Dana Whitlock, who looks for a consultant"
)
SAM: Final = LogIn(email="sam.oyelaran@touchstone.example", who="Sam Oyelaran, staff", is_staff=True)
LOG_INS: Final = (ANA, GURU, DANA, SAM)


def make_key(*, at: datetime) -> str:
    """The secret of a new key of Ana's, with every permission."""
    owner = users_with_mailbox(ANA.email).get()
    return create_key(user=owner, name=f"Demo, {at:%Y-%m-%d %H:%M:%S}", scopes=list(SCOPES), at=at)[1]


def write_down(path: Path, *, api_key: str) -> None:
    """{"logins": [{"email", "who"}], "api_key"}, readable by its owner alone; whole or not at all."""
    known = {"logins": [{"email": each.email, "who": each.who} for each in LOG_INS], "api_key": api_key}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(known, file, ensure_ascii=False, indent=2)
    fresh.replace(path)
