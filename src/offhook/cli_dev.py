"""`offhook dev`, a phone network in a box, and `offhook dial`: somebody in it calls you."""

import asyncio
import os
import sys
from pathlib import Path

import click

FOLDER = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".offhook-dev"),
    show_default=True,
    help="Where configuration, store and log are kept.",
)
PERSONAS = click.option(
    "--personas",
    type=click.Path(dir_okay=False, path_type=Path),
    help="YAML file with personas of your own (docs/dev.md).",
)
PORTS = click.IntRange(1, 65_535)


@click.command()
@FOLDER
@click.option("--port", type=PORTS, help="HTTP port; by default 8080, or a free one.")
@click.option("--app", metavar="URL", help="Base URL of your app; by default one that greets.")
@click.option(
    "--browser/--no-browser",
    default=None,
    help="Show the console in your browser; by default where there is a display, and never in CI.",
)
@PERSONAS
def dev(
    folder: Path,
    port: int | None,
    app: str | None,
    browser: bool | None,
    personas: Path | None,
) -> None:
    """Run a server and telephones that behave, on this machine alone, until interrupted.

    Everything is printed: where console and API are, who has which number, and every event of
    every call.
    Calls to your number go to URL/voice/initiate and URL/voice/status (docs/dev.md).
    """
    from offhook.dev.browser import is_seen
    from offhook.dev.run import Wishes, run
    from offhook.dev.site import DevError

    if app is not None and not app.startswith(("http://", "https://")):
        raise click.UsageError(f"--app: {app} is no http or https URL")
    if browser is None:
        browser = is_seen(os.environ, sys.stdout.isatty())
    try:
        asyncio.run(run(Wishes(folder, port, app, browser, personas), click.echo))
    except DevError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.argument("caller", default="+12025550101")
@click.option("--to", default="+12025550100", show_default=True, help="The number to call.")
@FOLDER
@PERSONAS
def dial(caller: str, to: str, folder: Path, personas: Path | None) -> None:
    """Have CALLER, a number of `offhook dev`, call your app; Ctrl-C hangs up.

    Ends with status 1 when the call is not answered.
    """
    from offhook.config import ConfigError, load
    from offhook.dev.dial import dial as place
    from offhook.dev.site import DevError, everybody

    path = folder / "offhook.toml"
    if not path.exists():
        raise click.ClickException(f"no network in {folder}: start one with `offhook dev`")
    try:
        port = load(path).settings.sip.port
        answered = asyncio.run(place(caller, to, port, click.echo, everybody(personas)))
    except (ConfigError, DevError, OSError) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0 if answered else 1)


COMMANDS = (dev, dial)
