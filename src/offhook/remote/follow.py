"""Following event logs of a running server: one log to its end, or all of an account for ever.

Nothing is told twice and nothing is left out in silence: after a break following goes on where it
was, and what the server has forgotten meanwhile is said.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event as Signal
from typing import Any, Final

from offhook.clock import parse_timestamp
from offhook.records import Event
from offhook.remote.desk import Desk, RefusedError, UnreachableError

WAIT_S: Final = 8  # the longest that a server keeps a question
PAUSE_S: Final = 0.2  # between two questions to a server that does not let us wait
RETRY_S: Final = 1.0
GIVEN_UP_S: Final = 15.0  # a call is not followed for longer than that without an answer
BUSY: Final = 503
Tell = Callable[[str], None]


def pause(seconds: float) -> None:
    """Let time go by."""
    Signal().wait(seconds)


@dataclass(slots=True)
class Line:
    """The way to a server: it may break, and is mended by asking again."""

    desk: Desk
    tell: Tell
    sleep: Callable[[float], None] = pause
    silent_s: float = 0.0  # since the last answer

    def ask(self, path: str, **query: object) -> dict[str, Any] | None:
        """Return an answer; None, after a pause, if there is none now; raises RefusedError."""
        try:
            found: dict[str, Any] = self.desk.get(path, **query)
        except (UnreachableError, RefusedError) as error:
            if isinstance(error, RefusedError) and error.status != BUSY:
                raise
            if not self.silent_s:
                self.tell(f"{error.message}; trying again")
            self.silent_s += RETRY_S
            self.sleep(RETRY_S)
            return None
        if self.silent_s:
            self.tell("the server answers again")
        self.silent_s = 0.0
        return found


def log(line: Line, name: str, *, after: int = 0) -> Iterator[Event]:
    """Yield the events of a call or conference until it is over and all its webhooks have left.

    Raises ClickException: no such log, or the server has not answered for a while.
    """
    while True:
        found = line.ask(f"events/{name}", after=after, wait=WAIT_S)
        if found is None:
            if line.silent_s > GIVEN_UP_S:
                raise UnreachableError(f"the server has not answered for {GIVEN_UP_S:g} seconds")
            continue
        yield from map(event, found["events"])
        after = found["next"]
        if found["events"]:
            continue
        if found["state"] == "ended" and not found["pendingWebhooks"]:
            return
        line.sleep(PAUSE_S)


def everything(line: Line, *, since: str | None = None) -> Iterator[Event]:
    """Yield the events of an account for ever.

    Raises ClickException when the first question is not answered, or any is refused for good.
    """
    found = line.desk.get("events", since=since)
    if found["missed"]:
        line.tell("what was before this is no longer followed: `offhook tail CALL` has whole logs")
    while True:
        yield from map(event, found["events"])
        if not found["events"]:
            line.sleep(PAUSE_S)
        came = line.ask("events", after=found["next"], wait=WAIT_S)
        if came is None:
            found["events"] = []
            continue
        if came["missed"]:
            line.tell("events may be missing here: the server was started again, or is too fast")
        found = came


def event(data: dict[str, Any]) -> Event:
    """Return an event as the server has it."""
    at = parse_timestamp(data["time"])
    return Event(data["callId"], data["number"], at, data["kind"], data["data"])
