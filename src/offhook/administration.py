"""Changing the directory: what the commands of `cli_admin` do to the store's rows.

Values are checked as those of the configuration file are (`settings`); faults are click's own
exceptions, which print as one line.
"""

import random
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

import click
import msgspec

from offhook import sections
from offhook.clock import Clock
from offhook.config import Config, told
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
)
from offhook.ids import Ids

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
class Admin:
    """What the commands work with: the object of click's context."""

    load: Callable[[], Config]
    open_rows: Callable[[], AbstractContextManager[Rows]]
    ids: Ids
    clock: Clock = field(default_factory=Clock)

    @property
    def rng(self) -> random.Random:
        """The source of salts and secrets."""
        return self.ids.rng

    def in_force(self, rows: Rows) -> Directory:
        """Return the store's entries, and the file's over them."""
        return merged(Directory(*rows.load_directory()), self.load().directory(self.rng))

    def entries(self, kind: type[Entry]) -> list[Any]:
        """Return what is in force of a kind, by name."""
        with self.open_rows() as rows:
            table = getattr(self.in_force(rows), TABLES[kind])
        return [table[name] for name in sorted(table)]

    def add(self, entry: Entry, name: str) -> None:
        """Store a new entry that leads nowhere wrong."""
        table = TABLES[type(entry)]
        entries: dict[str, Any] = {table: [entry]}
        addition = Directory(**entries)
        with self.open_rows() as rows:
            before = self.in_force(rows)
            if getattr(before, table).keys() & getattr(addition, table).keys():
                raise click.ClickException(f"{name} exists already")
            after = merged(before, addition)
            if faults := _new(dangling(before), dangling(after)):
                raise click.ClickException("; ".join(faults))
            rows.put(entry)
        click.echo(f"added {name}")

    def remove(self, kind: type[Entry], name: str) -> None:
        """Remove a stored entry; warn of those that need it."""
        with self.open_rows() as rows:
            before = self.in_force(rows)
            if not rows.remove(kind, name):
                raise click.ClickException(f"{name} is not in the store; edit the file for its own")
            after = self.in_force(rows)
        click.echo(f"removed {name}")
        for sentence in _new(dangling(before), dangling(after)):
            click.echo(f"warning: {sentence}", err=True)

    def change(self, kind: type[Entry], name: str, **changes: Any) -> None:
        """Replace fields of a stored entry."""
        with self.open_rows() as rows:
            stored = getattr(Directory(*rows.load_directory()), TABLES[kind])
            if name not in stored:
                raise click.ClickException(f"{name} is not in the store; edit the file for its own")
            rows.put(replace(stored[name], **changes))
        click.echo(f"changed {name}")


def _new(before: list[str], after: list[str]) -> list[str]:
    return [sentence for sentence in after if sentence not in before]


def checked(kind: type[S], **values: Any) -> S:
    """Return the settings of a new entry; a fault becomes an error message."""
    try:
        return msgspec.convert({k: v for k, v in values.items() if v is not None}, kind)
    except msgspec.ValidationError as error:
        key, fault, fix = told(error, kind)
        advice = f" ({fix})" if fix else ""
        raise click.ClickException(f"{key}: {fault}{advice}") from error
