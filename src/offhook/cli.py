"""The `offhook` command."""

import asyncio
import json
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from offhook import __version__, cli_admin, cli_dev, cli_secrets, cli_signature, cli_webhooks
from offhook.administration import Admin
from offhook.cli_bench import bench
from offhook.cli_call import call
from offhook.cli_doctor import doctor
from offhook.cli_errors import errors
from offhook.cli_explain import explain
from offhook.cli_lint import lint
from offhook.cli_replay import replay
from offhook.cli_tail import tail
from offhook.clock import Clock
from offhook.config import Config, ConfigError, load
from offhook.garbage import uncollected
from offhook.ids import Ids
from offhook.store import Store, StoreError

CONFIG = click.option(
    "--config",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="OFFHOOK_CONFIG",
    help="TOML file; examples/offhook.toml explains every key.",
)


@click.group()
@CONFIG
@click.version_option(__version__, prog_name="offhook")
@click.pass_context
def main(context: click.Context, path: Path | None) -> None:
    """Offhook, a programmable voice server."""

    def configuration() -> Config:
        try:
            return load(path, os.environ)
        except ConfigError as error:
            raise click.ClickException(str(error)) from error

    @contextmanager
    def rows() -> Iterator[Store]:
        try:
            store = Store.open(configuration().settings.store.url, Clock(), threaded=False)
        except StoreError as error:
            raise click.ClickException(str(error)) from error
        try:
            yield store
        finally:
            store.close()

    context.obj = Admin(configuration, rows, Ids(random.SystemRandom()))
    context.meta["offhook.config"] = path


@main.command()
@CONFIG
@click.option("--host", "server__host", help="HTTP address to listen on.")
@click.option("--port", "server__port", type=int, help="HTTP port to listen on; 0 for any.")
@click.option("--base-url", "server__base_url", help="Public URL, as it appears in callUrl.")
@click.option("--sip-host", "sip__host", help="SIP address to listen on.")
@click.option("--sip-port", "sip__port", type=int, help="SIP port to listen on, UDP and TCP.")
@click.option("--store", "store__url", help="Database URL, such as sqlite:///offhook.sqlite3.")
@click.option("--log-format", type=click.Choice(["json", "text"]), default="text")
@click.option("--with-stdin", is_flag=True, help="End when standard input does, as a child should.")
@click.pass_context
def serve(
    context: click.Context,
    /,
    path: Path | None,
    log_format: str,
    with_stdin: bool,
    **overrides: Any,
) -> None:
    """Run the server until interrupted."""
    with uncollected():
        import uvloop

        from offhook.serving.logs import configure
        from offhook.serving.serve import serve as run

    flags = {name.replace("__", "."): value for name, value in overrides.items()}
    try:
        config = load(path or context.meta["offhook.config"], os.environ, flags)
        configure(log_format)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(config, with_stdin=with_stdin))
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
    try:
        from offhook.demo.run import run
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the demo needs {error.name}: install it with `pip install 'offhook[demo]'`"
        ) from error
    sys.exit(run(out))


@main.command()
@click.option("--base-url", default="/", help="Public URL of the server, for its clients.")
def openapi(base_url: str) -> None:
    """Print the description of the REST API (OpenAPI 3.1) as JSON."""
    from offhook.api.assembly import described
    from offhook.api.openapi import document

    click.echo(json.dumps(document(described(), base_url), indent=2))


OWN = (cli_secrets.secrets, cli_signature.signature, cli_webhooks.webhooks, lint, explain, errors)
LIVE = (call, tail, doctor, replay, bench)
for group in (*cli_admin.GROUPS, *cli_dev.COMMANDS, *LIVE, *OWN):
    main.add_command(group)
