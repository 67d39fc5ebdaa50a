"""Ask the application what to do next: the synchronous webhook (webhooks.md 1 to 4).

One attempt at the primary target, one at the fallback if there is one; any 2xx is an answer, all
else a failure that ends the call with `callback-error`. The body is not judged here.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from offhook.errors import calls
from offhook.hooks import Hook, Target
from offhook.redaction import redacted
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
            "headers": redacted(self.request.headers),
            "durationMs": round((self.ended - self.started) * 1000, 1),
            "fallback": self.fallback,
        }
        if self.request.body:
            data["body"] = _text(self.request.body)
        if self.request.credentials:
            data["username"] = self.request.credentials.username
        if self.response:
            data["status"] = self.response.status
            data["replyHeaders"] = redacted(self.response.headers)
            data["reply"] = _text(self.response.body)
        if self.failure:
            data["failure"] = self.failure
        return data


def _text(body: bytes) -> str:
    return body[:LOGGED_BYTES].decode(errors="replace")


async def ask(
    http: HttpClient,
    hook: Hook,
    event: Mapping[str, Any],
    *,
    timeout_s: float,
    on_attempt: Callable[[Attempt], None],
) -> Reply:
    """Send a synchronous event and return the reply; raises CallError when nobody answers."""
    attempt = await try_once(http, hook.primary, event, headers=ACCEPT, timeout_s=timeout_s)
    on_attempt(attempt)
    if attempt.failure and hook.fallback:
        attempt = await try_once(
            http, hook.fallback, event, headers=ACCEPT, timeout_s=timeout_s, fallback=True
        )
        on_attempt(attempt)
    response = attempt.response
    if attempt.failure or response is None:
        target = hook.fallback if attempt.fallback and hook.fallback else hook.primary
        raise calls.callback_failed(attempt.event_type, target.url, attempt.failure or "")
    return reply(response)


def reply(response: HttpResponse) -> Reply:
    """Return what an application has answered."""
    content_type = response.headers.get("content-type")
    return Reply(response.body, content_type, response.url, response.status)


async def try_once(
    http: HttpClient,
    target: Target,
    event: Mapping[str, Any],
    *,
    headers: Mapping[str, str],
    timeout_s: float,
    fallback: bool = False,
) -> Attempt:
    """Send the event to one target, once."""
    now = asyncio.get_running_loop().time
    request = event_request(target, event, headers)
    response: HttpResponse | None = None
    failure: str | None = None
    connecting = False
    started = now()
    try:
        response = await http.send(request, timeout_s=timeout_s, limit=REPLY_LIMIT_BYTES)
        if not 200 <= response.status < 300:
            failure = f"HTTP {response.status}"
    except HttpError as error:
        failure, connecting = error.reason, error.connecting
    kind = str(event["eventType"])
    return Attempt(kind, request, started, now(), response, failure, fallback, connecting)
