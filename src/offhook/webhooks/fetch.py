"""Carry webhooks, and ask the application what to do next (webhooks.md 1 to 4).

A synchronous webhook is one attempt at the primary target, and one at the fallback if there is one;
any 2xx is an answer, all else a failure that ends the call with `callback-error`. The body is not
judged here. What Offhook adds to the contract is in headers (docs/signatures.md).
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from offhook import redaction
from offhook.clock import Clock
from offhook.directory import Directory
from offhook.errors import calls
from offhook.hooks import Target
from offhook.records import Delivery
from offhook.webhooks import signing
from offhook.webhooks.http import HttpClient, HttpError, HttpRequest, HttpResponse
from offhook.webhooks.payload import event_request

ACCEPT = {"Accept": "application/xml, text/xml, */*"}
REPLY_LIMIT_BYTES = 64 * 1024 + 1  # one more than the largest document, so that excess shows
LOGGED_BYTES = 4096  # of a body, in the event log


@dataclass(frozen=True, slots=True)
class Reply:
    """What the application answered; `url` is the base of the document's relative URLs."""

    body: bytes
    content_type: str | None
    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request and what came of it; times are those of the event loop's clock."""

    event_type: str
    request: HttpRequest
    started: float
    ended: float
    response: HttpResponse | None
    failure: str | None  # None means a 2xx arrived
    fallback: bool
    connecting: bool = False  # the failure was a connection exception

    def as_data(self) -> dict[str, Any]:
        """Return this attempt as JSON for the event log, without credentials."""
        data: dict[str, Any] = {
            "eventType": self.event_type,
            "method": self.request.method,
            "url": calls.bare_url(self.request.url),
            "headers": redaction.redacted(self.request.headers),
            "durationMs": round((self.ended - self.started) * 1000, 1),
            "fallback": self.fallback,
        }
        if self.request.body:
            data["body"] = redaction.body(self.request.body, LOGGED_BYTES)
        if self.request.credentials:
            data["username"] = self.request.credentials.username
        if self.response:
            data["status"] = self.response.status
            data["replyHeaders"] = redaction.redacted(self.response.headers)
            data["reply"] = redaction.body(self.response.body, LOGGED_BYTES)
        if self.failure:
            data["failure"] = self.failure
        return data


def reply(response: HttpResponse) -> Reply:
    """Return what an application has answered."""
    content_type = response.headers.get("content-type")
    return Reply(response.body, content_type, response.url, response.status)


class Courier:
    """Carries webhooks, signed when they leave if their application has secrets."""

    def __init__(self, http: HttpClient, directory: Callable[[], Directory], clock: Clock) -> None:
        self._http = http
        self._directory = directory
        self._clock = clock

    async def ask(self, question: Delivery, on_attempt: Callable[[Attempt], None]) -> Reply:
        """Send a synchronous event and return the reply; raises CallError when nobody answers."""
        attempt = await self.carry(question, question.target)
        on_attempt(attempt)
        if attempt.failure and question.fallback:
            attempt = await self.carry(question, question.fallback, fallback=True)
            on_attempt(attempt)
        response = attempt.response
        if attempt.failure or response is None:
            target = (attempt.fallback and question.fallback) or question.target
            raise calls.callback_failed(attempt.event_type, target.url, attempt.failure or "")
        return reply(response)

    async def carry(self, delivery: Delivery, target: Target, *, fallback: bool = False) -> Attempt:
        """Send a webhook to one target, once."""
        now = asyncio.get_running_loop().time
        request = self._request(delivery, target)
        response: HttpResponse | None = None
        failure: str | None = None
        connecting = False
        started = now()
        try:
            response = await self._http.send(
                request, timeout_s=delivery.timeout_s, limit=REPLY_LIMIT_BYTES
            )
            if not 200 <= response.status < 300:
                failure = f"HTTP {response.status}"
        except HttpError as error:
            failure, connecting = error.reason, error.connecting
        kind = delivery.event_type
        return Attempt(kind, request, started, now(), response, failure, fallback, connecting)

    def _request(self, delivery: Delivery, target: Target) -> HttpRequest:
        headers = {
            signing.EVENT_ID: delivery.id,
            signing.SEQUENCE: str(delivery.sequence),
        }
        if delivery.redeliveries:
            headers[signing.REDELIVERY] = str(delivery.redeliveries)
        if delivery.sync or delivery.asks:
            headers |= ACCEPT
        return event_request(target, delivery.payload, headers, partial(self._seal, delivery))

    def _seal(self, delivery: Delivery, method: str, target: str, body: bytes) -> Mapping[str, str]:
        """Return the signature; none without secrets."""
        now = self._clock.wall()
        application_id = str(delivery.payload.get("applicationId"))
        secrets = self._directory().signing_secrets(application_id, now)
        if not secrets:
            return {}
        signed = signing.Signed(delivery.id, str(delivery.sequence), method, target, body)
        return {signing.SIGNATURE: signing.header(signed, secrets, now)}
