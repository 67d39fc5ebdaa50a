"""Commands for the secrets that webhooks are signed with: create, rotate, list, expire, remove.

A secret is shown once, when it is made. A running server takes a change over within a second, so a
rotation needs no restart: old and new sign together until the old one expires.
"""

import base64
import re
from dataclasses import replace

import click

from offhook.administration import Admin
from offhook.clock import timestamp
from offhook.directory import Application, SigningSecret

SECRET_BYTES = 32
MOST_IN_USE = 4  # of one application: each is one more signature in every webhook
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
    _make(admin, _application(admin, application_id))


@secrets.command()
@click.argument("application_id")
@click.option("--overlap", type=Span(), default=OVERLAP, help="So long the old ones sign too.")
@click.pass_obj
def rotate(admin: Admin, /, application_id: str, overlap: float) -> None:
    """Make a secret, print it once, and let those there are expire."""
    application = _application(admin, application_id)
    old = [each for each in _in_use(admin, application) if each.created]
    _make(admin, application)
    for each in old:
        _expire(admin, each, admin.clock.wall() + overlap)


@secrets.command("list")
@click.argument("application_id", required=False)
@click.pass_obj
def list_secrets(admin: Admin, /, application_id: str | None) -> None:
    """List id, application, creation and end of secrets, never the secrets."""
    wanted = _application(admin, application_id) if application_id else None
    for each in admin.entries(SigningSecret):
        if wanted in (None, each.application_id):
            made = timestamp(each.created) if each.created else "in the file"
            click.echo("\t".join([each.id, each.application_id, made, _end(admin, each)]))


@secrets.command()
@click.argument("secret_id")
@click.option("--after", type=Span(), default="0s", help="So long it signs still.")
@click.pass_obj
def expire(admin: Admin, /, secret_id: str, after: float) -> None:
    """Sign nothing with the secret SECRET_ID any more, from now or later on."""
    for each in admin.entries(SigningSecret):
        if each.id == secret_id:
            _expire(admin, each, admin.clock.wall() + after)
            return
    raise click.ClickException(f"there is no secret {secret_id}")


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


def _in_use(admin: Admin, application_id: str) -> list[SigningSecret]:
    now = admin.clock.wall()
    found: list[SigningSecret] = admin.entries(SigningSecret)
    return [e for e in found if e.application_id.lower() == application_id and e.signs(now)]


def _make(admin: Admin, application_id: str) -> None:
    if len(_in_use(admin, application_id)) >= MOST_IN_USE:
        raise click.ClickException(
            f"{application_id} has {MOST_IN_USE} secrets in use, which is all it may have: "
            "expire one of them first (`offhook secrets list`)"
        )
    raw = base64.urlsafe_b64encode(admin.rng.randbytes(SECRET_BYTES)).decode().rstrip("=")
    made = SigningSecret(
        f"k-{admin.ids.token(32)}", application_id, f"ohs_{raw}", created=admin.clock.wall()
    )
    admin.add(made, made.id)
    click.echo(f"secret: {made.secret}")


def _expire(admin: Admin, secret: SigningSecret, at: float) -> None:
    end = at if secret.expires is None else min(at, secret.expires)
    admin.change(SigningSecret, secret.id, expires=end)
    click.echo(f"{secret.id} {_end(admin, replace(secret, expires=end))}")


def _end(admin: Admin, secret: SigningSecret) -> str:
    if secret.expires is None:
        return "in use"
    said = timestamp(secret.expires)
    return f"in use until {said}" if secret.signs(admin.clock.wall()) else f"expired {said}"
