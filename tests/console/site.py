"""A console in front of a store of its own, for what needs no calls that run."""

from typing import Any

from tests.console.client import Browser

from offhook.console.desk import Desk
from offhook.console.front import Front
from offhook.console.guard import Door
from offhook.console.house import Console, Parts
from offhook.directory import User
from offhook.ids import Ids
from offhook.scopes import InlineOffload
from offhook.store import Store
from offhook.testing import fixtures
from offhook.testing.loop import running_loop
from offhook.testing.memory import memory_store


class Site:
    """The console, open to this machine; call control and the like are not there."""

    def __init__(self) -> None:
        loop = running_loop()
        self.store: Store = memory_store(loop.clock)
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
            directory=fixtures.directory,
            documents=nothing,
            api=nothing,
        )
        door = Door(_nobody, lambda *_: False, fixtures.directory, open=True, secure=False)
        self.console = Console(Parts(self.desk, door, b"key"))
        self.browser = Browser(Front(self.console, self.console.base, nothing))


async def _nobody(name: str, password: str) -> User | None:
    return None
