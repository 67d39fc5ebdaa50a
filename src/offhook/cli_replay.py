"""`offhook replay`: does the changed app still do what it did on a past call?"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from offhook import beacon
from offhook.administration import Admin
from offhook.directory import Account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from offhook.config import Config
    from offhook.records import CallRecord
    from offhook.replay.run import Verdict
    from offhook.replay.tape import Tape
    from offhook.store import Store

DEV: Final = Path(".offhook-dev/offhook.toml")
STDIN: Final = "-"
FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("call", metavar="CALL|FILE|-")
@click.option("--app", metavar="URL", help="Where the app is now; else where it was on the call.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Keep both logs here.")
@click.pass_context
def replay(context: click.Context, /, call: str, app: str | None, out: Path | None) -> None:
    """Run a past call again with its recorded inputs, and show the first difference.

    CALL is the id of a call in the store, or FILE what --out has written. The app is asked for
    real, the telephone network is not: it runs in virtual time (docs/tools.md). Exits with 0 if
    there is no difference, with 1 if there is one, with 2 if the call cannot be replayed.
    """
    from offhook.replay.tape import ReplayError, checked, write

    if app is not None and not app.startswith(("http://", "https://")):
        raise click.UsageError(f"--app: {app} is no http or https URL")
    config = _config(context)
    _quiet()
    try:
        tape = checked(_tape(call, config))
        verdict = _run(tape, app, config)
    except ReplayError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    if out is not None:
        found = verdict.difference
        out.write_bytes(write(tape, verdict.replayed, found.as_data() if found else None))
    click.echo("\n".join(_told(verdict)))
    sys.exit(1 if verdict.difference else 0)


def _config(context: click.Context) -> "Config":
    """Return the configuration that is named, else that of a network in a box, else the usual."""
    from offhook.config import ConfigError, load

    root = context.find_root()
    admin: Admin = root.obj
    if root.meta.get("offhook.config") is not None:
        return admin.load()
    running = beacon.meant()
    path = Path(running[0].config) if len(running) == 1 else DEV
    try:
        return load(path) if path.exists() else admin.load()
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


def _tape(call: str, config: "Config") -> "Tape":
    from offhook.clock import Clock
    from offhook.replay.tape import ReplayError, Tape, read
    from offhook.store import Store, StoreError

    if call == STDIN:
        return read(sys.stdin.buffer.read())
    if Path(call).is_file():
        return read(Path(call).read_bytes())
    url = config.settings.store.url
    try:
        store = Store.open(url, Clock(), threaded=False)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    try:
        record = store.any_call(call)
        if record is None:
            fix = "name its configuration with `offhook --config FILE replay`, or a file of --out"
            raise ReplayError(f"{call} is no call of {url}: {fix}")
        legs = [Tape(leg, store.events(leg.call_id)) for leg in _legs(store, record)]
        return Tape(record, store.events(call), tuple(legs))
    finally:
        store.close()


def _legs(store: "Store", call: "CallRecord") -> "Iterator[CallRecord]":
    """Yield the calls that a call has placed, oldest first."""
    from offhook.requests import CallFilter, position

    place: tuple[float, str] | None = position(call)
    while place is not None:
        page = store.calls(call.account_id, CallFilter(after=place))
        yield from (each for each in page if each.parent_call_id == call.call_id)
        over = not page or position(page[-1])[0] > (call.end_time or 0.0)
        place = None if over else position(page[-1])


def _run(tape: "Tape", app: str | None, config: "Config") -> "Verdict":
    from offhook.clock import Clock
    from offhook.directory import Directory, merged
    from offhook.doctor.disk import stored
    from offhook.replay.run import replay

    known = merged(Directory(*stored(config.settings.store.url)), config.directory())
    account = known.accounts.get(tape.call.account_id) or Account(tape.call.account_id)
    secrets = known.signing_secrets(tape.call.application_id, Clock().wall())
    return replay(tape, app, account, config.settings.webhooks, secrets)


def _told(verdict: "Verdict") -> list[str]:
    from offhook.timeline import printable

    if verdict.difference is not None:
        return [printable(line) for line in verdict.difference.lines()]
    same = f"no difference in {verdict.steps} steps"
    if verdict.cut:
        return [f"{same}; not followed further: {verdict.cut}"]
    return [same]


def _quiet() -> None:
    """Keep the server that runs inside from telling what it does."""
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
