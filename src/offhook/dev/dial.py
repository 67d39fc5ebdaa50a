"""One persona calls a number of the running network: a SIP peer of its own, for one call."""

import asyncio
import signal
from collections.abc import Callable, Sequence

from offhook.dev.bank import rehearsed, telephones
from offhook.dev.personas import PERSONAS, Persona, Speak, converse, equip, find
from offhook.dev.site import DevError, is_free
from offhook.scopes import background
from offhook.testing.handset import CallOverError, Handset
from offhook.testing.phone import Phones

RINGING_S = 120.0  # then nobody is going to answer


def caller(number: str, personas: Sequence[Persona] = PERSONAS) -> Persona:
    """Return who has a number and can call; raises DevError."""
    persona = find(number, personas)
    if persona is None:
        raise DevError(f"nobody has the number {number}: see the table of `offhook dev`")
    if persona.talk is None:
        raise DevError(f"{number} ({persona.name}) never speaks to anybody: choose one that does")
    return persona


async def dial(
    number: str,
    to: str,
    sip_port: int,
    say: Callable[[str], None],
    personas: Sequence[Persona] = PERSONAS,
) -> bool:
    """Call from a persona's number until either side ends it; whether it was answered.

    Raises DevError when nobody can be called or call.
    """
    persona = caller(number, personas)
    if is_free(sip_port):
        raise DevError("the network does not run: start it with `offhook dev`")
    speak = await asyncio.to_thread(rehearsed, [persona])
    async with telephones(0, sip_port) as phones:
        call = await placed(phones, persona, number, to)
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, call.hang_up)
        return await told(call, persona, speak, say)


async def placed(phones: Phones, persona: Persona, number: str, to: str) -> Handset:
    """Let a persona's telephone dial."""
    phone = phones.phone(number)
    equip(persona, phone)
    return await phone.dial(to)


async def told(call: Handset, persona: Persona, speak: Speak, say: Callable[[str], None]) -> bool:
    """Go through a call that was dialled, and say what happens."""
    line = int(call.leg.partition("/")[0][-4:])
    say(f"{persona.name} calls")
    try:
        async with asyncio.timeout(RINGING_S):
            await call.wait("answered")
    except (CallOverError, TimeoutError):
        call.hang_up()
        say(f"not answered: {call.end}")
        return False
    say("answered")
    try:
        async with background(converse(persona, call, line, speak)):
            await call.wait("ended")
    except CallOverError:
        pass  # it was in the middle of something
    say(str(call.end))
    return True
