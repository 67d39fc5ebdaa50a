"""Runs the demo and says how it went."""

import asyncio
import tempfile
from pathlib import Path

import click

from offhook.demo.site import DemoError, example_app, running_site
from offhook.demo.story import Demo
from offhook.sip.transport import Address
from offhook.testing.handset import CallOverError
from offhook.testing.server import ServerError
from offhook.testing.telephones import telephones

LIMIT_S = 60.0


def run(out: Path, app: Path | None = None) -> int:
    """Run the demo with an app, by default the example; returns the exit status.

    It is 0 when everything went as it must, else 1.
    """
    try:
        asyncio.run(asyncio.wait_for(_demo(out, app or example_app()), LIMIT_S))
    except (DemoError, CallOverError, ServerError) as error:
        click.secho(f"\nThe demo failed: {error}", fg="red", err=True)
    except TimeoutError:
        click.secho(f"\nThe demo failed: not finished after {LIMIT_S:.0f} s", fg="red", err=True)
    else:
        return 0
    return 1


async def _demo(out: Path, app: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="offhook-demo-") as folder:
        click.echo("Starting a server, a voice app and two telephones on 127.0.0.1 …")
        async with (
            running_site(Path(folder), app) as site,
            telephones(Address("udp", "127.0.0.1", site.server.sip), site.phones) as phones,
        ):
            demo = Demo(site, phones, out, click.echo)
            try:
                await demo.outbound()
                await demo.inbound()
            finally:
                demo.close()
    click.echo()
    for text in demo.checks.passed:
        click.secho(f"  ok  {text}", fg="green")
    click.echo(f"\nListen to what the telephones heard: {out}/outbound.wav and {out}/inbound.wav")
