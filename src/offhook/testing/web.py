"""The scripted application (offhook.testing.app) behind a real port, WebSockets included."""

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web

from offhook.scopes import background
from offhook.testing import sockets
from offhook.testing.app import BASE, App, basic_credentials
from offhook.testing.sockets import GONE, Link
from offhook.webhooks.http import HttpError, HttpRequest
from offhook.webhooks.websocket import NO_STATUS, Closed, Handshake, HandshakeError, Pong


@asynccontextmanager
async def served(app: App, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve the application on loopback; yields its URL."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await _upgrade(app, request)
        url = BASE + str(request.rel_url)
        asked = HttpRequest(request.method, url, dict(request.headers), await request.read())
        try:
            reply = await app.answer(asked)
        except HttpError:  # what the script has fail: the client sees the connection end
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return web.Response(status=reply.status, headers=dict(reply.headers), body=reply.body)

    site = web.Application()
    site.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        yield f"{'https' if context else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _upgrade(app: App, request: web.Request) -> web.StreamResponse:
    """Open a link, and carry what goes over it until one side ends it."""
    credentials = basic_credentials(request.headers.get("Authorization"))
    try:
        link = await app.sockets.admit(Handshake(sockets.BASE + str(request.rel_url), credentials))
    except HandshakeError as error:
        if (status := re.fullmatch(r"HTTP (\d+)", error.reason)) is not None:
            return web.Response(status=int(status[1]))
        _abort(request)
        return web.Response()
    socket = web.WebSocketResponse(max_msg_size=0, timeout=0.2)
    await socket.prepare(request)
    async with background(_say(link, socket, request)):
        await _hear(link, socket)
    return socket


async def _hear(link: Link, socket: web.WebSocketResponse) -> None:
    """Take what comes, and how it ends."""
    while True:
        await link.reading.wait()
        message = await socket.receive()
        match message.type:
            case WSMsgType.TEXT:
                link.take(message.data)
            case WSMsgType.CLOSE:
                return link.over(Closed(message.data or NO_STATUS, message.extra or ""))
            case WSMsgType.BINARY:
                pass
            case _:
                return link.over(GONE)


async def _say(link: Link, socket: web.WebSocketResponse, request: web.Request) -> None:
    """Send what the application says."""
    while True:
        match await link.outbox.get():
            case str() as text:
                await socket.send_str(text)
            case bytes() as data:
                await socket.send_bytes(data)
            case Closed(code=None):
                _abort(request)
                return
            case Closed(code=code, reason=reason):
                await socket.close(code=code or NO_STATUS, message=reason.encode())
                return
            case Pong():
                pass  # aiohttp answers pings


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
