"""The real WebSocket client: aiohttp behind the address guard, TLS verified as for webhooks.

A redirect is no WebSocket and so a refusal; cookies, proxies, compression and subprotocols are not
used. Buffers between us and a far end that does not read are kept small, so that `Channel` can tell
how far behind it is.
"""

import asyncio
import contextlib
import errno
import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from offhook import __version__
from offhook.hooks import Credentials
from offhook.webhooks.client import authorities, basic, failure
from offhook.webhooks.guard import Guard
from offhook.webhooks.http import HttpError
from offhook.webhooks.websocket import (
    NO_STATUS,
    Closed,
    Frame,
    Handshake,
    HandshakeError,
    Pong,
    WebSocket,
)

LONGEST_MESSAGE_BYTES = 1 << 22  # that we read: minutes of audio; a longer one ends it (1009)
SEND_BUFFER_BYTES = 1 << 15  # of the system, for each connection
GOODBYE_S = 2.0  # for the far end to answer our close frame
SWITCHING = 101
OURS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS}  # not the far end's doing


class AiohttpWebSockets:
    """Opens WebSockets. Made inside the running loop; `close` it when all are closed."""

    def __init__(
        self,
        guard: Guard,
        *,
        ca_file: Path | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        def small(info: tuple[Any, Any, Any, Any, tuple[Any, ...]]) -> socket.socket:
            made = guard.socket(info)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            return made

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=authorities(ca_file),
                resolver=resolver,
                socket_factory=small,
                limit=0,
                force_close=True,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"Offhook/{__version__}"},
            timeout=aiohttp.ClientTimeout(total=None),
            middlewares=[_switched],
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def connect(self, handshake: Handshake, *, timeout_s: float) -> WebSocket:
        """Open a WebSocket; raises HandshakeError."""
        url, credentials = _address(handshake)
        headers = {"Authorization": basic(credentials)} if credentials else {}
        try:
            async with asyncio.timeout(timeout_s):
                opened = await self._session.ws_connect(
                    url,
                    headers=headers,
                    autoping=False,
                    timeout=aiohttp.ClientWSTimeout(ws_close=GOODBYE_S),
                    max_msg_size=LONGEST_MESSAGE_BYTES,
                )
        except TimeoutError:
            raise HandshakeError(f"timed out after {timeout_s:g} seconds") from None
        except HttpError as error:
            cause = error.__cause__
            if isinstance(cause, OSError) and cause.errno in OURS:
                raise HandshakeError(os.strerror(cause.errno), ours=True) from error
            raise HandshakeError(error.reason) from error
        except aiohttp.WSServerHandshakeError as error:
            raise HandshakeError(f"not a WebSocket: {error.message}") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise HandshakeError("connection failed") from error
        return AiohttpWebSocket(opened)


async def _switched(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Let nothing but a WebSocket through, above all no redirect."""
    try:
        response = await handler(request)
    except (aiohttp.ClientError, OSError) as error:
        found = failure(error)
        raise (found if isinstance(found, HttpError) else _lost()) from error
    if response.status != SWITCHING:
        response.close()
        raise HttpError(f"HTTP {response.status}", connecting=False)
    return response


def _lost() -> HttpError:
    return HttpError("connection failed", connecting=True)


def _address(handshake: Handshake) -> tuple[URL, Credentials | None]:
    """Return where to connect, and as whom; userinfo is never sent as part of an address."""
    try:
        url = URL(handshake.url, encoded=True)
        credentials = handshake.credentials
        if url.raw_user is not None:
            inside = Credentials(unquote(url.raw_user), unquote(url.raw_password or ""))
            credentials = credentials or inside
        return url.with_user(None).with_fragment(None), credentials
    except ValueError as error:
        raise HandshakeError("connection failed") from error


class AiohttpWebSocket:
    """One of them."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        """Send a text; what a lost connection does to it is told by `receive`."""
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            await self._socket.send_str(text)

    async def ping(self) -> None:
        """Ask for a Pong."""
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            await self._socket.ping()

    async def receive(self) -> Frame:
        """Return what comes next; pings are answered here."""
        while True:
            message = await self._socket.receive()
            match message.type:
                case aiohttp.WSMsgType.TEXT | aiohttp.WSMsgType.BINARY:
                    data: str | bytes = message.data
                    return data
                case aiohttp.WSMsgType.PONG:
                    return Pong()
                case aiohttp.WSMsgType.PING:
                    with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                        await self._socket.pong(message.data)
                case aiohttp.WSMsgType.CLOSE:
                    return Closed(message.data or NO_STATUS, message.extra or "")
                case aiohttp.WSMsgType.ERROR:
                    return Closed(None, str(message.data))
                case _:  # the connection ended without a close frame
                    return Closed(None, "the connection was lost")

    async def close(self, code: int) -> None:
        """Say goodbye and let go of the connection, whatever the far end does."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * GOODBYE_S):
                await self._socket.close(code=code)
