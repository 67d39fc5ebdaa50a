"""`offhook signature check`: why a captured webhook's signature does not fit."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from offhook.administration import Admin
from offhook.cli_secrets import Span
from offhook.directory import SigningSecret

if TYPE_CHECKING:
    from typing import BinaryIO

    from offhook.webhooks.diagnosis import Captured

MOST_BYTES: Final = 1_048_576  # of a captured request
SECRET: Final = "OFFHOOK_SIGNING_SECRET"  # noqa: S105  # the name of a variable


@click.group()
def signature() -> None:
    """Signatures of webhooks (docs/signatures.md)."""


@signature.command()
@click.argument("request", type=click.File("rb"))
@click.option("--url", help="The address as it was seen, if not that of the request line.")
@click.option("--secret-file", type=click.Path(exists=True, path_type=Path), multiple=True)
@click.option("--application", help="Try the secrets that Offhook has for this application.")
@click.option("--tolerance", type=Span(), default="5m", show_default=True)
@click.option("--at", type=float, help="Seconds since the epoch to compare with; by default now.")
@click.pass_obj
def check(
    admin: Admin,
    /,
    request: "BinaryIO",
    url: str | None,
    at: float | None,
    tolerance: float,
    **sources: Any,
) -> None:
    """Show what of REQUEST is signed, and what was changed if that does not fit.

    REQUEST is a file (or `-`) with the request as it was captured: request line, headers, an empty
    line, and the body byte for byte. The secret comes from --secret-file, --application, or the
    variable OFFHOOK_SIGNING_SECRET; without them it is asked for.
    """
    from offhook.webhooks.diagnosis import diagnose, sentences, shown

    captured = _captured(request.read(MOST_BYTES + 1), url)
    secrets = list(_secrets(admin, **sources))
    now = admin.clock.wall() if at is None else at
    found = diagnose(captured, secrets, now, tolerance)
    for line in (*sentences(found), *shown(found)):
        click.echo(line)
    sys.exit(0 if found.fits and not found.alterations and not found.faults else 1)


def _secrets(admin: Admin, application: str | None, secret_file: tuple[Path, ...]) -> Iterator[str]:
    """Return what to try; those that have expired as well, for a webhook may be older."""
    given = [path.read_text() for path in secret_file]
    if application:
        name = application.lower()
        entries = admin.entries(SigningSecret)
        given += [each.secret for each in entries if each.application_id.lower() == name]
        if not given:
            raise click.ClickException(f"there is no secret for the application {application}")
    if not given:
        given = [os.environ.get(SECRET) or click.prompt("Secret", hide_input=True)]
    yield from given


def _captured(raw: bytes, url: str | None) -> "Captured":
    """Read a request as it stands in a file; line ends of either kind."""
    from offhook.webhooks.diagnosis import Captured

    if len(raw) > MOST_BYTES:
        raise click.ClickException("the request is longer than 1 MiB")
    ends = [(raw.find(end), end) for end in (b"\r\n\r\n", b"\n\n") if end in raw]
    at, end = min(ends, default=(len(raw), b""))
    first, *lines = raw[:at].decode("latin-1").splitlines() or [""]
    parts = first.split(" ")
    if len(parts) < 2 or not parts[0].isalpha():
        raise click.ClickException(
            "the first line is no request line: write it like POST /voice/answer HTTP/1.1"
        )
    target = " ".join(parts[1:-1] if parts[-1].startswith("HTTP/") else parts[1:])
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise click.ClickException(f"{line!r} is no header: it has no colon")
        headers[name.strip()] = value.strip()
    return Captured(parts[0], url or target, headers, raw[at + len(end) :])
