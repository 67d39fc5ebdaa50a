"""Webhooks as an operator sees them: list, show, send again (docs/reliability.md).

These operations are Offhook's own: below `/offhook/v1/accounts/{accountId}/`, for users who may use
the account, with the error bodies of the contract.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict
from urllib.parse import urlencode

from offhook.api import validation as check
from offhook.api.described import DATE_TIME, LINK, TEXT, Described, Moment, Parameter, Success
from offhook.api.listing import time
from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.api.service import MailService
from offhook.clock import timestamp
from offhook.errors import ApiError, additions, calls, fields, http
from offhook.records import Delivery, Event
from offhook.requests import DeliveryFilter

PAGE_ITEMS, PAGE_MAX = 100, 1000
STATES = ("pending", "delivered", "failed")
FILTERS = (
    Parameter("callId", "of this call or conference"),
    Parameter("eventType", "of this kind"),
    Parameter("state", "what became of it", TEXT | {"enum": STATES}),
    Parameter("since", "created then or later", DATE_TIME),
    Parameter(
        "pageSize",
        "the most items of a page",
        {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_ITEMS},
    ),
)
AFTER = Parameter("after", "as the Link header has it")


class WebhookView(TypedDict):
    """A webhook in a list."""

    eventId: str
    callId: str
    sequence: int
    eventType: str
    synchronous: bool
    method: str
    url: str
    state: Annotated[str, check.told(enum=STATES)]
    createdTime: Moment
    deliveredTime: Moment | None
    failure: str | None
    redeliveries: int


class WholeWebhookView(WebhookView):
    """All there is to say of a webhook."""

    fallbackUrl: str | None
    timeout: float
    event: dict[str, Any]
    attempts: list[dict[str, Any]]


LIST = Described(
    (Success(200, list[WebhookView], (LINK,)),),
    parameters=(*FILTERS, AFTER),
    refuses=(
        fields.NOT_ONE_OF,
        fields.PAGE_TOKEN,
        fields.NOT_A_TIME,
        fields.NOT_INTEGER,
        fields.RANGE,
    ),
)
SHOW = Described((Success(200, WholeWebhookView),), refuses=(http.NOT_FOUND,))
RESEND = Described((Success(202, WebhookView),), refuses=(http.NOT_FOUND, additions.WEBHOOK_STATE))


@dataclass(frozen=True, slots=True)
class Webhooks:
    """List, show and resend."""

    mail: MailService

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of our own operations."""
        return (
            Route("webhooks", {"GET": Operation(self.list, LIST)}),
            Route("webhooks/{eventId}", {"GET": Operation(self.show, SHOW)}),
            Route("webhooks/{eventId}/resend", {"POST": Operation(self.resend, RESEND)}),
        )

    async def list(self, asked: Asked) -> Reply:
        """listWebhooks: those of the account, oldest first; `Link` leads to the next page."""
        wanted = await self._wanted(asked)
        found = await self.mail.find(asked.account.id, wanted)
        headers: tuple[tuple[str, str], ...] = ()
        if len(found) == wanted.limit:
            names = [each.name for each in FILTERS]
            kept = {name: asked.query[name] for name in names if name in asked.query}
            query = urlencode(kept | {"after": found[-1].id})
            headers = (("Link", f'<{asked.account_url}/webhooks?{query}>; rel="next"'),)
        return Reply(200, [summary(each) for each in found], headers)

    async def show(self, asked: Asked) -> Reply:
        """getWebhook: one of them, with what it says and every attempt to deliver it."""
        delivery = await self._found(asked)
        return Reply(200, detail(delivery, await self.mail.attempts(delivery)))

    async def resend(self, asked: Asked) -> Reply:
        """resendWebhook: send one again that has arrived or was given up."""
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


def summary(delivery: Delivery) -> WebhookView:
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


def detail(delivery: Delivery, attempts: list[Event]) -> WholeWebhookView:
    """Return all there is to say of a webhook."""
    fallback = calls.bare_url(delivery.fallback.url) if delivery.fallback else None
    return {
        **summary(delivery),
        "fallbackUrl": fallback,
        "timeout": delivery.timeout_s,
        "event": delivery.payload,
        "attempts": [{"time": timestamp(each.at), **each.data} for each in attempts],
    }
