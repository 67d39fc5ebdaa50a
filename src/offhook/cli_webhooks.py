"""`offhook webhooks`: what became of webhooks, and sending them again, on a running server."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote, urlencode

import click

from offhook.cli_secrets import Span
from offhook.clock import timestamp
from offhook.remote.desk import Desk
from offhook.remote.finding import Wanted, find, options

STATES: Final = ("pending", "delivered", "failed")


@click.group()
@options
@click.pass_context
def webhooks(context: click.Context, /, **wanted: Any) -> None:
    """Webhooks on a running server: list them, show one, send some again (docs/reliability.md)."""
    context.obj = lambda: find(context, Wanted(**wanted)).own


def _listed(desk: Desk, **filters: str | None) -> Iterator[dict[str, Any]]:
    """Return webhooks page by page, oldest first."""
    query = urlencode({name: value for name, value in filters.items() if value})
    while True:
        found, query = desk.ask("GET", f"webhooks?{query}")
        yield from found
        if not query:
            return


def filters(command: Any) -> Any:
    """Add the options that choose among webhooks."""
    for option in (
        click.option("--since", type=Span(), help="Only those of so long ago, such as 2h."),
        click.option("--type", "event_type", help="Only events of this type."),
        click.option("--state", type=click.Choice(STATES)),
        click.option("--failed", is_flag=True, help="The same as --state failed."),
        click.option("--call", "call_id", help="Only those of this call."),
    ):
        command = option(command)
    return command


def _chosen(
    desk: Desk,
    call_id: str | None,
    failed: bool,
    state: str | None,
    event_type: str | None,
    since: float | None,
) -> Iterator[dict[str, Any]]:
    return _listed(
        desk,
        callId=call_id,
        state="failed" if failed else state,
        eventType=event_type,
        since=None if since is None else timestamp(desk.now - since),
    )


@webhooks.command("list")
@filters
@click.pass_obj
def list_webhooks(desk: Any, /, **chosen: Any) -> None:
    """List time, event id, call, number, type and what became of it."""
    for each in _chosen(desk(), **chosen):
        columns = ("createdTime", "eventId", "callId", "sequence", "eventType")
        click.echo("\t".join([*(str(each[name]) for name in columns), _fate(each)]))


def _fate(webhook: dict[str, Any]) -> str:
    said = f"{webhook['state']}: {webhook['failure']}" if webhook["failure"] else webhook["state"]
    again = webhook["redeliveries"]
    return f"{said} (sent again {again} times)" if again else str(said)


@webhooks.command()
@click.argument("event_id")
@click.pass_obj
def show(desk: Any, /, event_id: str) -> None:
    """Show an event: what it says, and every attempt with the reply."""
    found, _ = desk().ask("GET", f"webhooks/{quote(event_id, safe='')}")
    attempts = found.pop("attempts")
    event = found.pop("event")
    for name, value in found.items():
        click.echo(f"{name}: {value}")
    click.echo("event: " + json.dumps(event, indent=2, ensure_ascii=False))
    for number, attempt in enumerate(attempts, 1):
        click.echo("\n".join(_attempt(number, attempt)))


def _attempt(number: int, attempt: dict[str, Any]) -> Iterable[str]:
    came = attempt.get("failure") or attempt.get("status")
    where = " (fallback)" if attempt["fallback"] else ""
    yield f"attempt {number}{where}: {attempt['time']} {attempt['method']} {attempt['url']}"
    for name, value in attempt["headers"].items():
        yield f"  > {name}: {value}"
    if "body" in attempt:
        yield f"  > {attempt['body']}"
    yield f"  {came}, after {attempt['durationMs']} ms"
    for name, value in attempt.get("replyHeaders", {}).items():
        yield f"  < {name}: {value}"
    if attempt.get("reply"):
        yield from (f"  < {line}" for line in attempt["reply"].splitlines())


@webhooks.command()
@click.argument("event_ids", nargs=-1)
@filters
@click.pass_obj
def resend(desk: Any, /, event_ids: tuple[str, ...], **chosen: Any) -> None:
    """Send events again: those of EVENT_IDS, or all that the options choose."""
    if not event_ids and not any(chosen.values()):
        raise click.UsageError("name event ids, or choose with --call, --failed, --since …")
    at = desk()
    ids = list(event_ids)
    if any(chosen.values()):
        ids += [e["eventId"] for e in _chosen(at, **chosen) if _again(e)]
    faults = 0
    for event_id in ids:
        try:
            sent, _ = at.ask("POST", f"webhooks/{quote(event_id, safe='')}/resend")
        except click.ClickException as error:
            click.echo(f"{event_id}\t{error.message}", err=True)
            faults += 1
        else:
            click.echo(f"{event_id}\t{sent['eventType']} is sent again")
    if faults:
        raise click.ClickException(f"{faults} of {len(ids)} are not sent again")


def _again(webhook: dict[str, Any]) -> bool:
    """Whether one of many is to be sent again; of a question the reply would lead nowhere."""
    return not webhook["synchronous"] and webhook["state"] != "pending"
