"""Who was turned away leaves a story, and a flood of them leaves a part."""

import asyncio
import random

from offhook.calls.turned_away import BURST, TurnedAway
from offhook.clock import Clock
from offhook.directory import Directory
from offhook.ids import Ids
from offhook.records import Incident, IncidentKind
from offhook.sip.transport import Address
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.phone import Phones
from offhook.testing.world import World


@virtual
async def test_a_stranger_is_told_nothing_and_the_operator_all() -> None:
    async with World() as world:
        strangers = Phones(
            world.network.sip_sockets("10.0.0.9"),
            world.network.ports("10.0.0.9"),
            world.rng,
            Address("udp", "10.0.0.1", 5060),
            4,
        )
        strangers.start()
        call: Handset = await strangers.phone("+12025550177").dial("+12025550100")
        await asyncio.sleep(1)
        await world.store.flushed()
        (incident,) = world.store.incidents()
        await strangers.close()

    assert call.end == "refused: 403 Forbidden"
    assert incident.kind is IncidentKind.INVITE
    assert incident.data["why"] == ("no trunk allows calls from 10.0.0.9: trunk allows 10.0.0.2")
    assert incident.data["to"].startswith("sip:+12025550100@")


def test_a_flood_is_written_down_in_part() -> None:
    kept: list[Incident] = []
    clock = Clock(lambda: 0.0, lambda: 0.0)
    turned_away = TurnedAway(kept.append, Ids(random.Random(1)), clock, Directory, dict)
    for _ in range(BURST + 5):
        turned_away.caller("1", {"code": 404})

    assert len(kept) == BURST
    assert kept[0].account_id == "1"
