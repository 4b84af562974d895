"""What a rule answers, and what an action raises when a rule says no."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Truthy when allowed; otherwise `reason` is a sentence for the person and `code` is for programs.

    `field` names the input at fault, where one is.
    """

    allowed: bool
    reason: str = ""
    code: str = ""
    field: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(allowed=True)


def refuse(code: str, reason: str, *, field: str = "") -> Verdict:
    return Verdict(allowed=False, reason=reason, code=code, field=field)


class RefusedError(Exception):
    """A rule said no. Doors show `verdict.reason`; nothing was written."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class InvalidError(Exception):
    """The input is wrong. `problems` maps a field to (code, sentence); nothing was written."""

    def __init__(self, problems: dict[str, tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, (_, text) in problems.items()))
        self.problems = problems


def require(verdict: Verdict) -> None:
    """Raise RefusedError, or InvalidError where the verdict names a field."""
    if verdict:
        return
    if verdict.field:
        raise InvalidError({verdict.field: (verdict.code, verdict.reason)})
    raise RefusedError(verdict)


def require_all(*verdicts: Verdict) -> None:
    """Every wrong field at once, so that a person mends a form in one go; then the refusals without a field."""
    problems = {v.field: (v.code, v.reason) for v in reversed(verdicts) if not v and v.field}
    if problems:
        raise InvalidError(problems)
    for verdict in verdicts:
        require(verdict)
