"""Telephones on real sockets of loopback: two banks call each other, and speak with a voice."""

import asyncio

import pytest

from offhook.dev.bank import populate, telephones, voice
from offhook.dev.personas import GREETING, PERSONAS, number
from offhook.testing.handset import CallOverError
from offhook.testing.server import free_ports
from offhook.testing.sound import silence, sounds, tone, tones

pytestmark = pytest.mark.slow

LIMIT_S = 30


def test_the_voice_says_each_text_once() -> None:
    speak = voice()
    said = speak(GREETING)

    assert sum(span.duration_s for span in sounds(said)) > 1.5
    assert speak(GREETING) is said


def test_the_personas_are_there_over_real_sockets() -> None:
    async def story() -> None:
        here, there = free_ports(2)
        async with (
            asyncio.timeout(LIMIT_S),
            telephones(there, here) as bank,
            telephones(here, there) as callers,
        ):
            populate(bank, lambda _: tone(500.0, 1.0))
            phone = callers.phone("+12025550143")
            speaking = await phone.dial(number(101))
            impatient = await phone.dial(number(105))
            busy = await phone.dial(number(110))
            nobody = await phone.dial("+12025550199")
            for call in (busy, nobody):
                with pytest.raises(CallOverError):
                    await call.wait("answered")
            await impatient.wait("ended")

            assert busy.end == "refused: 486 Busy Here"
            assert nobody.end == "refused: 404 Not Found"
            assert impatient.end == "hung up by the far end"
            (heard,) = tones(speaking.heard, 500.0)
            assert heard.duration_s == pytest.approx(1.0, abs=0.1)
            assert speaking.end is None

    asyncio.run(story())


def test_every_number_of_the_table_has_a_telephone() -> None:
    async def story() -> None:
        async with telephones(0, 9) as bank:
            populate(bank, lambda _: silence(0.1))
            behaviours = {bank.phone(each).behaviour for p in PERSONAS for each in p.numbers}
            assert len(behaviours) == sum(len(persona.numbers) for persona in PERSONAS)
            one_way = bank.phone(number(107))
            assert not one_way.talks

    asyncio.run(story())
