"""Where the embedded servers keep their data and sockets, and as whom they run."""

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


class CannotStartError(Exception):
    """An embedded server cannot be started; the message says what a person can do about it."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The unprivileged account the servers run as when root starts them."""

    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """The folders of one set of servers. `account` is None where the caller's own account runs them."""

    state: Path
    run: Path
    account: Account | None

    def folder(self, path: Path) -> Path:
        """Make a folder that only the servers' account (and root) can enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.hand_over(path)
        return path

    def hand_over(self, path: Path) -> None:
        """Give one file or folder to the account the servers run as."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def password(self, name: str) -> str:
        """A random password, kept in a 0600 file of the caller's."""
        return kept_secret(self.state / f"{name}.password", 24)


def kept_secret(path: Path, size: int) -> str:
    """What the 0600 file holds; a new random text where there is none yet. Two starters agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(size))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            Path(fresh).unlink()
    return path.read_text().strip()


def server_account() -> Account | None:
    """PostgreSQL refuses to run as root, so root lends the servers another account."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    message = "Root cannot run PostgreSQL, and there is no account 'postgres' or 'nobody' to run it as."
    raise CannotStartError(message)


def reachable(path: Path, account: Account | None) -> bool:
    """Whether the account may pass through every folder above the path."""
    if account is None:
        return True
    return all(_may_pass(folder.stat(), account) for folder in path.absolute().parents if folder.exists())


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def place(kind: str = "", *, project: Path = PROJECT) -> Place:
    """The place of this checkout's servers; `kind` sets apart those of the tests.

    Data stands in the project's `var/`, unless root runs a checkout that no other account may enter:
    then in /var/lib, by the same hash that names the socket folder.
    """
    account = server_account()
    digest = hashlib.sha256(f"{project}:{kind}".encode()).hexdigest()[:10]
    state = project / "var" / kind
    if not reachable(state / "postgres" / "data", account):
        state = Path("/var/lib/touchstone") / digest
    # One folder whatever TMPDIR says in this shell, and short: a socket's path has 107 bytes at most.
    short = Path("/tmp")  # noqa: S108 - `prepare` refuses a folder in it that somebody else made
    temp = short if short.is_dir() else Path(tempfile.gettempdir())
    return Place(state=state, run=temp / f"touchstone-{os.geteuid()}-{digest}", account=account)


def prepare(where: Place) -> None:
    """Make the folders, and refuse a socket folder that somebody else made first."""
    try:
        where.state.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        message = f"{where.state} cannot be written by this account: {error.strerror}."
        raise CannotStartError(message) from error
    where.run.mkdir(mode=0o700, exist_ok=True)
    status = where.run.lstat()
    owners = {os.geteuid()} | ({where.account.uid} if where.account else set())
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners or status.st_mode & 0o077:
        message = f"{where.run} was made by somebody else. Remove it and start again."
        raise CannotStartError(message)
    where.hand_over(where.run)


def copy_for(where: Place, folders: list[Path], name: str) -> Path:
    """A copy of installed folders, side by side, that the servers' account can read; made once.

    Modes are set on the copy only: the installed files may be hard links into a shared cache.
    """
    target = where.state / "programs" / name
    if target.exists():
        return target
    fresh = Path(tempfile.mkdtemp(dir=where.folder(where.state / "programs"), prefix=f".{name}."))
    for folder in folders:
        shutil.copytree(
            folder, fresh / folder.name, ignore=shutil.ignore_patterns("include", "*.py", "*.pyc")
        )
    for path in (fresh, *fresh.rglob("*")):
        where.hand_over(path)
    fresh.rename(target)
    return target
