"""A console in front of a store of its own, for what needs no calls that run."""

from typing import Any

from tests.console.client import BASE, Browser

from offhook.console.desk import Desk
from offhook.console.front import Front
from offhook.console.guard import Door
from offhook.console.house import Console, Parts
from offhook.directory import Directory, User, merged
from offhook.ids import Ids
from offhook.scopes import InlineOffload
from offhook.store import Store
from offhook.testing import fixtures
from offhook.testing.loop import running_loop
from offhook.testing.memory import memory_store


class Site:
    """The console, open to this machine, or to one user; there is no call control."""

    def __init__(self, user: User | None = None) -> None:
        loop = running_loop()
        self.store: Store = memory_store(loop.clock)
        self.user = user
        nothing: Any = None
        self.desk = Desk(
            clock=loop.clock,
            ids=Ids(loop.rng),
            offload=InlineOffload(),
            store=self.store,
            exchange=nothing,
            mailroom=nothing,
            archive=nothing,
            gauges=nothing,
            directory=self._directory,
            fixed=fixtures.directory,
            documents=nothing,
            api=nothing,
        )
        self.open()

    def open(self) -> None:
        """Build the console on its desk."""
        nothing: Any = None
        alone = self.user is None
        door = Door(self._known, _belongs, self._directory, open=alone, secure=False)
        self.console = Console(Parts(self.desk, door, b"key"))
        self.browser = Browser(Front(self.console, "", nothing, nothing))

    async def log_in(self) -> None:
        """Be the user from now on."""
        assert self.user is not None
        await self.browser.get("/console/login")
        login = {"name": self.user.name, "password": "right"}
        assert (await self.browser.post("/console/login", login)).status == 303
        await self.browser.get(f"{BASE}/directory/applications")  # with a token of his

    def _directory(self) -> Directory:
        return merged(fixtures.directory(), Directory(users=[self.user] if self.user else []))

    async def _known(self, name: str, password: str) -> User | None:
        return self.user


def _belongs(user: User, address: str | None, account: str) -> bool:
    return account in user.roles
