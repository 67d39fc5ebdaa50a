"""The directory in force: the configuration file's entries and those of the store, kept fresh.

Entries added with `offhook numbers add` and its siblings reach a running server within a second.
Where file and store name the same entry, the file's wins: it is what the operator sees.
"""

import asyncio
from collections.abc import Mapping

import structlog

from offhook.directory import Directory, merged
from offhook.scopes import Offload
from offhook.sip.resolve import HostNotFoundError, Resolver, is_literal
from offhook.store import Store, StoreError

LOOK_EVERY_S = 1.0
RESOLVE_EVERY_S = 60.0

log = structlog.get_logger(__name__)


class Book:
    """Call it for the directory; `addresses` holds those of trunks that are named by a host.

    `fixed` is what the configuration file says.
    """

    def __init__(
        self, fixed: Directory, store: Store, offload: Offload, resolver: Resolver
    ) -> None:
        self.fixed = fixed
        self._store = store
        self._offload = offload
        self._resolver = resolver
        self._version = -1
        self._directory = fixed
        self.addresses: Mapping[str, frozenset[str]] = {}

    def __call__(self) -> Directory:
        """Return the directory in force."""
        return self._directory

    async def refresh(self) -> None:
        """Read the store's entries if they have changed."""
        version = await self._offload(self._store.directory_version)
        if version == self._version:
            return
        parts = await self._offload(self._store.load_directory)
        self._version = version
        self._directory = merged(Directory(*parts), self.fixed)
        await self.resolve()

    async def resolve(self) -> None:
        """Look up the trunks' host names, so that calls from there are known as theirs."""
        found: dict[str, frozenset[str]] = {}
        for trunk in self._directory.trunks.values():
            if is_literal(trunk.host):
                continue
            try:
                pairs = await self._resolver.resolve(trunk.host, trunk.port, trunk.transport)
            except HostNotFoundError:
                log.warning("trunk.not_found", trunk=trunk.name, host=trunk.host)
                found[trunk.host] = frozenset(self.addresses.get(trunk.host, ()))
                continue
            found[trunk.host] = frozenset(host for host, _ in pairs)
        self.addresses = found

    async def keep(self) -> None:
        """Stay fresh until cancelled; while the store cannot be read, what is known holds."""
        looks = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.refresh()
            except StoreError as error:
                log.warning("directory.not_read", error=str(error))
            looks += 1
            if looks % int(RESOLVE_EVERY_S / LOOK_EVERY_S) == 0:
                await self.resolve()
