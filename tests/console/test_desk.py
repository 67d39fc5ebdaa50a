"""The store as pages read it."""

from tests.console.site import Site
from tests.store.samples import FULL

from offhook.testing.loop import virtual


@virtual
async def test_what_was_written_a_moment_ago_can_be_read() -> None:
    site = Site()
    site.store.put_call(FULL)

    assert await site.desk.read(lambda store: store.any_call(FULL.call_id)) == FULL
