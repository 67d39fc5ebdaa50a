"""From virtual time to the real app: requests go out for real while virtual time stands still.

An answer is given as long after its question as it was on the recorded call. Connections are those
of the server: same client, same guard against addresses that nobody may be led to.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from offhook.clock import Clock
from offhook.webhooks import signing
from offhook.webhooks.client import AiohttpClient
from offhook.webhooks.guard import Guard
from offhook.webhooks.http import HttpRequest, HttpResponse


def origin(url: str) -> str:
    """Return scheme and authority of a URL, without credentials."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


@dataclass(frozen=True, slots=True)
class Way:
    """Where the app is now, where it was, and what its webhooks are signed with."""

    then: str  # origin, as recorded
    now: str  # base URL without a final slash; the same if it has not moved
    secrets: list[str] = field(default_factory=list, repr=False)

    def lead(self, url: str) -> str:
        """Return where a recorded URL is now."""
        return self.now + url[len(self.then) :] if self._is_below(url, self.then) else url

    def back(self, url: str) -> str:
        """Return what a URL of now would have been."""
        return self.then + url[len(self.now) :] if self._is_below(url, self.now) else url

    @staticmethod
    def _is_below(url: str, base: str) -> bool:
        return url.startswith(base) and url[len(base) : len(base) + 1] in ("", "/", "?", "#")


class Bridge:
    """The HttpClient of a replay (webhooks/http.py)."""

    def __init__(
        self, client: AiohttpClient, run: Callable[[Any], "Future[HttpResponse]"], way: Way
    ) -> None:
        self._client = client
        self._run = run
        self._way = way
        self.delays: Iterator[float] = iter(())  # of the answers to questions, in seconds

    async def send(self, request: HttpRequest, *, timeout_s: float, limit: int) -> HttpResponse:
        """Ask the real app; raises HttpError."""
        delay_s = next(self.delays, 0.0) if "Accept" in request.headers else 0.0
        sent = replace(request, url=self._way.lead(request.url), seal=self._seal(request))
        response = self._run(self._client.send(sent, timeout_s=timeout_s, limit=limit)).result()
        await asyncio.sleep(min(delay_s, timeout_s))
        return replace(response, url=self._way.back(response.url))

    def _seal(self, request: HttpRequest) -> Callable[[str, str, bytes], Mapping[str, str]]:
        """Sign as the server does, but with the time of day that the app has as well."""
        headers = request.headers

        def seal(method: str, target: str, body: bytes) -> Mapping[str, str]:
            event_id = headers.get(signing.EVENT_ID)
            if event_id is None or not self._way.secrets:
                return {}
            signed = signing.Signed(event_id, headers[signing.SEQUENCE], method, target, body)
            now = Clock().wall()
            return {signing.SIGNATURE: signing.header(signed, self._way.secrets, now)}

        return seal


@contextmanager
def bridge(way: Way, guard: Guard, ca_file: Path | None = None) -> Iterator[Bridge]:
    """Open a bridge: a thread with a loop in real time."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="bridge", daemon=True)
    thread.start()

    def run(work: Any) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, loop)

    async def opened() -> AiohttpClient:
        return AiohttpClient(guard, ca_file=ca_file)

    try:
        client = run(opened()).result()
        try:
            yield Bridge(client, run, way)
        finally:
            run(client.close()).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
