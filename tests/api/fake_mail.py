"""Webhooks without an outbox: the protocol over a list, in the order of creation."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from offhook.errors import ApiError, additions, http
from offhook.records import Delivery, Event
from offhook.requests import DeliveryFilter


@dataclass
class FakeMail:
    """Deliveries are what tests put in."""

    deliveries: list[Delivery] = field(default_factory=list)
    log: list[Event] = field(default_factory=list)
    resent: list[tuple[str, str]] = field(default_factory=list)  # event id and user

    async def find(self, account_id: str, wanted: DeliveryFilter) -> list[Delivery]:
        after = wanted.after or (float("-inf"), "")
        found = [
            each
            for each in self.deliveries
            if each.account_id == account_id
            and (each.created, each.id) > after
            and wanted.call_id in (None, each.call_id)
            and wanted.event_type in (None, each.event_type)
            and wanted.state in (None, each.state)
            and (wanted.since is None or each.created >= wanted.since)
        ]
        return found[: wanted.limit]

    async def get(self, account_id: str, event_id: str) -> Delivery | None:
        mine = (d for d in self.deliveries if (d.account_id, d.id) == (account_id, event_id))
        return next(mine, None)

    async def attempts(self, delivery: Delivery) -> list[Event]:
        return self.log

    async def resend(self, account_id: str, event_id: str, by: str) -> Delivery:
        found = await self.get(account_id, event_id)
        if found is None:
            raise ApiError(http.NOT_FOUND)
        if found.sync or found.state == "pending":
            raise ApiError(additions.WEBHOOK_STATE, eventId=event_id)
        self.resent.append((event_id, by))
        return replace(found, delivered=None, failed=None, redeliveries=found.redeliveries + 1)
