"""`offhook tail`: what happens on a running server, as it happens."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import click

from offhook.cli_secrets import Span
from offhook.clock import timestamp
from offhook.records import Event
from offhook.remote.finding import Wanted, find, options

TEXTS: Final = {"message": "|", "text": "|", "body": ">", "reply": "<"}  # members with texts

if TYPE_CHECKING:
    from offhook.remote.finding import Server


@click.command()
@click.argument("call", required=False)
@click.option(
    "--event",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="Only events of this kind: `webhook`, or exactly `webhook.failed`; may be repeated.",
)
@click.option("--since", type=Span(), help="Begin so long ago, such as 10m; else with what comes.")
@click.option("--json", "as_json", is_flag=True, help="Print each event as a line of JSON.")
@click.option("--verbose", "-v", is_flag=True, help="With documents, bodies and SIP messages.")
@options
@click.pass_context
def tail(
    context: click.Context,
    /,
    call: str | None,
    kinds: tuple[str, ...],
    since: float | None,
    **given: Any,
) -> None:
    """Follow the event log of CALL (or of a conference), or of all calls of the account.

    With CALL the whole log is told, and the command ends with the call. Without it, it ends with
    Ctrl-C; a server that stops and starts again is waited for.
    """
    form = Form(given.pop("as_json"), given.pop("verbose"))
    server = find(context, Wanted(**given))
    begin = None if since is None else server.now - since
    try:
        for event in _wanted(_events(server, call, begin), kinds):
            click.echo(form.shown(event, lambda each: human(each, call is None)))
    except KeyboardInterrupt:
        sys.exit(0)


def _events(server: "Server", call: str | None, begin: float | None) -> Iterator[Event]:
    from offhook.remote import follow

    line = follow.Line(server.own, lambda text: click.echo(text, err=True))
    if call is None:
        since = None if begin is None else timestamp(begin)
        return follow.everything(line, since=since)
    found = follow.log(line, quote(call, safe=""))
    return (event for event in found if begin is None or event.at >= begin)


def _wanted(events: Iterable[Event], kinds: tuple[str, ...]) -> Iterator[Event]:
    for event in events:
        noun = event.kind.partition(".")[0]
        if not kinds or event.kind in kinds or noun in kinds:
            yield event


def machine(event: Event) -> str:
    """Return an event as a line of JSON, as REST has it."""
    data = {
        "callId": event.call_id,
        "number": event.number,
        "time": timestamp(event.at),
        "kind": event.kind,
        "data": event.data,
    }
    return json.dumps(data)


@dataclass(frozen=True, slots=True)
class Form:
    """How events are printed."""

    as_json: bool
    verbose: bool

    def shown(self, event: Event, line: Callable[[Event], str]) -> str:
        """Return what is printed of an event, which `line` tells people."""
        if self.as_json:
            return machine(event)
        return "\n".join([line(event), *(details(event) if self.verbose else ())])


def details(event: Event) -> Iterator[str]:
    """Yield the texts of an event, indented: what was sent, then what came back."""
    from offhook.timeline import printable

    for name, mark in TEXTS.items():
        text = event.data.get(name)
        for line in text.splitlines() if isinstance(text, str) else ():
            yield f"{'':10}{mark} {printable(line)}"


def human(event: Event, many: bool) -> str:
    """Return an event as a line for people: time of day (UTC), call if there are many, text."""
    from offhook.timeline import told

    at = datetime.fromtimestamp(event.at, UTC).strftime("%H:%M:%S.%f")[:-3]
    return f"{at}  {event.call_id}  {told(event)}" if many else f"{at}  {told(event)}"
