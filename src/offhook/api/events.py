"""The event logs of a running server, to be followed (docs/tools.md): all of an account, or one.

A question may wait a few seconds for its answer (`wait`), so that following is asking again and
again without losing anything: each answer says where to go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol, TypedDict

from offhook.api import validation as check
from offhook.api.described import DATE_TIME, Described, Moment, Parameter, Success
from offhook.api.listing import time
from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.clock import timestamp
from offhook.errors import ApiError, fields, http
from offhook.records import Event

WAIT_MAX_S: Final = 8  # below the time that an operation has
NUMBER_MAX: Final = 2**31 - 1


class NewsData(Protocol):
    """Events of many calls, and where to go on."""

    @property
    def events(self) -> list[Event]:
        """In the order of their commits."""
        ...

    @property
    def place(self) -> str:
        """Where to go on."""
        ...

    @property
    def missed(self) -> bool:
        """Whether others may have been forgotten."""
        ...


class LogData(Protocol):
    """Events of one call or conference, and whether there is more to come."""

    @property
    def events(self) -> list[Event]:
        """In order of their numbers."""
        ...

    @property
    def live(self) -> bool:
        """Whether the call or conference has not ended."""
        ...

    @property
    def pending(self) -> int:
        """How many webhooks are still to be delivered."""
        ...


class EventService(Protocol):
    """Reads event logs and waits for more."""

    async def news(self, account_id: str, place: str | None, wait_s: float) -> NewsData:
        """Return what came after a place (None: what comes from now on); raises ValueError."""
        ...

    async def since(self, account_id: str, at: float) -> NewsData:
        """Return what has happened since a time, as far as it is remembered."""
        ...

    async def log(self, account_id: str, name: str, after: int, wait_s: float) -> LogData | None:
        """Return what of a log has a higher number; None if there is no such log."""
        ...


class EventView(TypedDict):
    """An entry of the log of a call or conference."""

    callId: str
    number: int
    time: Moment
    kind: str
    data: dict[str, Any]


class NewsView(TypedDict):
    """Events of all calls and conferences of the account."""

    events: list[EventView]
    next: str
    missed: bool


class LogView(TypedDict):
    """Events of one call or conference."""

    events: list[EventView]
    next: int
    state: Annotated[str, check.told(enum=["live", "ended"])]
    pendingWebhooks: int


WAIT = Parameter(
    "wait",
    "for so many seconds at most, if there is nothing yet",
    {"type": "integer", "minimum": 0, "maximum": WAIT_MAX_S, "default": 0},
)
AFTER_PLACE = Parameter("after", "`next` of the answer before; without it, from now on")
SINCE = Parameter("since", "happened then or later; instead of `after`", DATE_TIME)
AFTER_NUMBER = Parameter(
    "after",
    "with a number above this one",
    {"type": "integer", "minimum": 0, "maximum": NUMBER_MAX, "default": 0},
)
BOUNDS = (fields.NOT_INTEGER, fields.RANGE)
NEWS = Described(
    (Success(200, NewsView),),
    parameters=(AFTER_PLACE, SINCE, WAIT),
    refuses=(*BOUNDS, fields.PAGE_TOKEN, fields.NOT_A_TIME),
)
LOG = Described(
    (Success(200, LogView),), parameters=(AFTER_NUMBER, WAIT), refuses=(*BOUNDS, http.NOT_FOUND)
)


@dataclass(frozen=True, slots=True)
class Events:
    """All of an account, and one log."""

    service: EventService

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of our own operations."""
        return (
            Route("events", {"GET": Operation(self.news, NEWS)}),
            Route("events/{id}", {"GET": Operation(self.log, LOG)}),
        )

    async def news(self, asked: Asked) -> Reply:
        """followEvents: what happens on all calls and conferences of the account."""
        wait_s = _whole(asked.query, "wait", WAIT_MAX_S)
        since = time("since", asked.query.get("since"))
        place = asked.query.get("after")
        if place is None and since is not None:
            found = await self.service.since(asked.account.id, since)
        else:
            try:
                found = await self.service.news(asked.account.id, place, wait_s)
            except ValueError as error:
                raise ApiError(fields.PAGE_TOKEN) from error
        body: NewsView = {
            "events": [view(each) for each in found.events],
            "next": found.place,
            "missed": found.missed,
        }
        return Reply(200, body)

    async def log(self, asked: Asked) -> Reply:
        """followLog: what happens on one call or conference, from its beginning."""
        (name,) = asked.names
        after = _whole(asked.query, "after", NUMBER_MAX)
        wait_s = _whole(asked.query, "wait", WAIT_MAX_S)
        found = await self.service.log(asked.account.id, name, after, wait_s)
        if found is None:
            raise ApiError(http.NOT_FOUND)
        body: LogView = {
            "events": [view(each) for each in found.events],
            "next": found.events[-1].number if found.events else after,
            "state": "live" if found.live else "ended",
            "pendingWebhooks": found.pending,
        }
        return Reply(200, body)


def view(event: Event) -> EventView:
    """Return an event as JSON data."""
    return {
        "callId": event.call_id,
        "number": event.number,
        "time": timestamp(event.at),
        "kind": event.kind,
        "data": event.data,
    }


def _whole(query: Mapping[str, str], name: str, high: int) -> int:
    text = query.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ApiError(fields.NOT_INTEGER, field=name)
    return check.whole(name, int(text), 0, high, 0)
