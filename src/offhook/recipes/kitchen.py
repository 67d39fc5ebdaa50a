"""Where recipes are cooked: a running server, and around it our own application and telephones."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from offhook.clock import Clock
from offhook.directory import VOICE, Account, Application, Number, Trunk, User
from offhook.hooks import Hook, Target
from offhook.ids import Ids, SystemRandom
from offhook.passwords import hash_password
from offhook.recipes.place import POLL_S, Place, RecipeError, Tenant
from offhook.recipes.recipe import Needs, Recipe
from offhook.sip.transport import Address
from offhook.store import Store
from offhook.store.directory import name_of
from offhook.testing.app import App
from offhook.testing.phone import Phones
from offhook.testing.rest import Rest
from offhook.testing.server import RunningServer, Wishes, free_ports, running_again, running_server
from offhook.testing.telephones import telephones
from offhook.testing.web import served

COOK, CLERK = "cook", "clerk"  # users: one with the voice role, one with another
FIRST_AREA = 201
KNOWN_S = 10.0  # for a server to take new entries over
Row = Account | User | Application | Number | Trunk


@dataclass(frozen=True, slots=True)
class Door:
    """Where the server is and what opens it (offhook.testing.rest)."""

    url: str
    account: str
    user: str
    password: str = field(repr=False)


@dataclass(slots=True)
class Own:
    """A server process that recipes may do with as they please."""

    server: RunningServer
    stack: AsyncExitStack

    async def kill(self) -> None:
        """Kill it, as a lack of memory would."""
        self.server.process.kill()
        await self.server.process.wait()

    async def revive(self) -> None:
        """Start it once more with the same store."""
        self.server = await self.stack.enter_async_context(running_again(self.server))


class Kitchen:
    """One server with everything around it."""

    def __init__(
        self,
        store: Store,
        app: tuple[App, str],
        phones: tuple[Phones, int],
        url: str,
        own: Own | None = None,
    ) -> None:
        self.store = store
        self.app, self.app_url = app
        self.phones, self.trunk = phones
        self.url = url
        self._own = own
        self._mark = f"{secrets.randbelow(10**8):08}"
        self._password = secrets.token_hex(8)
        self._rng = SystemRandom()
        self._rows: list[Row] = []
        self._tenants: dict[str, Tenant] = {}

    @property
    def own(self) -> Own:
        """The server process; only recipes that need one of their own may ask for it."""
        if self._own is None:
            raise RecipeError("this recipe needs a server of its own")
        return self._own

    @property
    def user(self) -> str:
        """Who may use all accounts of the recipes."""
        return f"{COOK}-{self._mark}"

    @property
    def clerk_user(self) -> str:
        """Who belongs to all of them and may not use Voice."""
        return f"{CLERK}-{self._mark}"

    @property
    def door(self) -> Door:
        """Where the server is and what opens it."""
        return Door(self.url, self._account(0), self.user, self._password)

    def clerk(self, place: Place) -> Rest:
        """Return a client whose user belongs to the account and has no voice role there."""
        return Rest(self.door, place.tenant.account, self.clerk_user, self._password)

    async def furnish(self, recipes: Iterable[Recipe]) -> None:
        """Give each recipe an account, an application and numbers."""
        rows = [row for index, each in enumerate(recipes, 1) for row in self._settle(index, each)]
        probe = self._account(0)
        accounts = [probe, *(each.account for each in self._tenants.values())]
        hashed = hash_password(self._password, self._rng)
        for name, role in ((self.user, VOICE), (self.clerk_user, "billing")):
            rows.append(User(name, hashed, dict.fromkeys(accounts, (role,))))
        patterns = tuple(f"+1{each.area}55501*" for each in self._tenants.values())
        rows.append(Trunk(f"recipes-{self._mark}", "127.0.0.1", self.trunk, patterns=patterns))
        await self.put(*rows, Account(probe, "errors on demand"))
        await self.known(Rest(self.door, probe), 200)

    async def trunk_for(self, number: str, port: int, transport: str = "udp") -> None:
        """Let calls to a number go to a port; returns when the server knows of it."""
        name = f"recipes-{self._mark}-{port}"
        marker = Account(f"{self._account(0)}{port}", "errors on demand")
        trunk = Trunk(name, "127.0.0.1", port, transport, patterns=(number,))
        await self.put(trunk, marker)
        await self.known(Rest(self.door, marker.id), 401)  # an unknown account is 403

    async def known(self, rest: Rest, status: int) -> None:
        """Wait until the server has taken an entry over: then it answers with this status."""
        try:
            async with asyncio.timeout(KNOWN_S):
                while (  # noqa: ASYNC110  # of another process
                    await asyncio.to_thread(rest.ask, "GET", "/calls")
                ).status != status:
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            text = f"{self.url} does not read what was added to the store: is it the one it uses?"
            raise RecipeError(text) from None

    def place(self, recipe: Recipe) -> Place:
        """Return what a recipe works with."""
        return Place(self, recipe, self._tenants[recipe.id])

    async def put(self, *rows: Row) -> None:
        """Add temporary entries to the directory."""
        self._rows += rows
        await asyncio.to_thread(self.store.put, *rows)

    async def clear(self) -> None:
        """Remove what was added."""
        for row in reversed(self._rows):
            await asyncio.to_thread(self.store.remove, type(row), name_of(row))

    def _settle(self, index: int, recipe: Recipe) -> list[Row]:
        slug, area = recipe.id, f"{FIRST_AREA + index}"
        account, number = self._account(index), f"+1{area}5550100"
        made = Tenant(account, Ids(self._rng).uuid(), number, f"{slug}-{self._mark}", area)
        self._tenants[slug] = made
        settings: dict[str, Any] = {"cps": 50.0, **recipe.account}
        initiate = Hook(Target(f"{self.app_url}/{slug}/initiate"))
        status = Target(f"{self.app_url}/{slug}/status")
        return [
            Account(account, "errors on demand", **settings),
            Application(made.application, account, slug, initiate, status),
            *(Number(each, made.application) for each in (made.number, made.sip_user)),
        ]

    def _account(self, index: int) -> str:
        return f"99{self._mark}{index:03}"


@asynccontextmanager
async def own_kitchen(folder: Path, needs: Needs) -> AsyncIterator[Kitchen]:
    """Start a server process on loopback with a temporary store, and all that is around it."""
    app, (port,) = App(), free_ports(1)
    async with served(app) as url, AsyncExitStack() as stack:
        wishes = Wishes(url, port, node=needs.node, more=needs.more)
        server = await stack.enter_async_context(running_server(folder, wishes))
        own = Own(server, stack)
        sip = Address("udp", "127.0.0.1", server.sip)
        async with telephones(sip, port) as phones:
            with closing(Store.open(server.store_url, Clock(), threaded=False)) as store:
                yield Kitchen(store, (app, url), (phones, port), server.url, own)


@asynccontextmanager
async def guest_kitchen(url: str, sip: Address, store: Store) -> AsyncIterator[Kitchen]:
    """Work with a server that runs already; the entries that it gets are removed at the end."""
    app, (port,) = App(), free_ports(1)
    async with served(app) as app_url, telephones(sip, port) as phones:
        kitchen = Kitchen(store, (app, app_url), (phones, port), url)
        try:
            yield kitchen
        finally:
            await kitchen.clear()
