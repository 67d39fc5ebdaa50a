"""`offhook call`: place a call from the shell and watch it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click

from offhook.administration import Admin
from offhook.cli_tail import Form
from offhook.directory import Application, Number
from offhook.records import Event
from offhook.remote.finding import Server, Wanted, find, options

if TYPE_CHECKING:
    from offhook.lint.sources import Source
    from offhook.remote.calling import Outcome

NOT_GOOD: Final = 3  # exit status: the call ended otherwise than by hanging up
INTERRUPTED: Final = 130
OF_THE_CALL: Final = ("from_", "answer_url", "bxml", "application", "timeout")  # options


@click.command()
@click.argument("to")
@click.option("--from", "from_", help="Who calls; else the account's only number.")
@click.option("--answer-url", metavar="URL", help="Where the call's document comes from.")
@click.option("--bxml", metavar="FILE|-|<Response>", help="The document itself.")
@click.option("--application", metavar="ID", help="Else the account's only application.")
@click.option("--timeout", type=click.FloatRange(1, 300), help="So many seconds it may ring.")
@click.option("--json", "as_json", is_flag=True, help="Print lines of JSON: events, the outcome.")
@click.option("--verbose", "-v", is_flag=True, help="With documents, bodies and SIP messages.")
@options
@click.pass_context
def call(context: click.Context, /, to: str, **given: Any) -> None:
    """Place a call to TO and tell all that happens on it until it has ended.

    Without options the call is placed on a running `offhook dev` and answered by its app. Ctrl-C
    completes the call. Exits with 0 if it ended by hanging up, with 3 if otherwise, with 1 if it
    was not placed or lost sight of, and with 130 if it was interrupted.
    """
    form = Form(given.pop("as_json"), given.pop("verbose"))
    from_, answer_url, bxml, application, timeout = (given.pop(name) for name in OF_THE_CALL)
    if answer_url and bxml:
        raise click.UsageError("--answer-url and --bxml are two documents: choose one")
    document = _document(bxml) if bxml else None
    server = find(context, Wanted(**given))
    request = {
        "to": to,
        "from": from_ or _from(context, server),
        "applicationId": application or _application(context, server),
        "callTimeout": timeout,
    }
    with _urls(server, answer_url, document) as urls:
        sys.exit(_run(server, request | urls, form))


def _run(server: Server, request: dict[str, Any], form: Form) -> int:
    from offhook.remote.calling import outcome, place, watch
    from offhook.timeline import line

    call_id = place(server, request)
    started: list[float] = []

    def show(event: Event) -> None:
        started.append(event.at)
        click.echo(form.shown(event, lambda each: line(each, started[0])))

    if not form.as_json:
        click.echo(call_id)
    try:
        interrupted = watch(server, call_id, show, lambda text: click.echo(text, err=True))
    except KeyboardInterrupt:
        return INTERRUPTED
    ended = outcome(server, call_id)
    click.echo(_result(ended) if form.as_json else "\n".join(ended.lines()))
    if interrupted:
        return INTERRUPTED
    return 0 if ended.good else NOT_GOOD


def _result(ended: "Outcome") -> str:
    return json.dumps(
        {
            "callId": ended.call_id,
            "cause": ended.cause,
            "errorMessage": ended.message,
            "explanation": ended.explanation,
        }
    )


@contextmanager
def _urls(
    server: Server, answer_url: str | None, document: "Source | None"
) -> Iterator[dict[str, str]]:
    """Give the URLs of the call's webhooks, served from here if the document is from here."""
    from offhook.remote.page import ANSWER, STATUS, served

    if document is not None:
        _check_reach(server)
        with served(document.body, document.charset) as base:
            yield {"answerUrl": base + ANSWER, "disconnectUrl": base + STATUS}
    elif answer_url is not None:
        yield {"answerUrl": answer_url}
    elif server.dev is not None:
        voice = f"{server.dev.app_url}/voice"
        yield {"answerUrl": f"{voice}/answer", "disconnectUrl": f"{voice}/status"}
    else:
        raise click.UsageError("what shall the call do? name --answer-url or --bxml")


def _check_reach(server: Server) -> None:
    from offhook.hooks import is_loopback

    if not is_loopback(urlsplit(server.url).hostname or ""):
        raise click.UsageError(
            f"--bxml is served on loopback, where {server.url} cannot reach it: "
            "serve the document yourself and name --answer-url"
        )


def _document(bxml: str) -> "Source":
    """Return the document, in which the server will find no fault."""
    from offhook.lint import Severity, check
    from offhook.lint.sources import Source, UnreadableError, read

    try:
        found = Source("--bxml", bxml.encode()) if bxml.lstrip()[:1] == "<" else read(bxml)
    except UnreadableError as error:
        raise click.ClickException(str(error)) from error
    for finding in check(found.body, charset=found.charset):
        place = f"{found.name}:{finding.line or 1}:{finding.column or 1}"
        if finding.severity is Severity.ERROR:
            raise click.ClickException(f"{place}: {finding.message}")
    return found


def _application(context: click.Context, server: Server) -> str:
    if server.dev is not None:
        return server.dev.application
    return _only(context, Application, server.account, "--application")


def _from(context: click.Context, server: Server) -> str:
    if server.dev is not None:
        return server.dev.number
    return _only(context, Number, server.account, "--from")


def _only(
    context: click.Context, kind: type[Application] | type[Number], account: str, option: str
) -> str:
    """Return the account's only entry of a kind, as the configuration has it."""
    admin: Admin = context.find_root().obj
    applications = {
        each.id: each for each in admin.entries(Application) if each.account_id == account
    }
    if kind is Application:
        names = list(applications)
    else:
        numbers = [each for each in admin.entries(Number) if each.application_id in applications]
        names = [each.number for each in numbers]
    if len(names) != 1:
        known = f": {', '.join(names)}" if names else " (the configuration has none)"
        raise click.UsageError(f"say which with {option}{known}")
    return str(names[0])
