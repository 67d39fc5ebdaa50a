"""The mailroom: what became of the webhooks of all calls, and sending one again.

A webhook that is sent again is the same event, with the same id and number, at the end of its
call's lane; only a header tells. It is in the call's event log, whether the call is over or not.
"""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from offhook.calls.journal import Journal
from offhook.calls.plant import Plant
from offhook.errors import ApiError, additions, http
from offhook.records import Delivery, Event
from offhook.requests import DeliveryFilter
from offhook.webhooks.signing import EVENT_ID

ATTEMPTS = ("webhook.answered", "webhook.failed")


class Mailroom:
    """Reads deliveries, and puts one into the outbox again."""

    def __init__(self, plant: Plant, reopen: Callable[[str], Awaitable[Journal]]) -> None:
        self._plant = plant
        self._reopen = reopen  # the log of a call, live or over
        self._turn = asyncio.Lock()  # two at once would send it twice

    async def find(self, account_id: str, wanted: DeliveryFilter) -> list[Delivery]:
        """Return the account's webhooks that pass the filter, oldest first."""
        store = self._plant.store
        await store.flushed()
        return await self._plant.offload(lambda: store.find_deliveries(account_id, wanted))

    async def get(self, account_id: str, event_id: str) -> Delivery | None:
        """Return a webhook of the account."""
        store = self._plant.store
        await store.flushed()
        return await self._plant.offload(lambda: store.delivery(account_id, event_id))

    async def attempts(self, delivery: Delivery) -> list[Event]:
        """Return what was sent and what came back, as the call's event log has it."""
        store = self._plant.store
        log = await self._plant.offload(lambda: store.events(delivery.call_id))
        return [
            event
            for event in log
            if event.kind in ATTEMPTS and event.data["headers"].get(EVENT_ID) == delivery.id
        ]

    async def resend(self, account_id: str, event_id: str, by: str) -> Delivery:
        """Send a settled webhook again; raises ApiError 404 and 409."""
        async with self._turn:
            found = await self.get(account_id, event_id)
            if found is None:
                raise ApiError(http.NOT_FOUND)
            if found.sync or found.asks:
                why = "its call or conference has gone on without the reply"
                raise ApiError(additions.WEBHOOK_STATE, eventId=event_id, why=why)
            if found.state == "pending":
                why = "it is still under way"
                raise ApiError(additions.WEBHOOK_STATE, eventId=event_id, why=why)
            journal = await self._reopen(found.call_id)
            count = found.redeliveries + 1
            again = replace(found, delivered=None, failed=None, redeliveries=count)
            with self._plant.store.batch():
                self._plant.store.put_delivery(again)
                journal.log("webhook.resent", event_id=event_id, redelivery=count, by=by)
            self._plant.outbox.post(again)
        await self._plant.store.flushed()
        return again
