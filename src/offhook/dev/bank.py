"""Telephones on loopback: real SIP and RTP sockets, and a voice of their own."""

import asyncio
import functools
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from offhook.dev.personas import PERSONAS, Persona, Speak, give
from offhook.media.ports import UdpPorts
from offhook.sip.resolve import Resolver, ask_dns
from offhook.sip.sockets import NetworkSockets
from offhook.sip.transport import Address
from offhook.speech import Pcm
from offhook.ssml import Sentence, Text
from offhook.testing.phone import Phones

HOST = "127.0.0.1"
FIRST_PORT, LAST_PORT = 40002, 50000  # RTP; the server's own are below (site.CONFIG)
CALLS = 256  # at once


def voice() -> Speak:
    """Return what speaks a text with the built-in voice; each text is made once."""
    from offhook.speech.pico import Voices

    voices = Voices()

    @functools.cache
    def speak(text: str) -> Pcm:
        return voices.synthesize(Sentence((Text(text),)))

    return speak


@asynccontextmanager
async def telephones(port: int, server_port: int) -> AsyncIterator[Phones]:
    """Plug in telephones at a SIP port, 0 for any; they call the server at its port."""
    rng, now = random.SystemRandom(), asyncio.get_running_loop().time
    sockets = NetworkSockets(Resolver(ask_dns, now, rng), HOST, port)
    await sockets.bind()
    ports = UdpPorts(HOST, first=FIRST_PORT, last=LAST_PORT)
    phones = Phones(sockets, ports, rng, Address("udp", HOST, server_port), CALLS)
    phones.start()
    try:
        yield phones
    finally:
        await phones.close()
        await sockets.close()


def rehearsed(personas: Iterable[Persona]) -> Speak:
    """Return a voice that has said every text once, so that no call waits for it."""
    speak = voice()
    for text in (each for persona in personas for each in persona.texts):
        speak(text)
    return speak


def populate(phones: Phones, speak: Speak, personas: Iterable[Persona] = PERSONAS) -> None:
    """Give every number of the table its persona."""
    for persona in personas:
        for number in persona.numbers:
            give(persona, phones.phone(number), speak)
