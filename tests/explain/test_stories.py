"""Ids and the stories they open; most are opened by the tests beside this one."""

from tests.explain.scene import error_id

from offhook.explain.stories import tell
from offhook.testing.loop import virtual
from offhook.testing.phone import refuses
from offhook.testing.world import World


@virtual
async def test_a_call_and_its_error_id_tell_the_same() -> None:
    async with World() as world:
        world.phone().behaviour = refuses(486)
        told_id = await error_id(world)
        incident = world.store.incident(told_id)
        assert incident is not None
        by_error, by_call = (
            tell(world.store, told_id),
            tell(world.store, incident.call_id or ""),
        )

        assert by_error is not None
        assert by_call is not None
        assert by_error.explanation.cause == by_call.explanation.cause
        assert by_error.account_id == by_call.account_id == "9900000"
        assert tell(world.store, "c-unknown") is None
