"""The memory of answers."""

from tests.store.samples import ACCOUNT, answer

from offhook.calls.memory import Memory
from offhook.scopes import InlineOffload
from offhook.store import Store
from offhook.testing.loop import running_loop, virtual


@virtual
async def test_what_is_still_being_written_is_recalled() -> None:
    store = Store.open("sqlite://", running_loop().clock, threaded=False)
    kept = answer(created=running_loop().clock.wall())
    store.keep_answer(kept)

    assert await Memory(store, InlineOffload()).recall(ACCOUNT, "createCall", kept.key) == kept
    assert await Memory(store, InlineOffload()).recall(ACCOUNT, "createCall", "other") is None
    store.close()
