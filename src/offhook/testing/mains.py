"""Pulling the plug: a server that dies between any two of its effects, as by `kill -9`.

What a server does to the world is committing to its store, sending SIP messages and sending HTTP
requests. Here each is counted; after so many of them nothing more gets out or in, and what was not
committed is lost. Plugs are put around the real parts of a node.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from offhook.clock import Clock
from offhook.sip.transport import Address, Outgoing, Sockets
from offhook.store import Store
from offhook.store.database import Database
from offhook.store.migrate import upgrade
from offhook.store.writer import InlineWriter
from offhook.webhooks.http import HttpClient, HttpError, HttpRequest, HttpResponse


class Mains:
    """The electricity of one process: enough for so many effects, None for any number."""

    def __init__(self, effects: int | None = None, *, eager: bool = False) -> None:
        self.eager = eager  # every write is a commit of its own; else as few as may be
        self.off = asyncio.Event()
        self._left = effects

    def spend(self) -> bool:
        """Whether one more effect comes about."""
        if self._left == 0:
            self.off.set()
        elif self._left is not None:
            self._left -= 1
        return not self.off.is_set()


class PluggedSockets:
    """SIP sockets that neither send nor receive without electricity."""

    def __init__(self, inner: Sockets, mains: Mains) -> None:
        self._inner = inner
        self._mains = mains

    def open(
        self,
        on_message: Callable[[bytes, Address], None],
        on_failure: Callable[[Outgoing, str], None],
    ) -> None:
        """Start to receive."""

        def receive(data: bytes, source: Address) -> None:
            if not self._mains.off.is_set():
                on_message(data, source)

        self._inner.open(receive, on_failure)

    def local(self, transport: str) -> tuple[str, int]:
        """Return the host and port to advertise."""
        return self._inner.local(transport)

    def send(self, outgoing: Outgoing) -> None:
        """Send a message, if there is electricity."""
        if self._mains.spend():
            self._inner.send(outgoing)


class PluggedHttp:
    """An HTTP client whose requests reach nobody without electricity, nor do answers reach it."""

    def __init__(self, inner: HttpClient, mains: Mains) -> None:
        self._inner = inner
        self._mains = mains

    async def send(self, request: HttpRequest, *, timeout_s: float, limit: int) -> HttpResponse:
        """Send a request."""
        if self._mains.spend():
            response = await self._inner.send(request, timeout_s=timeout_s, limit=limit)
            if not self._mains.off.is_set():
                return response
        raise HttpError("connection failed", connecting=False)


class PluggedWriter(InlineWriter[Any]):
    """Commits while there is electricity; what waits when it fails is gone."""

    def __init__(self, commit: Callable[[Sequence[Any]], None], mains: Mains) -> None:
        super().__init__(lambda changes: commit(changes) if mains.spend() else None)
        self._mains = mains

    def write(self, group: Sequence[Any]) -> None:
        """Take changes that belong together."""
        super().write(group)
        if self._mains.eager:
            self.flush()


class PluggedStore(Store):
    """A store over such a writer."""

    def __init__(self, url: str, clock: Clock, mains: Mains) -> None:
        database = Database(url)
        upgrade(database)
        super().__init__(database, clock, threaded=False)
        self._writer = PluggedWriter(self._commit, mains)
