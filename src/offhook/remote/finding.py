"""Which server a command means, and who asks: options, `offhook dev`, configuration."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click

from offhook import beacon
from offhook.administration import Admin
from offhook.beacon import Beacon
from offhook.directory import Account
from offhook.remote.desk import Desk

USER: Final = "OFFHOOK_API_USER"
PASSWORD: Final = "OFFHOOK_API_PASSWORD"  # noqa: S105  # the name of a variable
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options say of the server."""

    server: str | None = None
    account: str | None = None
    user: str | None = None
    password_stdin: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, an account there, and its two APIs; `dev` if it is a network in a box."""

    url: str  # without a final slash
    account: str
    user: str
    password: str
    now: float
    dev: Beacon | None

    @property
    def voice(self) -> Desk:
        """What the contract has below the account."""
        return self._desk(f"api/v2/accounts/{self.account}")

    @property
    def own(self) -> Desk:
        """What Offhook has below the account beyond the contract."""
        return self._desk(f"offhook/v1/accounts/{self.account}")

    @property
    def root(self) -> Desk:
        """What Offhook has below no account."""
        return self._desk("offhook/v1")

    def _desk(self, below: str) -> Desk:
        return Desk(f"{self.url}/{below}", self.user, self.password, self.now)


def options(command: F) -> F:
    """Add the options that name a server and its user; `wanted` takes them out again."""
    for option in (
        click.option("--server", help="Its base URL; else `offhook dev`, or the configuration's."),
        click.option("--account", help="The account's id; not needed if there is only one."),
        click.option("--user", help=f"A user of the account; else {USER} of the environment."),
        click.option("--password-stdin", is_flag=True, help=f"Read it from stdin, not {PASSWORD}."),
    ):
        command = option(command)
    return command


def find(context: click.Context, wanted: Wanted) -> Server:
    """Return the server that is meant; asks for what it is not told; raises ClickException."""
    admin: Admin = context.find_root().obj
    configured = context.find_root().meta.get("offhook.config") is not None
    dev, base = _place(admin, wanted.server, configured)
    known = dev if wanted.user is None and not os.environ.get(USER) else None
    return Server(
        url=base,
        account=wanted.account or (dev.account if dev else _only_account(admin)),
        user=known.user if known else _user(wanted.user),
        password=known.password if known else _password(wanted.password_stdin),
        now=admin.clock.wall(),
        dev=dev,
    )


def _place(admin: Admin, server: str | None, configured: bool) -> tuple[Beacon | None, str]:
    """Return the network in a box that is meant, if it is one, and the base URL."""
    if server is None and not configured:
        boxes = beacon.meant()
        if len(boxes) == 1:
            return boxes[0], boxes[0].url
        if boxes:
            urls = ", ".join(each.url for each in boxes)
            raise click.ClickException(f"several `offhook dev` run: choose with --server: {urls}")
    if server is None:
        settings = admin.load().settings.server
        server = settings.base_url or f"http://{settings.host}:{settings.port}"
    if not server.startswith(("http://", "https://")):
        raise click.ClickException(f"{server} is no http or https URL")
    base = server.rstrip("/")
    return next((each for each in beacon.seen() if each.url == base), None), base


def _user(given: str | None) -> str:
    return given or os.environ.get(USER) or str(click.prompt("User", err=True))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given = os.environ.get(PASSWORD)
    return given or str(click.prompt("Password", hide_input=True, err=True))


def _only_account(admin: Admin) -> str:
    found = [each.id for each in admin.entries(Account)]
    if len(found) != 1:
        raise click.ClickException(f"say which account with --account: {', '.join(found)}")
    return str(found[0])
