"""The real HTTP client: aiohttp behind the address guard, with the redirect rules of the contract.

Time covers everything: name, connection, sending and the whole reply, redirects included. No
cookies, no proxies, no retries, with one exception: a kept-alive connection that the server had
closed meanwhile is replaced by a new one (RFC 9112 9.3.1), since the application never saw that
request.
"""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from offhook import __version__
from offhook.hooks import Credentials
from offhook.webhooks.guard import Guard, HostNotAllowedError
from offhook.webhooks.http import HttpError, HttpRequest, HttpResponse
from offhook.webhooks.redirects import prepared, redirected

MAX_REDIRECTS = 5  # webhooks.md 2.1
KEEP_ALIVE_S = 15.0


@dataclass(slots=True)
class _Progress:
    """How far a request has come."""

    connected: bool = False
    reused: bool = False  # on a connection that had served another request


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Return whose certificates count: the system's and, if there is a file, those in it.

    Raises OSError for a file that has none.
    """
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def authorities(ca_file: Path | None) -> ssl.SSLContext | bool:
    """Return `trusting` for a connector of aiohttp.

    Without a file that is the context that aiohttp makes when it is imported: reading the system's
    certificates again takes 30 ms.
    """
    return trusting(ca_file) if ca_file else True


class AiohttpClient:
    """Sends requests on a pool of connections. Made inside the running loop; `close` it."""

    def __init__(
        self,
        guard: Guard,
        *,
        ca_file: Path | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        connector = aiohttp.TCPConnector(
            ssl=authorities(ca_file),
            resolver=resolver,
            socket_factory=guard.socket,
            limit=0,  # callers bound themselves: waiting here would look like a slow server
            keepalive_timeout=KEEP_ALIVE_S,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"Offhook/{__version__}"},
            timeout=aiohttp.ClientTimeout(total=None),
            trace_configs=[_tracing()],
            middlewares=[_translated],
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def send(self, request: HttpRequest, *, timeout_s: float, limit: int) -> HttpResponse:
        """Return the response after redirects, body cut at `limit` bytes; raises HttpError.

        A redirect that cannot be followed, or is one too many, is returned as it is.
        """
        progress = _Progress()
        try:
            request = prepared(request)
        except ValueError as error:
            raise HttpError("connection failed", connecting=False) from error
        async with _at_most(timeout_s, progress):
            for _ in range(MAX_REDIRECTS):
                response = await self._exchange(request, limit, progress)
                following = redirected(request, response)
                if following is None:
                    return response
                request = following
            return await self._exchange(request, limit, progress)

    async def _exchange(
        self, request: HttpRequest, limit: int, progress: _Progress
    ) -> HttpResponse:
        """Send one request and read one response."""
        while True:
            try:
                return await self._once(request, limit, progress)
            except _ConnectionLost as lost:
                if not progress.reused:
                    raise HttpError("connection failed", connecting=True) from lost

    async def _once(self, request: HttpRequest, limit: int, progress: _Progress) -> HttpResponse:
        progress.connected = progress.reused = False
        url = URL(request.url, encoded=True)
        headers = request.sealed(url.raw_path_qs)
        if request.credentials:
            headers["Authorization"] = basic(request.credentials)
        coming = self._session.request(
            request.method,
            url,
            headers=headers,
            data=request.body or None,
            allow_redirects=False,
            trace_request_ctx=progress,
        )
        if request.first_byte_s is None:
            response = await coming
        else:
            async with _at_most(request.first_byte_s, progress):
                response = await coming
        async with response:
            body = await _read(response, limit)
        fields = {name.lower(): _text(value) for name, value in response.headers.items()}
        return HttpResponse(response.status, fields, body, request.url)


class _ConnectionLost(Exception):  # noqa: N818
    """The connection ended before the response began."""


async def _translated(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Turn failures into ours, before aiohttp can see them and repeat a GET on its own."""
    try:
        return await handler(request)
    except (aiohttp.ClientError, OSError) as error:
        raise failure(error) from error


def failure(error: Exception) -> Exception:
    """Name a failure up to the response's head as errors.md 8.4 does."""
    match error:
        case aiohttp.ClientSSLError():
            return HttpError("TLS handshake failed", connecting=True)
        case aiohttp.ClientConnectorDNSError():
            return HttpError("host not found", connecting=True)
        case aiohttp.ClientConnectorError(os_error=HostNotAllowedError()):
            return HttpError("host not allowed", connecting=False)
        case aiohttp.ClientConnectorError():
            return HttpError("connection failed", connecting=True)
        case aiohttp.ServerDisconnectedError() | OSError():
            return _ConnectionLost()
        case _:  # not HTTP, or no usable address
            return HttpError("connection failed", connecting=False)


@asynccontextmanager
async def _at_most(seconds: float, progress: _Progress) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        reason = f"timed out after {seconds:g} seconds"
        raise HttpError(reason, connecting=not progress.connected) from None


def _text(value: str) -> str:
    """Return a header value that can be written: aiohttp keeps stray bytes as lone surrogates."""
    return value.encode(errors="surrogateescape").decode(errors="replace")


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    body = bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > limit:
                response.close()  # what follows is not wanted
                break
    except (aiohttp.ClientError, OSError) as error:
        raise HttpError("connection failed", connecting=False) from error
    return bytes(body[:limit])


def _tracing() -> aiohttp.TraceConfig:
    """Note in a request's `_Progress` when it has its connection."""

    async def created(_: aiohttp.ClientSession, context: SimpleNamespace, __: Any) -> None:
        context.trace_request_ctx.connected = True

    async def reused(_: aiohttp.ClientSession, context: SimpleNamespace, __: Any) -> None:
        context.trace_request_ctx.connected = context.trace_request_ctx.reused = True

    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_end.append(created)
    tracing.on_connection_reuseconn.append(reused)
    return tracing


def basic(credentials: Credentials) -> str:
    """Return the value of an Authorization header (RFC 7617)."""
    pair = f"{credentials.username}:{credentials.password}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
