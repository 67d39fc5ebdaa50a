"""What pages work with: the parts of a node that they show and use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from offhook.calls.archive import Archive
from offhook.calls.exchange import Exchange
from offhook.calls.mailroom import Mailroom
from offhook.clock import Clock
from offhook.directory import Directory
from offhook.ids import Ids
from offhook.scopes import Offload
from offhook.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """Parts of the node."""

    clock: Clock
    ids: Ids
    offload: Offload
    store: Store
    exchange: Exchange
    mailroom: Mailroom
    archive: Archive
    directory: Callable[[], Directory]  # the one in force now

    async def read(self, query: Callable[[Store], T]) -> T:
        """Read the store in a thread, once all that was written so far can be read."""
        await self.store.flushed()
        return await self.offload(lambda: query(self.store))
