"""Placing a call on a running server and following it to its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import click

from offhook.records import Event
from offhook.remote import follow
from offhook.remote.desk import RefusedError
from offhook.remote.finding import Server
from offhook.timeline import printable

GOOD_CAUSE: Final = "hangup"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended."""

    call_id: str
    cause: str  # as in the disconnect webhook
    message: str | None
    explanation: dict[str, Any] = field(default_factory=dict)  # of /offhook/v1/explain

    @property
    def good(self) -> bool:
        """Whether it was answered, and ended because somebody hung up."""
        return self.cause == GOOD_CAUSE

    def lines(self) -> list[str]:
        """Return this for people."""
        told = [f"ended: {self.cause}" + (f" ({self.message})" if self.message else "")]
        if sentence := self.explanation.get("sentence"):
            told.append(f"why: {sentence}")
        if fix := self.explanation.get("fix"):
            told.append(f"to do: {fix}")
        if reference := self.explanation.get("reference"):
            told.append(f"reference: {reference}")
        return [printable(line) for line in told]


def place(server: Server, request: dict[str, Any]) -> str:
    """Place a call (createCall) and return its id; None values are left out."""
    body = {name: value for name, value in request.items() if value is not None}
    placed, _ = server.voice.ask("POST", "calls", body)
    return str(placed["callId"])


def watch(
    server: Server, call_id: str, show: Callable[[Event], None], tell: Callable[[str], None]
) -> bool:
    """Show each event of a call until it is over; Ctrl-C completes it first.

    Returns whether it was interrupted; a second Ctrl-C raises KeyboardInterrupt.
    """
    after, interrupted = 0, False
    line = follow.Line(server.own, tell)
    while True:
        try:
            for event in follow.log(line, call_id, after=after):
                after = event.number
                show(event)
        except KeyboardInterrupt:
            if interrupted:
                raise
            interrupted = True
            tell("completing the call; Ctrl-C again leaves it alone")
            complete(server, call_id)
        else:
            return interrupted


def complete(server: Server, call_id: str) -> None:
    """End a call, if it is not ending anyway."""
    try:
        server.voice.ask("POST", f"calls/{call_id}", {"state": "completed"})
    except RefusedError as error:
        if error.status not in (404, 409):
            raise


def outcome(server: Server, call_id: str) -> Outcome:
    """Return how a call has ended, and why."""
    state = server.voice.get(f"calls/{call_id}")
    try:
        explanation: dict[str, Any] = server.root.get(f"explain/{call_id}")
    except RefusedError as error:
        raise click.ClickException(f"the call is not explained: {error.message}") from error
    return Outcome(
        call_id, str(state.get("disconnectCause")), state.get("errorMessage"), explanation
    )
