"""What pages work with: the parts of a node that they show and use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from offhook.calls.archive import Archive
from offhook.calls.exchange import Exchange
from offhook.calls.gauges import Gauges
from offhook.calls.mailroom import Mailroom
from offhook.clock import Clock
from offhook.console.instruments import Instruments
from offhook.directory import Directory
from offhook.ids import Ids
from offhook.scopes import Offload
from offhook.store import Store
from offhook.webhooks.documents import Documents

T = TypeVar("T")


class Requests(Protocol):
    """The API, as it treats everybody."""

    async def create_call(
        self,
        account_id: str,
        fields: Mapping[str, object],
        *,
        user: str | None,
        address: str | None,
        host: str,
    ) -> str:
        """Place a call for a visitor and return its id; raises ApiError."""
        ...


@dataclass(frozen=True, slots=True)
class Contact:
    """A number that the dialler offers, and who has it."""

    number: str
    name: str
    about: str = ""


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
    gauges: Gauges
    directory: Callable[[], Directory]  # the one in force now
    fixed: Callable[[], Directory]  # what the configuration file says
    documents: Documents
    api: Requests
    contacts: Sequence[Contact] = ()
    instruments: Instruments = field(default_factory=Instruments)

    async def read(self, query: Callable[[Store], T]) -> T:
        """Read the store in a thread, once all that was written so far can be read."""
        await self.store.flushed()
        return await self.offload(lambda: query(self.store))
