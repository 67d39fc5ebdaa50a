"""The memory: answers to requests that named a key (api/idempotency.py)."""

from offhook.records import KeptAnswer
from offhook.scopes import Offload
from offhook.store import Store


class Memory:
    """Reads what calls were created with."""

    def __init__(self, store: Store, offload: Offload) -> None:
        self._store = store
        self._offload = offload

    async def recall(self, account_id: str, operation: str, key: str) -> KeptAnswer | None:
        """Return the answer to an earlier request; one that is still being written is waited for.

        Without that wait a request that timed out could be carried out a second time.
        """
        await self._store.flushed()
        return await self._offload(lambda: self._store.kept_answer(account_id, operation, key))
