"""Commands that change the directory: accounts, users, applications, numbers, trunks; config check.

They work on the store, and a running server takes a change over; what the configuration file says
is the operator's to edit. `cli.py` adds GROUPS to its own and puts an Admin into click's context.
"""

import sys
from collections.abc import Callable, Iterable
from typing import Any

import click

from offhook import settings
from offhook.administration import Admin, checked
from offhook.directory import Account, Application, Number, Trunk, User, dangling

Command = Callable[..., None]


def show(rows: Iterable[tuple[object, ...]]) -> None:
    """Print rows, their columns separated by tabs."""
    for row in rows:
        click.echo("\t".join(map(str, row)))


@click.group()
def accounts() -> None:
    """Accounts: tenants and their limits."""


@accounts.command("list")
@click.pass_obj
def list_accounts(admin: Admin, /) -> None:
    """List id, name and state."""
    show((a.id, a.name, "suspended" if a.suspended else "on") for a in admin.entries(Account))


@accounts.command("add")
@click.argument("account_id")
@click.option("--name", default="", help="What it is called.")
@click.option("--cps", type=float, help="Calls per second, both directions.")
@click.option("--sessions", type=int, help="Calls at once.")
@click.option("--queueing/--no-queueing", default=True, help="Queue calls beyond cps.")
@click.option("--allow", multiple=True, help="A network requests may come from.")
@click.pass_obj
def add_account(admin: Admin, /, account_id: str, allow: tuple[str, ...], **values: Any) -> None:
    """Add the account ACCOUNT_ID (digits)."""
    made = checked(settings.AccountSettings, id=account_id, allowed_networks=allow, **values)
    admin.add(made.value(), account_id)


@accounts.command("remove")
@click.argument("account_id")
@click.pass_obj
def remove_account(admin: Admin, /, account_id: str) -> None:
    """Remove an account."""
    admin.remove(Account, account_id)


@accounts.command("suspend")
@click.argument("account_id")
@click.pass_obj
def suspend_account(admin: Admin, /, account_id: str) -> None:
    """Answer everything on the account with 403 Forbidden."""
    admin.change(Account, account_id, suspended=True)


@accounts.command("resume")
@click.argument("account_id")
@click.pass_obj
def resume_account(admin: Admin, /, account_id: str) -> None:
    """End a suspension."""
    admin.change(Account, account_id, suspended=False)


def password_options(command: Command) -> Command:
    """Add the ways to give a password; without one of them it is asked for."""
    command = click.option("--password-stdin", is_flag=True, help="Read it from stdin.")(command)
    return click.option("--generate", is_flag=True, help="Make one and print it once.")(command)


def ask_password(admin: Admin, password_stdin: bool, generate: bool) -> str:
    """Return the password, from where the options say."""
    if generate:
        return admin.ids.token(128)
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not password:
        raise click.ClickException("the password is empty")
    return str(password)


@click.group()
def users() -> None:
    """Users and API clients."""


@users.command("list")
@click.pass_obj
def list_users(admin: Admin, /) -> None:
    """List name, accounts and state."""
    show(
        (u.name, ",".join(u.roles), "on" if u.enabled else "disabled") for u in admin.entries(User)
    )


@users.command("add")
@click.argument("name")
@click.option("--account", "accounts", multiple=True, required=True, help="An account's id.")
@click.option("--role", "roles", multiple=True, default=("voice",), help="A role on them.")
@password_options
@click.pass_obj
def add_user(
    admin: Admin, /, name: str, password_stdin: bool, generate: bool, **values: Any
) -> None:
    """Add the user NAME, who is also the client of that id for tokens."""
    password = ask_password(admin, password_stdin, generate)
    made = checked(settings.UserSettings, name=name, password=password, **values)
    admin.add(made.value(admin.rng), name)
    if generate:
        click.echo(f"password: {password}")


@users.command("password")
@click.argument("name")
@password_options
@click.pass_obj
def change_password(admin: Admin, /, name: str, password_stdin: bool, generate: bool) -> None:
    """Give a user another password; tokens made with the old one end."""
    password = ask_password(admin, password_stdin, generate)
    made = checked(settings.UserSettings, name=name, password=password).value(admin.rng)
    admin.change(User, name, password_hash=made.password_hash)
    if generate:
        click.echo(f"password: {password}")


@users.command("remove")
@click.argument("name")
@click.pass_obj
def remove_user(admin: Admin, /, name: str) -> None:
    """Remove a user."""
    admin.remove(User, name)


@click.group()
def applications() -> None:
    """Applications: what inbound calls run."""


@applications.command("list")
@click.pass_obj
def list_applications(admin: Admin, /) -> None:
    """List id, account, name and initiate URL."""
    show(
        (a.id, a.account_id, a.name, a.initiate.primary.url if a.initiate else "-")
        for a in admin.entries(Application)
    )


@applications.command("add")
@click.argument("name")
@click.option("--account", required=True, help="The account's id.")
@click.option("--id", "application_id", help="A UUID; one is made if there is none.")
@click.option("--initiate-url", help="Asked what to do with an inbound call.")
@click.option("--initiate-fallback-url", help="Asked when that fails.")
@click.option("--status-url", help="Told how inbound calls ended.")
@click.option("--username", help="For these URLs.")
@click.option("--password", help="For these URLs.")
@click.pass_obj
def add_application(admin: Admin, /, application_id: str | None, **values: Any) -> None:
    """Add the application NAME and print its id."""
    made_id = application_id or admin.ids.uuid()
    admin.add(checked(settings.ApplicationSettings, id=made_id, **values).value(), made_id)


@applications.command("remove")
@click.argument("application_id")
@click.pass_obj
def remove_application(admin: Admin, /, application_id: str) -> None:
    """Remove an application."""
    admin.remove(Application, application_id)


@click.group()
def numbers() -> None:
    """Telephone numbers and the applications they lead to."""


@numbers.command("list")
@click.pass_obj
def list_numbers(admin: Admin, /) -> None:
    """List number and application."""
    show((n.number, n.application_id) for n in admin.entries(Number))


@numbers.command("add")
@click.argument("number")
@click.option("--application", required=True, help="The application's id.")
@click.pass_obj
def add_number(admin: Admin, /, number: str, application: str) -> None:
    """Lead calls for NUMBER (E.164, or the user of a SIP URI) to an application."""
    made = checked(settings.NumberSettings, number=number, application=application)
    admin.add(made.value(), number)


@numbers.command("remove")
@click.argument("number")
@click.pass_obj
def remove_number(admin: Admin, /, number: str) -> None:
    """Take calls for a number no longer."""
    admin.remove(Number, number)


@click.group()
def trunks() -> None:
    """SIP peers: where calls go out, and whom they may come in from."""


@trunks.command("list")
@click.pass_obj
def list_trunks(admin: Admin, /) -> None:
    """List name, address and the numbers it takes."""
    show(
        (t.name, f"{t.host}:{t.port}/{t.transport}", ",".join(t.patterns))
        for t in admin.entries(Trunk)
    )


@trunks.command("add")
@click.argument("name")
@click.option("--host", required=True, help="Host name or address.")
@click.option("--port", type=int, help="5060 if not given.")
@click.option("--transport", help="udp or tcp.")
@click.option("--username", help="If the peer asks for a password.")
@click.option("--password", help="If the peer asks for it.")
@click.option("--source", "allowed_sources", multiple=True, help="A network calls come from.")
@click.option("--pattern", "patterns", multiple=True, default=("*",), help="Such as +1*.")
@click.pass_obj
def add_trunk(admin: Admin, /, name: str, **values: Any) -> None:
    """Add the SIP peer NAME."""
    admin.add(checked(settings.TrunkSettings, name=name, **values).value(), name)


@trunks.command("remove")
@click.argument("name")
@click.pass_obj
def remove_trunk(admin: Admin, /, name: str) -> None:
    """Remove a SIP peer."""
    admin.remove(Trunk, name)


@click.group()
def config() -> None:
    """The configuration file."""


@config.command("check")
@click.pass_obj
def check_config(admin: Admin, /) -> None:
    """Read the file, the variables and the store, and say what is wrong."""
    with admin.clerk() as found:
        faults = dangling(found.in_force)
    if faults:
        raise click.ClickException("\n".join(faults))
    click.echo("the configuration is sound")


GROUPS = (accounts, users, applications, numbers, trunks, config)
