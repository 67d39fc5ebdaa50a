"""`offhook webhooks`: what became of webhooks, and sending them again, on a running server."""

import base64
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import quote, urlencode

import click

from offhook.administration import Admin
from offhook.cli_secrets import Span
from offhook.clock import timestamp
from offhook.directory import Account

ANSWER_S: Final = 30.0
USER: Final = "OFFHOOK_API_USER"
PASSWORD: Final = "OFFHOOK_API_PASSWORD"  # noqa: S105  # the name of a variable
STATES: Final = ("pending", "delivered", "failed")


@dataclass(frozen=True, slots=True)
class Desk:
    """An account's webhooks on a running server, as one of its users."""

    base: str  # of the account, below /offhook/v1
    user: str
    password: str = field(repr=False)
    now: float

    def ask(self, method: str, path: str) -> tuple[Any, str]:
        """Return JSON and the query of the next page; what goes wrong becomes a message."""
        request = urllib.request.Request(f"{self.base}/{path}", method=method)  # noqa: S310
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {pair}")  # for this server alone
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
                link = answer.headers.get("Link") or ""
                return json.loads(answer.read()), link.partition(">")[0].partition("?")[2]
        except urllib.error.HTTPError as error:
            raise click.ClickException(f"HTTP {error.code}: {_said(error.read())}") from error
        except (OSError, HTTPException) as error:
            raise click.ClickException(f"no answer from {self.base}: {error}") from error
        except ValueError as error:
            raise click.ClickException(f"{self.base} answers no JSON: is it Offhook?") from error

    def webhooks(self, **filters: str | None) -> Iterator[dict[str, Any]]:
        """Return webhooks page by page, oldest first."""
        query = urlencode({name: value for name, value in filters.items() if value})
        while True:
            found, query = self.ask("GET", f"webhooks?{query}")
            yield from found
            if not query:
                return


def _said(body: bytes) -> str:
    try:
        return str(json.loads(body)["description"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")


@click.group()
@click.option("--server", help="Its base URL; by default that of the configuration.")
@click.option("--account", help="The account's id; not needed if there is only one.")
@click.option("--user", help=f"A user of the account; by default {USER} of the environment.")
@click.option("--password-stdin", is_flag=True, help=f"Read it from stdin, not from {PASSWORD}.")
@click.pass_context
def webhooks(
    context: click.Context,
    /,
    server: str | None,
    account: str | None,
    user: str | None,
    password_stdin: bool,
) -> None:
    """Webhooks on a running server: list them, show one, send some again (docs/reliability.md)."""
    admin: Admin = context.obj

    def desk() -> Desk:
        settings = admin.load().settings.server
        base = server or settings.base_url or f"http://{settings.host}:{settings.port}"
        if not base.startswith(("http://", "https://")):
            raise click.ClickException(f"{base} is no http or https URL")
        below = f"{base.rstrip('/')}/offhook/v1/accounts/{account or _only_account(admin)}"
        name = user or os.environ.get(USER) or click.prompt("User")
        return Desk(below, name, _password(password_stdin), admin.clock.wall())

    context.obj = desk


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return os.environ.get(PASSWORD) or str(click.prompt("Password", hide_input=True))


def _only_account(admin: Admin) -> str:
    found = [each.id for each in admin.entries(Account)]
    if len(found) != 1:
        raise click.ClickException(f"say which account with --account: {', '.join(found)}")
    return str(found[0])


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
    return desk.webhooks(
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
