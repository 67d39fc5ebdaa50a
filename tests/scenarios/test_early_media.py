"""bxml.md 4.4: a forwarded caller hears the far end before it answers (RFC 3960)."""

import asyncio

from tests.scenarios.cases import about, kinds, sip_sent
from tests.scenarios.links import FAR_HZ, N1, NEAR_HZ, party

from offhook.testing import sound
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.world import World

FORWARD = f'<Forward to="{N1}"/>'
BUSY_HZ = 1700.0


async def announces(call: Handset) -> None:
    """Say something before the answer, and something after it."""
    call.ring()
    await call.early()
    await call.say(sound.tone(BUSY_HZ, 0.5))
    await asyncio.sleep(0.5)
    await call.answer()
    await asyncio.sleep(0.2)
    await call.say(sound.tone(FAR_HZ, 0.5))


async def announces_and_refuses(call: Handset) -> None:
    """Say why, then refuse."""
    await call.early()
    await call.say(sound.tone(BUSY_HZ, 1.0))
    call.refuse(486)


def lengths(call: Handset, frequency_hz: float) -> list[float]:
    """Return how long the tones are that a phone has heard."""
    return [round(span.duration_s, 1) for span in sound.tones(call.heard, frequency_hz)]


@virtual
async def test_the_caller_hears_the_far_end_before_and_after_the_answer() -> None:
    async with World() as world:
        far = party(world, behaviour=announces)
        talk = await world.calling(FORWARD)
        early = await talk.phone.wait("early")
        answered = await talk.phone.wait("answered")
        await asyncio.sleep(0.2)
        await talk.phone.say(sound.tone(NEAR_HZ, 0.5))
        await asyncio.sleep(0.5)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert answered - early == about(1.0, 0.1)
    assert lengths(talk.phone, BUSY_HZ) == [0.5]
    assert lengths(talk.phone, FAR_HZ) == [0.5]
    assert lengths(far.call, NEAR_HZ) == [0.5]
    assert sip_sent(world)[:3] == [
        "SIP/2.0 180 Ringing",
        f"INVITE sip:{N1}@10.0.0.2 SIP/2.0",
        "SIP/2.0 183 Session Progress",
    ]
    assert event["cause"] == "hangup"
    assert kinds(talk) == ["initiate", "disconnect"]


@virtual
async def test_an_announcement_may_be_all_there_is() -> None:
    async with World() as world:
        party(world, behaviour=announces_and_refuses)
        talk = await world.calling(FORWARD)
        event = await talk.disconnect()
        await talk.phone.wait("ended")

    assert lengths(talk.phone, BUSY_HZ) == about([1.0], 0.15)  # the end is on its way
    assert talk.phone.when("answered") is None
    assert talk.phone.end == "refused: 486 Busy Here"
    assert (event["cause"], "answerTime" in event) == ("busy", False)


@virtual
async def test_who_gives_up_during_the_announcement_cancels_the_leg() -> None:
    async with World() as world:
        far = party(world, behaviour=announces)
        talk = await world.calling(FORWARD)
        await talk.phone.wait("early")
        await asyncio.sleep(0.3)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "cancel"
    assert far.call.end == "cancelled by the caller"


@virtual
async def test_a_caller_of_a_transfer_hears_ringing_and_no_announcement() -> None:
    async with World() as world:
        party(world, behaviour=announces)
        talk = await world.answered(f"<Transfer><PhoneNumber>{N1}</PhoneNumber></Transfer>")
        far = await world.phone(N1).wait_call()
        await far.wait("answered")
        await asyncio.sleep(1)
        talk.phone.hang_up()
        await talk.disconnect()

    assert lengths(talk.phone, BUSY_HZ) == []
    assert lengths(talk.phone, FAR_HZ) == [0.5]
