"""Webhooks as an operator sees them: list, show, send again (docs/reliability.md).

These operations are Offhook's own: below `/offhook/v1/accounts/{accountId}/`, for users who may use
the account, with the error bodies of the contract.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from offhook.api import validation as check
from offhook.api.listing import time
from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.api.service import MailService
from offhook.clock import timestamp
from offhook.errors import ApiError, calls, fields, http
from offhook.records import Delivery, Event
from offhook.requests import DeliveryFilter

PAGE_ITEMS, PAGE_MAX = 100, 1000
STATES = ("pending", "delivered", "failed")
FILTERS = ("callId", "eventType", "state", "since", "pageSize")


@dataclass(frozen=True, slots=True)
class Webhooks:
    """List, show and resend."""

    mail: MailService

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of our own operations."""
        return (
            Route("webhooks", {"GET": Operation(self.list)}),
            Route("webhooks/{}", {"GET": Operation(self.show)}),
            Route("webhooks/{}/resend", {"POST": Operation(self.resend)}),
        )

    async def list(self, asked: Asked) -> Reply:
        """The account's webhooks, oldest first; `Link` leads to the next page."""
        wanted = await self._wanted(asked)
        found = await self.mail.find(asked.account.id, wanted)
        headers: tuple[tuple[str, str], ...] = ()
        if len(found) == wanted.limit:
            kept = {name: asked.query[name] for name in FILTERS if name in asked.query}
            query = urlencode(kept | {"after": found[-1].id})
            headers = (("Link", f'<{asked.own_url}/webhooks?{query}>; rel="next"'),)
        return Reply(200, [summary(each) for each in found], headers)

    async def show(self, asked: Asked) -> Reply:
        """One of them, with what it says and every attempt to deliver it."""
        delivery = await self._found(asked)
        return Reply(200, detail(delivery, await self.mail.attempts(delivery)))

    async def resend(self, asked: Asked) -> Reply:
        """Send one again that has arrived or was given up."""
        (event_id,) = asked.names
        return Reply(202, summary(await self.mail.resend(asked.account.id, event_id, asked.user)))

    async def _wanted(self, asked: Asked) -> DeliveryFilter:
        query = asked.query
        if "state" in query:
            check.one_of("state", query["state"], STATES)
        after = query.get("after")
        last = await self.mail.get(asked.account.id, after) if after else None
        if after and last is None:
            raise ApiError(fields.PAGE_TOKEN)
        return DeliveryFilter(
            call_id=query.get("callId"),
            event_type=query.get("eventType"),
            state=query.get("state"),
            since=time("since", query.get("since")),
            limit=_page_size(query),
            after=(last.created, last.id) if last else None,
        )

    async def _found(self, asked: Asked) -> Delivery:
        (event_id,) = asked.names
        found = await self.mail.get(asked.account.id, event_id)
        if found is None:
            raise ApiError(http.NOT_FOUND)
        return found


def _page_size(query: Mapping[str, str]) -> int:
    text = query.get("pageSize", str(PAGE_ITEMS))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ApiError(fields.NOT_INTEGER, field="pageSize")
    return check.whole("pageSize", int(text), 1, PAGE_MAX, PAGE_ITEMS)


def summary(delivery: Delivery) -> dict[str, Any]:
    """Return a webhook in a list."""
    return {
        "eventId": delivery.id,
        "callId": delivery.call_id,
        "sequence": delivery.sequence,
        "eventType": delivery.event_type,
        "synchronous": delivery.sync or delivery.asks,
        "method": delivery.target.method,
        "url": calls.bare_url(delivery.target.url),
        "state": delivery.state,
        "createdTime": timestamp(delivery.created),
        "deliveredTime": timestamp(delivery.delivered) if delivery.delivered else None,
        "failure": delivery.failed,
        "redeliveries": delivery.redeliveries,
    }


def detail(delivery: Delivery, attempts: list[Event]) -> dict[str, Any]:
    """Return all there is to say of a webhook."""
    fallback = delivery.fallback and calls.bare_url(delivery.fallback.url)
    return summary(delivery) | {
        "fallbackUrl": fallback,
        "timeout": delivery.timeout_s,
        "event": delivery.payload,
        "attempts": [{"time": timestamp(each.at), **each.data} for each in attempts],
    }
