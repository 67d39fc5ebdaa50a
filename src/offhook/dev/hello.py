"""The app that is there until there is yours: it greets, asks for a key and says which it was.

Beside it is the switchboard, which connects softphones with personas and with each other.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from xml.sax.saxutils import quoteattr

from aiohttp import web

from offhook.dev.bank import HOST

MENU = """<Response>
  <Gather gatherUrl="/voice/key" maxDigits="1" firstDigitTimeout="5">
    <SpeakSentence>Hello from Offhook. Please press a key.</SpeakSentence>
  </Gather>
</Response>"""
GOODBYE = """<Response>
  <SpeakSentence>{said} Goodbye.</SpeakSentence>
  <Hangup/>
</Response>"""


def document(event: dict[str, Any]) -> str:
    """Return the BXML that answers an event; blank for those that want none."""
    match event.get("eventType"):
        case "answer" | "initiate":
            return MENU
        case "gather":
            keys = event.get("digits")
            return GOODBYE.format(said=f"You pressed {keys}." if keys else "I heard no key.")
        case _:
            return ""


def connection(event: dict[str, Any]) -> str:
    """Return the BXML that connects a caller with the number that was dialled."""
    if event.get("eventType") != "initiate":
        return ""
    to, caller = str(event["to"]), str(event["from"])
    shown = f" from={quoteattr(caller)}" if caller.startswith("+") else ""  # else the called one
    return f"<Response><Forward to={quoteattr(to)}{shown}/></Response>"


async def _connect(request: web.Request) -> web.Response:
    return web.Response(text=connection(await request.json()), content_type="application/xml")


async def _answer(request: web.Request) -> web.Response:
    return web.Response(text=document(await request.json()), content_type="application/xml")


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """Serve the app on a free port of loopback; gives its base URL."""
    app = web.Application()
    app.router.add_post("/voice/{name}", _answer)
    app.router.add_post("/switchboard", _connect)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        port = runner.addresses[0][1]
        yield f"http://{HOST}:{port}"
    finally:
        await runner.cleanup()
