"""Changing the directory from the command line: `clerk` does it, and click says how it went.

Faults are click's own exceptions, which print as one line.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click

from offhook import sections
from offhook.clerk import TABLES, Clerk, Entry, RefusedError, Rows
from offhook.clerk import checked as read
from offhook.clock import Clock
from offhook.config import Config
from offhook.ids import Ids
from offhook.keyring import Keyring

S = TypeVar("S", bound=sections.Section)


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

    @contextmanager
    def clerk(self) -> Iterator[Clerk]:
        """Work on the rows of the store; what is refused ends the command."""
        with self.open_rows() as rows:
            try:
                yield Clerk(rows, self.load().directory(self.rng))
            except RefusedError as refused:
                raise click.ClickException(str(refused)) from refused

    @contextmanager
    def keyring(self) -> Iterator[Keyring]:
        """Work on the secrets of the store."""
        with self.clerk() as found:
            yield Keyring(found, self.ids, self.clock)

    def entries(self, kind: type[Entry]) -> list[Any]:
        """Return what is in force of a kind, by name."""
        with self.clerk() as found:
            table = getattr(found.in_force, TABLES[kind])
        return [table[name] for name in sorted(table)]

    def add(self, entry: Entry, name: str) -> None:
        """Store a new entry that leads nowhere wrong."""
        with self.clerk() as found:
            found.add(entry, name)
        click.echo(f"added {name}")

    def remove(self, kind: type[Entry], name: str) -> None:
        """Remove a stored entry; warn of those that need it."""
        with self.clerk() as found:
            loose = found.remove(kind, name)
        click.echo(f"removed {name}")
        for sentence in loose:
            click.echo(f"warning: {sentence}", err=True)

    def change(self, kind: type[Entry], name: str, **changes: Any) -> None:
        """Replace fields of a stored entry."""
        with self.clerk() as found:
            found.change(kind, name, **changes)
        click.echo(f"changed {name}")


def checked(kind: type[S], **values: Any) -> S:
    """Return the settings of a new entry; a fault becomes an error message."""
    try:
        return read(kind, **values)
    except RefusedError as refused:
        raise click.ClickException(str(refused)) from refused
