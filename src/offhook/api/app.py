"""The ASGI application: every request goes through the checks of errors.md 6, in their order.

Two nets are under it. What fails in an operation is `An unknown internal error occurred`; what
fails around it (gate, rendering) is `Internal Server Error`. The log gets the exception, the client
gets the request id.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from offhook import redaction
from offhook.api import bodies, routes, targets
from offhook.api.admission import Admission
from offhook.api.auth import Gate, claimed
from offhook.api.refusals import BODY_BYTES, Heard, Refusals
from offhook.api.replies import Reply, problem, render
from offhook.api.routes import A, Asked, Operation, Question, Route, Tables, Visit
from offhook.api.site import Site
from offhook.clock import Clock
from offhook.directory import User
from offhook.errors import ApiError, endpoints, http
from offhook.faults import place
from offhook.ids import Ids
from offhook.store import StoreError

ANYTIME = (  # what is answered whatever the operation is, or in its place
    http.BAD_REQUEST,
    http.METHOD_NOT_ALLOWED,
    http.SERVER_ERROR,
    http.UNKNOWN_ERROR,
    http.OVERLOADED,
)
T = TypeVar("T")
Place = tuple[
    str, tuple[Route[Asked], ...], list[str]
]  # prefix, operations, path below the account
OPERATION_S = 10.0  # an operation waits for nothing but the store, and that is milliseconds

log = structlog.get_logger("offhook.api")


@dataclass(slots=True)
class Incoming:
    """A request as it comes in; the body is still to be read."""

    method: str
    headers: Headers
    client: str | None  # address
    scope: Scope
    receive: Heard
    request_id: str
    account_id: str | None = None  # once the user has been let in
    known: User | None = None  # who asks, where somebody else has made sure of that

    @classmethod
    def of(cls, scope: Scope, receive: Receive, request_id: str) -> "Incoming":
        """Return the request of an ASGI scope."""
        client = scope["client"][0] if scope.get("client") else None
        headers = Headers(scope=scope)
        return cls(scope["method"], headers, client, scope, Heard(receive), request_id)

    def about(self) -> dict[str, Any]:
        """Return what was asked, as JSON without secrets."""
        return {
            "method": self.method,
            "path": self.scope["path"],
            "query": redaction.body(self.scope.get("query_string", b""), BODY_BYTES),
            "client": self.client,
            "user": self.known.name if self.known else claimed(self.headers.get("authorization")),
            "headers": redaction.redacted(dict(self.headers)),
            "body": redaction.body(self.receive.body, BODY_BYTES),
        }


class Api:
    """The Voice API, the Endpoints API, and the token endpoint."""

    def __init__(self, tables: Tables, gate: Gate, site: Site) -> None:
        self.gate = gate
        self._tables = tables
        self._site = site

    async def answer(self, request: Incoming) -> Reply:
        """Return the answer; raises ApiError for what the first failing check says."""
        path = self._site.below(targets.segments(request.scope))
        query = targets.parameters(request.scope)
        for open_route in self._tables.open:
            if open_route.match(path) is not None:
                return await self._welcome(request, open_route)
        match path:
            case ("v2", "accounts", account_id, *rest):
                place = ("v2", self._tables.endpoints, rest)
                return await self._operate(request, account_id, place, query)
            case ("api", "v2", "accounts", account_id, "endpoints", *rest):
                place = ("api/v2", self._tables.endpoints, ["endpoints", *rest])
                return await self._operate(request, account_id, place, query)
            case ("api", "v2", "accounts", account_id, *rest):
                place = ("api/v2", self._tables.operations, rest)
                return await self._operate(request, account_id, place, query)
            case ("offhook", "v1", "accounts", account_id, *rest):
                place = ("offhook/v1", self._tables.beyond, rest)
                return await self._operate(request, account_id, place, query)
            case ("offhook", "v1", *rest):
                return await self._answer_own(request, tuple(rest), query)
            case _:
                why = "the paths of the API begin with /api/v2/accounts/{accountId}/"
                raise ApiError(http.NO_ROUTE, why=why)

    def worded(self, request: Incoming, refusal: ApiError) -> ApiError:
        """Return a refusal in the words of the family that the path belongs to (errors.md 7)."""
        match self._site.below(targets.raw_segments(request.scope)):
            case ("v2", "accounts", account_id, *_):
                return endpoints.translated(refusal, account_id)
            case ("api", "v2", "accounts", account_id, "endpoints", *_):
                return endpoints.translated(refusal, account_id)
        return refusal

    async def _operate(
        self,
        request: Incoming,
        account_id: str,
        place: Place,
        query: Mapping[str, str],
    ) -> Reply:
        """Answer an operation on an account: steps 4 to 12 of the order of checks."""
        user = request.known
        if user is None:
            user = await self.gate.authenticate(request.headers.get("authorization"))
        account = self.gate.authorize(user, account_id, request.client)
        request.account_id = account.id
        family, operations, rest = place
        route, names = routes.find(operations, tuple(rest))
        operation = route.operation(request.method)
        body, charset = await _body(request, operation)
        base = self._site.base_url(request.scope)
        account_url = f"{base}/{family}/accounts/{account.id}"
        asked = Asked(account, account_url, names, query, body, charset, request.headers, user.name)
        return await _run(operation.run(asked), request)

    async def _answer_own(
        self, request: Incoming, segments: tuple[str, ...], query: dict[str, str]
    ) -> Reply:
        """Answer for one of Offhook's own resources: any user may ask, each sees his accounts."""
        user = await self.gate.authenticate(request.headers.get("authorization"))
        route, names = routes.find(self._tables.own, segments)
        operation = route.operation(request.method)
        body, _ = await _body(request, operation)
        may_see = partial(self.gate.lets, user, request.client)
        return await _run(operation.run(Question(user.name, may_see, names, query, body)), request)

    async def _welcome(self, request: Incoming, route: Route[Visit]) -> Reply:
        """Answer whoever asks; the operation reads the body itself, and refuses it its own way."""
        operation = route.operation(request.method)
        base = self._site.base_url(request.scope)
        return await operation.run(Visit(base, request.headers, request.receive))


class Server:
    """The outermost layer: sheds load, names and logs each request, and never fails."""

    def __init__(
        self,
        api: Api,
        admission: Admission,
        refusals: Refusals,
        ids: Ids,
        clock: Clock,
        devices: ASGIApp,
    ) -> None:
        self.admission = admission
        self._devices = devices
        self.gate = api.gate
        self._api = api
        self._refusals = refusals
        self._ids = ids
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3); the one WebSocket is that of devices."""
        if scope["type"] == "websocket":
            await self._devices(scope, receive, send)
        if scope["type"] != "http":
            return
        request = Incoming.of(scope, receive, self._ids.uuid())
        started = self._clock.now()
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        if request.method == "HEAD":
            response.body = b""
        await response(scope, receive, send)
        log.info(
            "request",
            request_id=request.request_id,
            client=request.client,
            method=request.method,
            path=scope["path"],
            status=response.status_code,
            took_ms=round((self._clock.now() - started) * 1000, 1),
        )

    def unreadable(self, request_id: str, client: str | None, why: str) -> None:
        """Take note of a message that was no HTTP request at all, and was answered so."""
        log.info("unreadable request", request_id=request_id, client=client, why=why)
        told = ApiError(http.BAD_REQUEST, why=f"the message is no HTTP request: {why}")
        self._refusals.note(request_id, told, None, client=client)

    async def _respond(self, request: Incoming) -> Response:
        extra = (("X-Request-Id", request.request_id),)
        try:
            return await self.answer(request, lambda reply: render(reply, extra))
        except ApiError as refusal:
            return render(problem(refusal, request.request_id), extra)

    async def answer(self, request: Incoming, made: Callable[[Reply], T]) -> T:
        """Return what is made of the reply; raises ApiError, of which a note is taken."""
        try:
            with self.admission:
                return made(await self._api.answer(request))
        except ApiError as error:
            refusal = error
        except ClientDisconnect:
            raise
        except Exception as error:
            log.exception("request failed", request_id=request.request_id)
            refusal = ApiError(http.SERVER_ERROR, why=place(error))
        refusal = self._api.worded(request, refusal)
        self._refusals.note(request.request_id, refusal, request.account_id, **request.about())
        raise refusal


async def _run(operation: Awaitable[Reply], request: Incoming) -> Reply:
    try:
        async with asyncio.timeout(OPERATION_S):
            return await operation
    except ApiError:
        raise
    except (StoreError, TimeoutError) as error:
        log.exception("store unavailable", request_id=request.request_id)
        why = f"the store did not answer: {error or type(error).__name__}"
        raise ApiError(http.OVERLOADED, why=why) from error
    except Exception as error:
        log.exception("operation failed", request_id=request.request_id)
        raise ApiError(http.UNKNOWN_ERROR, why=place(error)) from error


async def _body(request: Incoming, operation: Operation[A]) -> tuple[bytes, str | None]:
    """Return the body and its charset: steps 11 and 12, as far as the size."""
    takes = operation.takes
    if takes is None:
        return b"", None
    media_type = takes.check(request.headers.get("content-type"))
    body = await bodies.read(request.receive, takes.limit)
    if media_type is None and body != b"":
        raise takes.unnamed()
    if body is None:
        raise operation.too_big()
    return body, media_type.charset if media_type else None
