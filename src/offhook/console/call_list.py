"""The list of calls, live and past, with search."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.responses import Response

from offhook.console.desk import Desk
from offhook.console.page import Page, PageError, Visit
from offhook.console.stream import HEARTBEAT_S, PAUSE_S, EventStream, Message, Streams
from offhook.errors import Cause
from offhook.records import CallRecord, CallState
from offhook.requests import CallSearch, Show, position
from offhook.store import Store

PAGE_ITEMS = 50
NEWS = 500  # events looked at in one go
TEXT_LENGTH = 200
GOOD_ENDS = (Cause.HANGUP, Cause.CANCEL)
SHOWS = ((Show.ALL, "All"), (Show.LIVE, "Live"), (Show.FAILED, "Failed"))


@dataclass(frozen=True, slots=True)
class Row:
    """A call in the list."""

    record: CallRecord
    now: float  # seconds since the epoch

    @property
    def live(self) -> bool:
        """Whether it goes on."""
        return self.record.state is not CallState.DISCONNECTED

    @property
    def mood(self) -> str:
        """Which colour it gets: live, waiting, good or bad."""
        if self.live:
            return "live" if self.record.state is CallState.ANSWERED else "waiting"
        return "good" if self.record.disconnect_cause in GOOD_ENDS else "bad"

    @property
    def word(self) -> str:
        """What became of it, in a word."""
        record = self.record
        return record.disconnect_cause or record.state if not self.live else record.state

    @property
    def began(self) -> float:
        """When it was created."""
        return position(self.record)[0]

    @property
    def talked_s(self) -> float | None:
        """How long it was or has been answered."""
        answered = self.record.answer_time
        if answered is None:
            return None
        return max(0.0, (self.record.end_time or self.now) - answered)


class CallList:
    """Finds calls."""

    def __init__(self, desk: Desk, streams: Streams) -> None:
        self._desk = desk
        self._streams = streams

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        return (Page("/{account}/calls", self.show), Page("/{account}/live", self.live))

    async def show(self, visit: Visit) -> Response:
        """Show a page of calls."""
        wanted = _wanted(visit)
        account = visit.account
        place = self._desk.store.feed.end
        found = await self._desk.read(lambda store: store.search_calls(account, wanted))
        newer, older = _neighbours(wanted, found)
        shown = found[:PAGE_ITEMS] if wanted.after is None else found[-PAGE_ITEMS:]
        now = self._desk.clock.wall()
        return visit.page(
            "calls.html",
            place=place,
            rows=[Row(record, now) for record in shown],
            wanted=wanted,
            shows=SHOWS,
            newest=wanted.before is None and wanted.after is None,
            newer=cursor(shown[0]) if newer and shown else None,
            older=cursor(shown[-1]) if older and shown else None,
        )

    async def live(self, visit: Visit) -> Response:
        """Send the rows of calls that change, as long as the browser looks."""
        if self._streams.full:
            raise PageError(503, "Too many are looking", "Close a page that is not needed.")
        place = visit.request.headers.get("last-event-id") or visit.query.get("after")
        return EventStream(self._news(visit, place or self._desk.store.feed.end), self._streams)

    async def _news(self, visit: Visit, place: str) -> AsyncIterator[list[Message]]:
        """Tell of calls that have news; the state of each is that of now."""
        feed, account = self._desk.store.feed, visit.account
        while not feed.closed:
            try:
                changes = await self._desk.read(partial(_changes, account=account, place=place))
            except ValueError:  # a place that is none
                yield [Message("missed", "")]
                return
            place = changes.place
            now = self._desk.clock.wall()
            rows = (visit.html("call_row.html", row=Row(each, now)) for each in changes.records)
            messages = [Message("row", html) for html in rows]
            if changes.missed:
                messages.append(Message("missed", ""))
            if messages:
                messages.append(Message("place", "", place))
            yield messages
            if not changes.more:
                await feed.wait(place, account, HEARTBEAT_S)
            await asyncio.sleep(PAUSE_S)


@dataclass(frozen=True, slots=True)
class _Changes:
    records: list[CallRecord]
    place: str  # to go on from
    missed: bool  # others may have changed as well
    more: bool  # there is more to read at once


def _changes(store: Store, account: str, place: str) -> _Changes:
    """Return the calls of an account that something has happened to after a place."""
    news = store.news(account, place, NEWS)
    names = list(dict.fromkeys(event.call_id for event in news.events))
    records = store.some_calls(account, names)
    return _Changes(records, news.place, news.missed, len(news.events) >= NEWS)


def _neighbours(wanted: CallSearch, found: Sequence[CallRecord]) -> tuple[bool, bool]:
    """Tell whether there are newer and older ones: one more than fits is asked for."""
    more = len(found) > PAGE_ITEMS
    if wanted.after is not None:
        return more, True
    return wanted.before is not None, more


def _wanted(visit: Visit) -> CallSearch:
    text = visit.query.get("q", "").strip()
    if len(text) > TEXT_LENGTH:
        raise PageError(400, "That is too long to look for", f"{TEXT_LENGTH} characters at most.")
    try:
        show = Show(visit.query.get("show") or "all")
    except ValueError:
        raise PageError(400, "There is no such list", "show is one of all, live, failed.") from None
    before, after = (_position(visit.query.get(name)) for name in ("before", "after"))
    return CallSearch(text, show, PAGE_ITEMS + 1, None if after else before, after)


def cursor(record: CallRecord) -> str:
    """Return a call's place in the list as text."""
    created, call_id = position(record)
    return f"{created!r}_{call_id}"


def _position(text: str | None) -> tuple[float, str] | None:
    if not text:
        return None
    created, _, call_id = text.partition("_")
    try:
        return float(created), call_id
    except ValueError:
        raise PageError(
            400, "This link is damaged", "Begin again with the list of calls."
        ) from None
