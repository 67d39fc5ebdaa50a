"""Commands for the secrets that webhooks are signed with: create, rotate, list, expire, remove.

A secret is shown once, when it is made. A running server takes a change over within a second, so a
rotation needs no restart: old and new sign together until the old one expires.
"""

import re

import click

from offhook.administration import Admin
from offhook.clock import timestamp
from offhook.directory import Application, SigningSecret
from offhook.keyring import Keyring

OVERLAP = "24h"
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Span(click.ParamType[float]):
    """A length of time such as 30m; its value is in seconds."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"([0-9]{1,6})([smhd])", str(value))
        if found is None:
            self.fail(f"{value!r} is no time: write it like 30m, 24h or 7d", param, ctx)
        return float(int(found[1]) * _UNITS_S[found[2]])


@click.group()
def secrets() -> None:
    """Secrets that webhooks are signed with (docs/signatures.md)."""


@secrets.command()
@click.argument("application_id")
@click.pass_obj
def create(admin: Admin, /, application_id: str) -> None:
    """Make a secret for the application APPLICATION_ID and print it, once."""
    application = _application(admin, application_id)
    with admin.keyring() as keyring:
        _tell(keyring.make(application))


@secrets.command()
@click.argument("application_id")
@click.option("--overlap", type=Span(), default=OVERLAP, help="So long the old ones sign too.")
@click.pass_obj
def rotate(admin: Admin, /, application_id: str, overlap: float) -> None:
    """Make a secret, print it once, and let those there are expire."""
    application = _application(admin, application_id)
    with admin.keyring() as keyring:
        made, old = keyring.rotate(application, overlap)
        _tell(made)
        _tell_ends(keyring, *old)


@secrets.command("list")
@click.argument("application_id", required=False)
@click.pass_obj
def list_secrets(admin: Admin, /, application_id: str | None) -> None:
    """List id, application, creation and end of secrets, never the secrets."""
    wanted = _application(admin, application_id) if application_id else None
    with admin.keyring() as keyring:
        found = keyring.clerk.in_force.secrets
    for name in sorted(found):
        each = found[name]
        if wanted in (None, each.application_id):
            made = timestamp(each.created) if each.created else "in the file"
            click.echo("\t".join([each.id, each.application_id, made, keyring.end(each)]))


@secrets.command()
@click.argument("secret_id")
@click.option("--after", type=Span(), default="0s", help="So long it signs still.")
@click.pass_obj
def expire(admin: Admin, /, secret_id: str, after: float) -> None:
    """Sign nothing with the secret SECRET_ID any more, from now or later on."""
    with admin.keyring() as keyring:
        found = keyring.clerk.in_force.secrets.get(secret_id)
        if found is None:
            raise click.ClickException(f"there is no secret {secret_id}")
        _tell_ends(keyring, keyring.expire(found, after))


@secrets.command()
@click.argument("secret_id")
@click.pass_obj
def remove(admin: Admin, /, secret_id: str) -> None:
    """Forget a secret; nothing is signed with it any more."""
    admin.remove(SigningSecret, secret_id)


def _application(admin: Admin, application_id: str) -> str:
    name = application_id.lower()
    if name not in {each.id.lower() for each in admin.entries(Application)}:
        raise click.ClickException(f"there is no application {application_id}")
    return name


def _tell(made: SigningSecret) -> None:
    """Say what was made; this is the only time that the secret is shown."""
    click.echo(f"added {made.id}")
    click.echo(f"secret: {made.secret}")


def _tell_ends(keyring: Keyring, *expiring: SigningSecret) -> None:
    for each in expiring:
        click.echo(f"changed {each.id}")
        click.echo(f"{each.id} {keyring.end(each)}")
