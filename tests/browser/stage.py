"""A real server with an application and telephones, and Chromium in front of its console.

Everything runs on one event loop in a thread of its own, because the other tests of the process
have loops of theirs. Each test has a window of its own; when it is closed, nothing may have been
asked of another host, and the browser may not have complained (a refused inline script would).
"""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright, expect
from tests.interop.sipp import program
from tests.interop.site import PARTY, Site, running_site
from tests.interop.threads import LoopThread, loop_thread

from offhook.dev.site import contacts

STRANGE_HOST = "voice.test"  # a name that is not this machine's, and leads to it
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {STRANGE_HOST} 127.0.0.1",
]
PATIENCE_MS = 15_000
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
Theme = Literal["light", "dark"]


@dataclass
class Window:
    """A page that is looked at, and what it has asked for and complained of."""

    page: Page
    context: BrowserContext
    base: str  # of the account's pages
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Open a page of the account."""
        await self.page.goto(f"{self.base}{path}")

    async def faults(self) -> list[str]:
        """Return what axe finds wrong with the page: rule, and the first element."""
        await self.page.evaluate(AXE)
        found = await self.page.evaluate("axe.run()")
        return [f"{each['id']}: {each['nodes'][0]['html'][:300]}" for each in found["violations"]]

    async def overflow(self) -> int:
        """Return how many pixels the page is wider than the window."""
        wide: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide


@dataclass
class Stage:
    """What a test plays on."""

    site: Site
    loop: LoopThread
    browser: Browser

    @property
    def account(self) -> str:
        """The path of the account's pages."""
        return f"/console/{self.site.server.account}"

    @asynccontextmanager
    async def window(
        self, width: int = 1280, theme: Theme = "light", host: str = "127.0.0.1"
    ) -> AsyncIterator[Window]:
        """Open a window; `host` is the name that the browser asks for."""
        origin = f"http://{host}:{self.site.server.http}"
        context = await self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",  # what fades is not looked at while it does
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = await context.new_page()
        window = Window(page, context, f"{origin}{self.account}")
        _listen(window)
        try:
            yield window
        finally:
            await context.close()
        strangers = [url for url in window.asked if not url.startswith(f"{origin}/")]
        assert not strangers, f"asked of other hosts: {strangers}"
        assert not window.complaints, window.complaints


def _listen(window: Window) -> None:
    def on_request(request: Request) -> None:
        if urlsplit(request.url).scheme not in ("data", "blob"):
            window.asked.append(request.url)

    def on_console(message: Any) -> None:
        if message.type in ("error", "warning"):
            window.complaints.append(message.text)

    window.page.on("request", on_request)
    window.page.on("console", on_console)
    window.page.on("pageerror", lambda error: window.complaints.append(str(error)))


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run the system's Chromium."""
    path = program("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Set everything up."""
    program("chromium")
    with (
        loop_thread() as loop,
        loop.within(running_site(folder, limits="cps = 1000", more=contacts())) as site,
        loop.within(chromium()) as browser,
    ):
        site.phones.phone(PARTY)  # plugged in: it answers
        yield Stage(site, loop, browser)


def browsing(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Let a coroutine with a parameter `stage` be a test: it runs on the stage's loop."""

    @functools.wraps(test)
    def run(stage: Stage, **parameters: Any) -> None:
        stage.loop.run(_awaited(test(stage, **parameters)))

    return run


async def _awaited(work: Awaitable[None]) -> None:
    await work
