"""A call: its story, its time line, and what can be done about it; live as long as it goes on."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response

from offhook.console.call_view import CallView
from offhook.console.desk import Desk
from offhook.console.entries import GROUPS
from offhook.console.page import Page, PageError, Visit
from offhook.console.stream import HEARTBEAT_S, PAUSE_S, EventStream, Message, Streams
from offhook.errors import ApiError
from offhook.store import Store

REGIONS = ("summary", "explain", "facts", "media", "recordings", "webhooks", "ladder")
SHOWN = 1500  # the newest entries; the rest on request
LOOK_S = 5.0  # a live call is looked at so often, though nothing is logged
PLACE = 10**9  # more than any event's number


class CallPage:
    """Shows a call and lets it be watched."""

    def __init__(self, desk: Desk, streams: Streams) -> None:
        self._desk = desk
        self._streams = streams

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        one = "/{account}/calls/{call_id}"
        return (
            Page(one, self.show),
            Page(f"{one}/live", self.live),
            Page(f"{one}/complete", self.complete, "POST"),
            Page(f"{one}/webhooks/{{event_id}}/resend", self.resend, "POST"),
        )

    async def show(self, visit: Visit) -> Response:
        """Show everything."""
        view = await self._view(visit)
        first = 0 if "all" in visit.query else max(0, view.last - SHOWN)
        return visit.page("call.html", view=view, groups=GROUPS, first=first)

    async def live(self, visit: Visit) -> Response:
        """Send what is new, as long as the browser looks."""
        if self._streams.full:
            raise PageError(503, "Too many are looking", "Close a page that is not needed.")
        given = visit.request.headers.get("last-event-id") or visit.query.get("after") or "0"
        if not (given.isascii() and given.isdecimal() and int(given[:10]) < PLACE):
            raise PageError(400, "This is no place in a log")
        view = await self._view(visit)
        return EventStream(self._news(visit, view, int(given)), self._streams)

    async def complete(self, visit: Visit) -> Response:
        """Hang up."""
        call_id = visit.name("call_id")
        try:
            await self._desk.exchange.complete(visit.account, call_id)
        except ApiError as error:
            raise PageError(409, "The call is over", error.description) from error
        return visit.go(visit.path("calls", call_id))

    async def resend(self, visit: Visit) -> Response:
        """Send a webhook again."""
        call_id = visit.name("call_id")
        mailroom = self._desk.mailroom
        try:
            await mailroom.resend(visit.account, visit.name("event_id"), visit.visitor.title)
        except ApiError as error:
            status = error.entry.status or 409
            raise PageError(status, "Nothing was sent", error.description) from error
        return visit.go(visit.path("calls", call_id) + "#webhooks")

    async def _view(self, visit: Visit, before: CallView | None = None) -> CallView:
        """Return the call as it is now; of what was known before only the news is read."""
        account, call_id = visit.account, visit.name("call_id")
        gauged = self._desk.gauges.seen(call_id)

        def query(store: Store) -> CallView | None:
            record = store.call(account, call_id)
            if record is None:
                return None
            known = before.events if before else ()
            return CallView(
                record,
                (*known, *store.events(call_id, before.last if before else 0)),
                store.deliveries(call_id),
                [each for each in store.recordings_of(account, call_id) if each.conference is None],
                self._desk.clock.wall(),
                gauged,
            )

        found = await self._desk.read(query)
        if found is None:
            text = "It may have ended longer ago than calls are kept."
            raise PageError(404, "There is no such call", text)
        return found

    async def _news(self, visit: Visit, view: CallView, after: int) -> AsyncIterator[list[Message]]:
        feed = self._desk.store.feed
        shown: dict[str, str] = {}
        if view.last == after:  # the page was made of the same
            shown = _regions(visit, view)
        while not feed.closed:
            place = feed.end
            regions = _regions(visit, view)
            news = [Message("region", regions[each]) for each in changed(shown, regions)]
            if view.last > after:
                html = visit.html("entries.html", entries=view.entries(after))
                news.insert(0, Message("entries", html, str(view.last)))
                after = view.last
            yield news
            shown = regions
            patience = LOOK_S if view.row.live else HEARTBEAT_S
            await feed.wait(place, visit.account, patience, visit.name("call_id"))
            await asyncio.sleep(PAUSE_S)
            view = await self._view(visit, view)


def changed(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return the names of the regions that are not as they were."""
    return [name for name, html in now.items() if before.get(name) != html]


def _regions(visit: Visit, view: CallView) -> dict[str, str]:
    return {name: visit.html(f"call_{name}.html", view=view) for name in REGIONS}
