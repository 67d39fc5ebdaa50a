"""A conference: who is in it, and its time line."""

from starlette.responses import Response

from offhook.console.desk import Desk
from offhook.console.entries import GROUPS, entries
from offhook.console.page import Page, PageError, Visit
from offhook.records import ConferenceRecord, Event
from offhook.store import Store

PARTS = ("call", "http", "bxml", "verb", "media")  # of GROUPS: a conference has no SIP


class ConferencePage:
    """Shows a conference as its log tells it; calls lead here from their time lines."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        return (Page("/{account}/conferences/{conference_id}", self.show),)

    async def show(self, visit: Visit) -> Response:
        """Show everything."""
        name = visit.name("conference_id")

        def query(store: Store) -> tuple[ConferenceRecord | None, list[Event]]:
            record = store.conference(visit.account, name)
            return record, store.events(name) if record else []

        record, events = await self._desk.read(query)
        if record is None:
            text = "It may have ended longer ago than conferences are kept."
            raise PageError(404, "There is no such conference", text)
        members = self._desk.exchange.rooms.members(visit.account, name)
        return visit.page(
            "conference.html",
            record=record,
            entries=entries(events, record.created),
            members=members or (),
            now=self._desk.clock.wall(),
            groups=[group for group in GROUPS if group[0] in PARTS],
        )
