"""A node reads its instruments; where there is no media worker they are silent."""

from offhook.console.instruments import Instruments
from offhook.testing.loop import virtual
from offhook.testing.world import World


def test_without_a_node_they_are_silent() -> None:
    silent = Instruments()

    assert (silent.in_flight(), silent.lanes(), len(silent.beats())) == (0, 0, 0)


@virtual
async def test_a_node_shows_its_api_and_outbox() -> None:
    async with World() as world:
        instruments = world.node.instruments
        before = instruments.in_flight()
        with world.node.asgi.admission:
            during = instruments.in_flight()

    assert (before, during) == (0, 1)
    assert instruments.most_in_flight == 1000
    assert not instruments.beats()
