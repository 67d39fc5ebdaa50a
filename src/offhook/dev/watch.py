"""Prints what happens on every call, as the server writes it down."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from offhook.records import CallRecord
from offhook.requests import CallFilter, position
from offhook.store import Store
from offhook.timeline import line

LOOK_EVERY_S = 0.1
OVERLAP_S = 5.0  # calls are looked for again that far back: they may be written out of order
KEEPS_S = 60.0  # after its end a call may still be told something


@dataclass(slots=True)
class _Watched:
    label: str
    started: float
    told: int = 0  # number of the last event
    quiet_since: float | None = None  # when it was seen to have ended


class Watch:
    """All calls of an account since some time."""

    def __init__(
        self, store: Store, account: str, since: float, say: Callable[[str], None]
    ) -> None:
        self._store = store
        self._account = account
        self._since = since
        self._latest = since
        self._say = say
        self._count = 0
        self._seen: dict[str, float] = {}  # call id -> creation, within the overlap
        self._watched: dict[str, _Watched] = {}

    def look(self, now: float) -> None:
        """Say what is new; `now` is the same clock's time as that of the events."""
        for record in self._new():
            self._count += 1
            label = f"#{self._count}"
            self._watched[record.call_id] = _Watched(label, position(record)[0])
            self._say(f"{label:<4} {record.call_id}: {record.from_} calls {record.to}")
        for call_id, watched in list(self._watched.items()):
            self._tell(call_id, watched)
            if self._over(call_id, watched, now):
                del self._watched[call_id]

    def _new(self) -> list[CallRecord]:
        """Return calls not seen before, oldest first."""
        edge = max(self._since, self._latest - OVERLAP_S)
        found = self._store.calls(self._account, CallFilter(after=(edge, "")))
        new = [record for record in found if record.call_id not in self._seen]
        self._seen.update((record.call_id, position(record)[0]) for record in new)
        self._latest = max([self._latest, *self._seen.values()])
        edge = self._latest - OVERLAP_S
        self._seen = {each: created for each, created in self._seen.items() if created >= edge}
        return new

    def _tell(self, call_id: str, watched: _Watched) -> None:
        for event in self._store.events(call_id, watched.told):
            watched.told = event.number
            self._say(f"{watched.label:<4} {line(event, watched.started)}")

    def _over(self, call_id: str, watched: _Watched, now: float) -> bool:
        """Whether nothing more is to be expected of a call."""
        if watched.quiet_since is None:
            record = self._store.any_call(call_id)
            if record is None or record.end_time is not None:
                watched.quiet_since = now
            return False
        return now - watched.quiet_since > KEEPS_S


async def watch(look: Callable[[], None]) -> None:
    """Look again and again until cancelled; the store is read in a thread."""
    while True:
        await asyncio.to_thread(look)
        await asyncio.sleep(LOOK_EVERY_S)
