"""The `offhook` command."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import click

from offhook import __version__

CONFIG = click.option(
    "--config",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file; examples/offhook.toml explains every key.",
)


@click.group()
@click.version_option(__version__, prog_name="offhook")
def main() -> None:
    """Offhook, a programmable voice server."""


@main.command()
@CONFIG
@click.option("--host", "server__host", help="HTTP address to listen on.")
@click.option("--port", "server__port", type=int, help="HTTP port to listen on; 0 for any.")
@click.option("--base-url", "server__base_url", help="Public URL, as it appears in callUrl.")
@click.option("--sip-host", "sip__host", help="SIP address to listen on.")
@click.option("--sip-port", "sip__port", type=int, help="SIP port to listen on, UDP and TCP.")
@click.option("--store", "store__url", help="Database URL, such as sqlite:///offhook.sqlite3.")
@click.option("--log-format", type=click.Choice(["json", "text"]), default="text")
def serve(path: Path | None, log_format: str, **overrides: Any) -> None:
    """Run the server until interrupted."""
    import uvloop

    from offhook.config import ConfigError, load
    from offhook.serving.logs import configure
    from offhook.serving.serve import serve as run
    from offhook.store import StoreError

    try:
        flags = {name.replace("__", "."): value for name, value in overrides.items()}
        config = load(path, os.environ, flags)
        configure(log_format)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(config))
    except (ConfigError, StoreError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        sys.exit(130)


@main.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    help="Folder for the WAV files of what the telephones heard.",
)
def demo(out: Path) -> None:
    """Place one call out and take one in, over real SIP and RTP, and check what was heard."""
    from offhook.demo.run import run

    sys.exit(run(out))
