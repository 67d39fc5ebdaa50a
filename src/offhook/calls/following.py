"""Following the event logs of a running server (api/events.py): all calls of an account, or one."""

from dataclasses import dataclass

from offhook.records import CallRecord, CallState, ConferenceRecord, Event
from offhook.requests import DeliveryFilter
from offhook.scopes import Offload
from offhook.store import Store
from offhook.store.feed import News

GATHER_S = 0.05  # after the first event: those that come with it go in the same answer
PORTION = 500  # events in one answer


@dataclass(frozen=True, slots=True)
class Log:
    """A part of the log of a call or conference, and whether there is more to come."""

    events: list[Event]
    live: bool  # the call or conference has not ended
    pending: int  # webhooks that are still to be delivered


class Following:
    """Reads what was committed, and waits for more."""

    def __init__(self, store: Store, offload: Offload) -> None:
        self._store = store
        self._offload = offload

    async def news(self, account_id: str, place: str | None, wait_s: float) -> News:
        """Return what came after a place, once there is something; raises ValueError."""
        found = await self._news(account_id, place)
        if found.events or found.missed or place is None or not wait_s:
            return found
        await self._store.feed.wait(found.place, account_id, wait_s)
        return await self._news(account_id, found.place)

    async def since(self, account_id: str, at: float) -> News:
        """Return what has happened since a time, as far as the feed reaches back."""
        place, missed = self._store.feed.since(at)
        found = await self._news(account_id, place)
        return News(found.events, found.place, missed or found.missed)

    async def log(self, account_id: str, name: str, after: int, wait_s: float) -> Log | None:
        """Return what of a log has a higher number, once there is something; None: no such log."""
        place = self._store.feed.end
        found = await self._offload(lambda: self._log(account_id, name, after))
        if found is None or found.events or not wait_s or not (found.live or found.pending):
            return found
        await self._store.feed.wait(place, account_id, wait_s, name)
        return await self._offload(lambda: self._log(account_id, name, after))

    async def _news(self, account_id: str, place: str | None) -> News:
        return await self._offload(lambda: self._store.news(account_id, place, PORTION))

    def _log(self, account_id: str, name: str, after: int) -> Log | None:
        record: CallRecord | ConferenceRecord | None
        record = self._store.call(account_id, name) or self._store.conference(account_id, name)
        if record is None:
            return None
        live = not (
            record.state is CallState.DISCONNECTED
            if isinstance(record, CallRecord)
            else record.completed is not None
        )
        events = self._store.events(name, after)
        pending = DeliveryFilter(call_id=name, state="pending", limit=PORTION)
        return Log(events, live, len(self._store.find_deliveries(account_id, pending)))
