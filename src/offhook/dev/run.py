"""Runs a phone network in a box until it is interrupted."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from offhook.beacon import lit
from offhook.clock import Clock
from offhook.dev import hello
from offhook.dev.bank import populate, rehearsed, telephones
from offhook.dev.browser import show
from offhook.dev.site import (
    PHONES_PORT,
    SIP_PORT,
    DevError,
    Site,
    everybody,
    held,
    http_port,
    turn,
    usual,
)
from offhook.dev.text import welcome
from offhook.dev.watch import Watch, watch
from offhook.scopes import background
from offhook.store import Store
from offhook.testing.server import ACCOUNT, ServerError, running_process

FOLDER = Path(".offhook-dev")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    folder: Path = FOLDER
    port: int | None = None  # None: the usual one, or a free one
    app_url: str | None = None  # None: the built-in app
    browser: bool = False  # show the console in one
    personas: Path | None = None  # a file with personas of one's own


async def run(wishes: Wishes, say: Say) -> None:
    """Run until SIGINT or SIGTERM; raises DevError."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with held(wishes.folder) as folder:
        try:
            async with _running(wishes, folder, say) as server:
                async with background(server.wait()) as ended, background(stop.wait()) as asked:
                    await asyncio.wait((ended, asked), return_when=asyncio.FIRST_COMPLETED)
                if not stop.is_set():
                    raise DevError(f"the server has ended; {folder}/server.log says why")
                say("\nstopping")
        except (ServerError, OSError) as error:
            if not stop.is_set():  # an interrupted start is no failure
                raise DevError(str(error)) from error


@asynccontextmanager
async def _running(
    wishes: Wishes, folder: Path, say: Say
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start everything, and say so; gives the server's process."""
    async with AsyncExitStack() as stack:
        personas = everybody(wishes.personas)
        own_url = await stack.enter_async_context(hello.serving())
        app_url = (wishes.app_url or own_url).rstrip("/")
        since = Clock().wall()
        starting = stack.enter_context(ExitStack())
        await asyncio.to_thread(starting.enter_context, turn())
        ports = http_port(wishes.port), usual(SIP_PORT), usual(PHONES_PORT)
        site = Site(folder, *ports, app_url, own_url, personas)
        site.write()
        phones = await stack.enter_async_context(telephones(site.phones, site.sip))
        command = ["-m", "offhook", "serve", "--with-stdin", "--config", str(site.config)]
        server = await stack.enter_async_context(
            running_process(command, site.http, folder / "server.log")
        )
        starting.close()
        speak = await asyncio.to_thread(rehearsed, site.personas)
        populate(phones, speak, site.personas)
        await stack.enter_async_context(_watching(site.store_url, since, say))
        say(welcome(site, wishes.folder == FOLDER))
        stack.enter_context(lit(site.beacon))
        if wishes.browser:
            await asyncio.to_thread(show, site.console)
        yield server


@asynccontextmanager
async def _watching(store_url: str, since: float, say: Say) -> AsyncIterator[None]:
    clock = Clock()
    store = await asyncio.to_thread(lambda: Store.open(store_url, clock, threaded=False))
    calls = Watch(store, ACCOUNT, since, say)
    try:
        async with background(watch(lambda: calls.look(clock.wall()))):
            yield
    finally:
        store.close()
