"""Changing the directory's rows in the store: for the command line and the console alike.

Values are checked as those of the configuration file are (`sections`). What the file says is in
force before what the store has, and only the operator changes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import msgspec

from offhook import sections
from offhook.config import told
from offhook.directory import (
    Account,
    Application,
    Directory,
    Number,
    SigningSecret,
    Trunk,
    User,
    dangling,
    merged,
    normal_number,
)

Entry = Account | User | Application | Number | Trunk | SigningSecret
S = TypeVar("S", bound=sections.Section)

TABLES: dict[type[Entry], str] = {
    Account: "accounts",
    User: "users",
    Application: "applications",
    Number: "numbers",
    Trunk: "trunks",
    SigningSecret: "secrets",
}


class RefusedError(Exception):
    """A change that cannot be made; `key` is the setting that is wrong, if it is one."""

    def __init__(self, fault: str, key: str = "", fix: str = "") -> None:
        advice = f" ({fix})" if fix else ""
        super().__init__(f"{key}: {fault}{advice}" if key else fault)
        self.fault = fault
        self.key = key
        self.fix = fix


class Rows(Protocol):
    """The part of the store that is used here."""

    def load_directory(self) -> tuple[Iterable[Any], ...]:
        """Return the arguments of a Directory."""
        ...

    def put(self, entry: Entry) -> None:
        """Add or replace an entry."""
        ...

    def remove(self, kind: type[Entry], name: str) -> bool:
        """Remove an entry; returns whether it was there."""
        ...


@dataclass(frozen=True, slots=True)
class Clerk:
    """Keeps the store's rows in order; all of it blocks, and raises RefusedError."""

    rows: Rows
    fixed: Directory  # of the configuration file

    @property
    def stored(self) -> Directory:
        """What the store has."""
        return Directory(*self.rows.load_directory())

    @property
    def in_force(self) -> Directory:
        """The store's entries, and the file's over them."""
        return merged(self.stored, self.fixed)

    def add(self, entry: Entry, name: str) -> None:
        """Store a new entry that leads nowhere wrong."""
        before = self.in_force
        table = TABLES[type(entry)]
        if getattr(before, table).keys() & getattr(_alone(entry), table).keys():
            raise RefusedError(f"{name} exists already")
        self._put(entry, before)

    def replace(self, entry: Entry, name: str) -> None:
        """Store an entry in place of the one that has its name, and leads nowhere wrong."""
        self._stored(type(entry), name)
        self._put(entry, self.in_force)

    def change(self, kind: type[Entry], name: str, **changes: Any) -> None:
        """Replace fields of a stored entry."""
        self.rows.put(replace(self._stored(kind, name), **changes))

    def remove(self, kind: type[Entry], name: str) -> list[str]:
        """Remove a stored entry; returns what leads nowhere from now on."""
        before = self.in_force
        if not self.rows.remove(kind, name):
            raise _not_ours(name)
        return _new(dangling(before), dangling(self.in_force))

    def _put(self, entry: Entry, before: Directory) -> None:
        after = merged(before, _alone(entry))
        if faults := _new(dangling(before), dangling(after)):
            raise RefusedError("; ".join(faults))
        self.rows.put(entry)

    def _stored(self, kind: type[Entry], name: str) -> Any:
        found = getattr(self.stored, TABLES[kind]).get(key_of(kind, name))
        if found is None:
            raise _not_ours(name)
        return found


def key_of(kind: type[Entry], name: str) -> str:
    """Return the name of an entry as the directory compares it."""
    if kind is Application:
        return name.lower()
    return normal_number(name) if kind is Number else name


def _alone(entry: Entry) -> Directory:
    entries: dict[str, Any] = {TABLES[type(entry)]: [entry]}
    return Directory(**entries)


def _not_ours(name: str) -> RefusedError:
    return RefusedError(f"{name} is not in the store; edit the file for its own")


def _new(before: list[str], after: list[str]) -> list[str]:
    return [sentence for sentence in after if sentence not in before]


def checked(kind: type[S], *, strict: bool = True, **values: Any) -> S:
    """Return the settings of a new entry; without `strict` texts may be numbers."""
    given = {key: value for key, value in values.items() if value is not None}
    try:
        return msgspec.convert(given, kind, strict=strict)
    except msgspec.ValidationError as error:
        key, fault, fix = told(error, kind)
        raise RefusedError(fault, key, fix) from error
