"""A real server process with an application and telephones around it, on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offhook.clock import Clock
from offhook.records import Event
from offhook.sip.transport import Address
from offhook.store import Store
from offhook.testing.app import App
from offhook.testing.phone import Phones
from offhook.testing.rest import Rest
from offhook.testing.server import RunningServer, Wishes, free_ports, running_server
from offhook.testing.telephones import telephones
from offhook.testing.web import served

PATIENCE_S = 15.0
POLL_S = 0.05
CALLER, PARTY = "+12025550177", "+12025550143"


@dataclass(frozen=True)
class Site:
    """What a story is told with."""

    server: RunningServer
    app: App
    app_url: str
    phones: Phones
    store: Store
    trunk: int  # the SIP port that outbound calls go to

    @property
    def rest(self) -> Rest:
        """A client of the server."""
        return Rest(self.server)

    def request(self, **fields: object) -> dict[str, object]:
        """Return a createCall body; the application answers at /answer and hears the end."""
        return {
            "from": self.server.number,
            "to": PARTY,
            "applicationId": self.server.application,
            "answerUrl": f"{self.app_url}/answer",
            "disconnectUrl": f"{self.app_url}/status",
            **fields,
        }

    async def create(self, **fields: object) -> str:
        """Create a call; returns its id."""
        return await asyncio.to_thread(self.rest.create, self.request(**fields))

    async def state(self, call_id: str) -> dict[str, Any]:
        """Read a call."""
        return await asyncio.to_thread(self.rest.state, call_id)

    async def ended(self, call_id: str) -> dict[str, Any]:
        """Wait until a call has ended and return its state."""

        async def over() -> bool:
            return bool((await self.state(call_id))["state"] == "disconnected")

        async with asyncio.timeout(PATIENCE_S):
            while not await over():  # noqa: ASYNC110  # of another process
                await asyncio.sleep(POLL_S)
        return await self.state(call_id)

    async def told(self, kind: str, count: int = 1, /, **fields: object) -> dict[str, Any]:
        """Wait until the application has been told so many such events; returns the last one."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self.app.wait_event(kind, count=count, **fields)
        except TimeoutError:
            came = self.app.events()[-30:]
            raise AssertionError(f"no {kind} {fields} ({count}) in {came}") from None

    async def events(self, call_id: str, kind: str | None = None) -> list[Event]:
        """Read a call's event log, or one kind of event in it."""
        found = await asyncio.to_thread(self.store.events, call_id)
        return [event for event in found if kind in (None, event.kind)]

    async def wait_log(self, call_id: str, kind: str, text: str = "", **data: object) -> Event:
        """Wait for an event in a call's log, with such data or such text; returns the first."""
        found: list[Event] = []

        async def there() -> bool:
            found[:] = [
                event
                for event in await self.events(call_id, kind)
                if data.items() <= event.data.items() and text in str(event.data)
            ]
            return bool(found)

        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await there():  # noqa: ASYNC110  # of another process
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            log = [(event.kind, event.data) for event in await self.events(call_id)]
            raise AssertionError(f"no {kind} {data} {text} in {log}") from None
        return found[0]


@asynccontextmanager
async def running_site(
    folder: Path, *, trunk: int | None = None, **wishes: str
) -> AsyncIterator[Site]:
    """Start everything; outbound calls go to the telephones, or to the SIP port `trunk`."""
    (home,) = free_ports(1)
    port = home if trunk is None else trunk
    app = App()
    async with (
        served(app) as url,
        running_server(folder, Wishes(url, port, **wishes)) as server,
        telephones(Address("udp", "127.0.0.1", server.sip), home) as phones,
    ):
        with closing(Store.open(server.store_url, Clock(), threaded=False)) as store:
            yield Site(server, app, url, phones, store, port)


async def until(holds: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Look again and again, in a thread, until something holds."""
    try:
        async with asyncio.timeout(patience_s):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise AssertionError(f"waited {patience_s:g} s for {what}") from None
