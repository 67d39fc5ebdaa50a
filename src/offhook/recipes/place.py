"""What one recipe works with: an account, an application's paths and telephones of its own."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from offhook.recipes.recipe import Exchange, Recipe
from offhook.records import Event
from offhook.testing.app import Answer as Script
from offhook.testing.app import Received, document
from offhook.testing.phone import Behaviour, Phone
from offhook.testing.rest import Rest
from offhook.testing.sockets import Answer as SocketAnswer
from offhook.timeline import told

if TYPE_CHECKING:
    from offhook.recipes.kitchen import Kitchen

PATIENCE_S = 20.0
POLL_S = 0.05
TALK = '<Pause duration="60"/>'  # a document that keeps a call


class RecipeError(Exception):
    """Something that a recipe needs did not happen."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """The rows of one recipe in the server's directory."""

    account: str
    application: str
    number: str  # leads to the application
    sip_user: str  # so does this
    area: str  # of the numbers of its telephones: fictitious ones


class Place:
    """One recipe's part of a kitchen."""

    def __init__(self, kitchen: "Kitchen", recipe: Recipe, tenant: Tenant) -> None:
        self.kitchen = kitchen
        self.recipe = recipe
        self.tenant = tenant
        self.exchanges: list[Exchange] = []
        self.documents: dict[str, str] = {}  # what the application answers, by path
        self._phones: list[Phone] = []

    # REST

    @property
    def rest(self) -> Rest:
        """A client that may use the account."""
        return Rest(self.kitchen.door, self.tenant.account)

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        rest: Rest | None = None,
    ) -> Exchange:
        """Send a request, by default as the user whom the account knows."""
        client = rest or self.rest
        question = client.question(method, path, body, headers)
        exchange = Exchange(question, await asyncio.to_thread(client.send, question))
        self.exchanges.append(exchange)
        return exchange

    def request(self, **fields: object) -> dict[str, object]:
        """Return a createCall body; the application answers at /answer and hears the end."""
        return {
            "from": self.tenant.number,
            "to": self.number(),
            "applicationId": self.tenant.application,
            "answerUrl": self.url("answer"),
            "disconnectUrl": self.url("status"),
            **fields,
        }

    async def call(self, **fields: object) -> str:
        """Create a call; returns its id."""
        exchange = await self.ask("POST", "/calls", self.request(**fields))
        if exchange.answer.status != 201:
            raise RecipeError(f"no call was created: {exchange.answer}")
        return str(exchange.answer.json()["callId"])

    # the application

    def url(self, name: str) -> str:
        """Return a URL of the application."""
        return f"{self.kitchen.app_url}{self._path(name)}"

    def on(self, name: str, *answers: Script) -> None:
        """Answer there in turn; a text is the verbs of a document."""
        self.kitchen.app.on(self._path(name), *answers)
        for text in (each for each in answers if isinstance(each, str)):
            self.documents[self._path(name)] = str(document(text).body)

    def socket(self, name: str, *answers: SocketAnswer) -> str:
        """Return a WebSocket URL of the application, and greet there in turn."""
        if answers:
            self.kitchen.app.sockets.on(self._path(name), *answers)
        return self.url(name).replace("http", "ws", 1)

    def _path(self, name: str) -> str:
        return f"/{self.recipe.id}/{name}"

    async def heard(self, kind: str, **fields: object) -> Received:
        """Wait for a webhook."""
        app = self.kitchen.app
        wanted: dict[str, Any] = {"accountId": self.tenant.account, **fields}
        event = await self.soon(app.wait_event(kind, **wanted), f"the {kind} webhook")
        return next(each for each in app.received if each.event == event)

    # telephones

    def number(self, index: int = 0) -> str:
        """Return the number of one of the telephones."""
        return f"+1{self.tenant.area}55501{43 + index:02}"

    def phone(self, behaviour: Behaviour | None = None, index: int = 0) -> Phone:
        """Return a telephone, and say what it does when it is called."""
        phone = self.kitchen.phones.phone(self.number(index))
        if behaviour is not None:
            phone.behaviour = behaviour
        self._phones.append(phone)
        return phone

    # waiting

    async def logged(self, call_id: str, kind: str, **data: object) -> Event:
        """Wait for an event in a call's log."""
        found: list[Event] = []

        async def there() -> bool:
            events = await asyncio.to_thread(self.kitchen.store.events, call_id)
            found[:] = [e for e in events if e.kind == kind and data.items() <= e.data.items()]
            return bool(found)

        try:
            await self.until(there, f"{kind} in the log of {call_id}")
        except RecipeError as error:
            events = await asyncio.to_thread(self.kitchen.store.events, call_id)
            raise RecipeError("\n".join([str(error), *map(told, events)])) from None
        return found[0]

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        """Look again and again until something holds."""

        async def watch() -> None:
            while not await holds():  # noqa: ASYNC110  # of another process
                await asyncio.sleep(POLL_S)

        await self.soon(watch(), what)

    async def soon(self, work: Awaitable[Any], what: str) -> Any:
        """Wait for something as long as one can expect."""
        try:
            async with asyncio.timeout(60.0 if self.recipe.patient else PATIENCE_S):
                return await work
        except TimeoutError:
            raise RecipeError(f"waited in vain for {what}") from None

    async def clear(self) -> None:
        """Leave no call behind."""
        for call in [call for phone in self._phones for call in phone.calls]:
            call.hang_up()
        with contextlib.suppress(OSError, HTTPException):
            for each in await self._live():
                path, end = f"/calls/{each['callId']}", {"state": "completed"}
                await asyncio.to_thread(self.rest.ask, "POST", path, end)
            await self.until(self._quiet, "the calls to end")

    async def _quiet(self) -> bool:
        return not await self._live()

    async def _live(self) -> list[dict[str, Any]]:
        answer = await asyncio.to_thread(self.rest.ask, "GET", "/calls")
        calls = answer.json() if answer.status == 200 else []
        return [each for each in calls if each["state"] != "disconnected"]
