"""A scripted customer: the web application that Offhook asks for documents, in virtual time.

It takes the place of the real HTTP client and follows redirects by the same code. Each path replies
with a value, a sequence of values or a function of the request; each request is kept with its time
and the event it carried. What is not scripted is answered: an event with a document that hangs up,
anything else with 404. A real web application may stand in for the script (sites.py).
"""

import asyncio
import base64
import json
import math
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from offhook.hooks import Credentials
from offhook.testing.sockets import SocketApp
from offhook.webhooks.client import MAX_REDIRECTS
from offhook.webhooks.http import HttpError, HttpRequest, HttpResponse
from offhook.webhooks.redirects import prepared, redirected
from offhook.webhooks.signing import target_of

BASE = "http://app.test"
XML = {"Content-Type": "application/xml"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the application answers, after `delay_s`; with a `failure`, nothing at all."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    failure: str | None = None  # a reason of errors.md 8.4: the connection does not come about

    def after(self, delay_s: float) -> "Reply":
        """Return this reply, given so much later."""
        return replace(self, delay_s=delay_s)


REFUSED = Reply(failure="connection failed")
UNTRUSTED = Reply(failure="TLS handshake failed")
SILENCE = Reply(delay_s=math.inf)  # the request is read and never answered
NOT_FOUND = Reply(status=404)


def document(verbs: str) -> Reply:
    """Return a reply whose BXML document holds these verbs."""
    return Reply(f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>', headers=XML)


@dataclass(frozen=True, slots=True)
class Received:
    """A request that reached the application."""

    at: float  # virtual seconds
    method: str
    url: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    credentials: Credentials | None  # HTTP Basic
    event: dict[str, Any]  # of the JSON body or of the query; empty when it carries none
    connected: bool = True  # False: it was not let in

    @property
    def path(self) -> str:
        """The path, without the query."""
        return urlsplit(self.url).path


Answer = Reply | str | Callable[[Received], Reply]  # a text is the verbs of a document


@dataclass(slots=True, eq=False)
class _Waiter:
    """Somebody who waits for the last of some more events."""

    wanted: Mapping[str, object]
    missing: int
    event: asyncio.Future[dict[str, Any]]

    def see(self, event: dict[str, Any]) -> None:
        """Take a look at an event that has come in."""
        if self.wanted.items() <= _named(event).items():
            self.missing -= 1
            if self.missing == 0 and not self.event.done():
                self.event.set_result(event)


class App:
    """The application, and every other web server of the virtual world."""

    def __init__(self, hosts: tuple[str, ...] = ("app.test", "m.test")) -> None:
        self.hosts = set(hosts)
        self.default: Answer = document("<Hangup/>")  # for events at paths not scripted
        self.sockets = SocketApp()  # its WebSocket servers
        self.site: Callable[[Received], Reply] | None = None  # a real one, for all not scripted
        self.received: list[Received] = []
        self.refused: list[Received] = []  # what came but was given no connection
        self._scripts: dict[str, deque[Answer]] = {}
        self._files: dict[str, Reply] = {}
        self._events: list[dict[str, Any]] = []
        self._events_of: defaultdict[object, list[dict[str, Any]]] = defaultdict(list)  # by call
        self._waiters: defaultdict[object, list[_Waiter]] = defaultdict(list)  # by call, or None

    def on(self, url: str, *answers: Answer) -> None:
        """Answer requests to a URL (or path of app.test) in turn; the last answer stays."""
        absolute = urljoin(BASE, url)
        self.hosts.add(urlsplit(absolute).hostname or "")
        self._scripts[absolute] = deque(answers)

    def file(self, name: str, body: bytes, **headers: str) -> None:
        """Serve a file wherever a path ends in its name; `Content_Type="audio/wav"` and so on."""
        spelled = {key.replace("_", "-"): value for key, value in headers.items()}
        self._files[name] = Reply(body, headers=spelled)

    def requests(self, url: str | None = None) -> list[Received]:
        """Return the requests so far, all or those to a URL (or path of app.test)."""
        wanted = None if url is None else urljoin(BASE, url)
        return [r for r in self.received if wanted in (None, r.url, r.url.partition("?")[0])]

    def events(self, kind: str | None = None, **fields: object) -> list[dict[str, Any]]:
        """Return the events so far, those of one `eventType` and with such fields only."""
        wanted = fields if kind is None else {"eventType": kind, **fields}
        events = self._events_of[fields["callId"]] if "callId" in fields else self._events
        return [event for event in events if wanted.items() <= _named(event).items()]

    async def wait_event(self, kind: str, *, count: int = 1, **fields: object) -> dict[str, Any]:
        """Wait until so many such events have come in all; return the last of them."""
        found = self.events(kind, **fields)
        if len(found) >= count:
            return found[count - 1]
        event: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        waiter = _Waiter({"eventType": kind, **fields}, count - len(found), event)
        waiters = self._waiters[fields.get("callId")]
        waiters.append(waiter)
        try:
            return await event
        finally:
            waiters.remove(waiter)

    async def send(self, request: HttpRequest, *, timeout_s: float, limit: int) -> HttpResponse:
        """Take a request and answer it (webhooks/http.py: HttpClient)."""
        try:
            request = prepared(request)
        except ValueError as error:
            raise HttpError("connection failed", connecting=False) from error
        async with _at_most(timeout_s):
            for _ in range(MAX_REDIRECTS):
                response = _response(await self.answer(request), request.url, limit)
                following = redirected(request, response)
                if following is None:
                    return response
                request = following
            return _response(await self.answer(request), request.url, limit)

    async def answer(self, request: HttpRequest) -> Reply:
        """Take a request and return what the script answers; raises HttpError where it fails."""
        if (urlsplit(request.url).hostname or "") not in self.hosts:
            raise HttpError("host not found", connecting=True)
        received = _received(request)
        reply = self._find(received)
        if reply.failure:
            self.refused.append(replace(received, connected=False))
        else:
            self._keep(received)
        async with _at_most(request.first_byte_s):
            await asyncio.sleep(reply.delay_s)
        if reply.failure is not None:
            raise HttpError(reply.failure, connecting=True)
        return reply

    def _keep(self, received: Received) -> None:
        self.received.append(received)
        if event := received.event:
            call_id = event.get("callId")
            self._events.append(event)
            self._events_of[call_id].append(event)
            for waiter in [*self._waiters[None], *self._waiters[call_id]]:
                waiter.see(event)

    def _find(self, received: Received) -> Reply:
        script = self._scripts.get(received.url.partition("?")[0])
        if script:
            answer = script[0] if len(script) == 1 else script.popleft()
        elif self.site is not None:
            answer = self.site(received)
        else:
            unknown = self.default if received.event else NOT_FOUND
            answer = self._files.get(received.path.rpartition("/")[2], unknown)
        if isinstance(answer, str):
            return document(answer)
        return answer if isinstance(answer, Reply) else answer(received)


@asynccontextmanager
async def _at_most(seconds: float | None) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise HttpError(f"timed out after {seconds:g} seconds", connecting=False) from None


def _named(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event with its kind where most have it; some of endpoints say `event`."""
    return event if "eventType" in event else {**event, "eventType": event["event"]}


def _received(request: HttpRequest) -> Received:
    headers = _lowered(request.sealed(target_of(request.url)))
    query = urlsplit(request.url).query if request.method == "GET" else ""
    event: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    if request.body and headers.get("content-type", "").startswith("application/json"):
        event = json.loads(request.body)
    return Received(
        asyncio.get_running_loop().time(),
        request.method,
        request.url,
        headers,
        request.body,
        request.credentials or basic_credentials(headers.get("authorization")),
        event if event.keys() & {"eventType", "event"} else {},
    )


def basic_credentials(authorization: str | None) -> Credentials | None:
    """Read an Authorization header; None if it is of another kind."""
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    username, _, password = base64.b64decode(value).decode().partition(":")
    return Credentials(username, password)


def _response(reply: Reply, url: str, limit: int) -> HttpResponse:
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    return HttpResponse(reply.status, _lowered(reply.headers), body[:limit], url)


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
