"""The scripted application (offhook.testing.app) behind a real HTTP port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from offhook.testing.app import BASE, App
from offhook.webhooks.http import HttpError, HttpRequest


@asynccontextmanager
async def served(app: App) -> AsyncIterator[str]:
    """Serve the application on loopback; yields its URL."""

    async def handle(request: web.Request) -> web.Response:
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
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
