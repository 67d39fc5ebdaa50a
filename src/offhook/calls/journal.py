"""A call's event log: numbered, append-only, written behind the call's back (design.md 4)."""

import asyncio
from typing import Any

from offhook.calls.limits import COMMIT_S
from offhook.clock import Clock
from offhook.records import Event, Incident, IncidentKind
from offhook.store import Store
from offhook.webhooks.fetch import Attempt


class Journal:
    """Writes the events of one call or conference; `number` is that of the last one written."""

    def __init__(self, store: Store, clock: Clock, call_id: str, number: int = 0) -> None:
        self._store = store
        self._clock = clock
        self.call_id = call_id
        self.number = number

    def log(self, kind: str, **data: Any) -> int:
        """Append an event; returns its number. Values are JSON and hold no secrets."""
        self.number += 1
        self._store.append(Event(self.call_id, self.number, self._clock.wall(), kind, data))
        return self.number

    def tell(self, account_id: str, error_id: str, kind: str, **data: Any) -> None:
        """Append an event of which somebody is told an errorId: the id opens it."""
        number = self.log(kind, error_id=error_id, **data)
        now = self._clock.wall()
        self._store.put_incident(
            Incident(error_id, now, IncidentKind.FAILURE, account_id, self.call_id, number)
        )

    def log_attempt(self, attempt: Attempt) -> None:
        """Append one HTTP exchange with an application, credentials removed."""
        kind = "webhook.failed" if attempt.failure else "webhook.answered"
        self.log(kind, **attempt.as_data())

    async def written(self, flushing: asyncio.Future[None] | None = None) -> bool:
        """Wait until all that was written is on disk; False if that takes too long.

        With a `flushing` of the store: what was written before that was asked for.
        """
        try:
            async with asyncio.timeout(COMMIT_S):
                await (flushing or self._store.flushing())
        except TimeoutError:
            return False
        return True
