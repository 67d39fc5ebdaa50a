"""The telephones of `offhook dev`: one table of numbers, and what whoever has one does.

The numbers up to 0199 are those set apart for fiction; none of them leads out of this machine. A
persona is two coroutines over a call, one until it is answered and one from then on, which run in
virtual time as well. docs/dev.md shows the table.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final

from offhook.testing.damage import SOUND, Damage
from offhook.testing.handset import Handset
from offhook.testing.phone import Phone, answers, busy, ignores, only_rings, refuses
from offhook.testing.sound import RATE_HZ, Pcm, sounds, tone

PREFIX: Final = "+1202555"  # four digits follow
GREETING: Final = "Hello, this is Alice speaking. Who is calling, please?"
WELCOME: Final = "Hi, this is Bob. I cannot take your call. Leave a message after the tone."

RINGS_S: Final = 0.5  # before a telephone is answered, if nothing else is said
SLOW_S: Final = 10.0
BREATH_S: Final = 0.5  # between the answer and the first word
STAYS_S: Final = 3.0
DECLINES_AFTER_S: Final = 2.0
BEEP_HZ, BEEP_S = 1000.0, 0.5
CED_HZ, CED_S = 2100.0, 3.0  # of a fax that answers (ITU-T T.30 4.3.3.2: 2.6 to 4 s)
CNG_HZ, CNG_S, CNG_PAUSE_S = 1100.0, 0.5, 3.0  # of a fax that calls (T.30 4.3.3.1)
BAD = Damage(loss=0.1, jitter_s=0.06)
LOOK_S: Final = 0.1  # what is heard has no event
PAUSE_S: Final = 0.6  # of silence: the far end has said all
ENOUGH_S: Final = 1.0  # of sound, and a key is pressed
PATIENCE_S: Final = 3.0  # without that much sound; a Gather waits for 5 seconds (bxml.md 4.4)

Speak = Callable[[str], Pcm]
Answer = Callable[[Handset, int], Coroutine[Any, Any, None]]
Talk = Callable[[Handset, int, Speak], Coroutine[Any, Any, None]]


async def answers_soon(call: Handset, line: int) -> None:
    """Ring a moment and answer."""
    await answers(RINGS_S)(call)


async def answers_late(call: Handset, line: int) -> None:
    """Ring for long and answer."""
    await answers(SLOW_S)(call)


async def is_busy(call: Handset, line: int) -> None:
    """Refuse with 486."""
    await busy(call)


async def declines(call: Handset, line: int) -> None:
    """Ring and refuse with 603."""
    await refuses(603, DECLINES_AFTER_S, rings=True)(call)


async def rings_for_ever(call: Handset, line: int) -> None:
    """Ring and never answer."""
    await only_rings(call)


async def says_nothing(call: Handset, line: int) -> None:
    """Take the INVITE (the stack sends its 100) and nothing more."""
    await ignores(call)


async def rejects(call: Handset, line: int) -> None:
    """Refuse with the status that the number ends with."""
    await refuses(line)(call)


async def listens(call: Handset, line: int, speak: Speak) -> None:
    """Say nothing and stay."""


async def speaks(call: Handset, line: int, speak: Speak) -> None:
    """Say who is there."""
    await asyncio.sleep(BREATH_S)
    await call.say(speak(GREETING))


async def repeats(call: Handset, line: int, speak: Speak) -> None:
    """Say again what was said, each time the far end pauses; never listens while it speaks."""
    done = 0
    while True:
        await asyncio.sleep(LOOK_S)
        heard = call.heard[done:]
        spans = sounds(heard, gap_s=PAUSE_S)
        if not spans:
            done += max(0, len(heard) - RATE_HZ)  # no longer of use, but for the last second
        elif len(heard) / RATE_HZ - spans[-1].end_s >= PAUSE_S:
            await call.say(heard[_at(spans[0].start_s) : _at(spans[-1].end_s)])
            done = len(call.heard)


async def is_a_machine(call: Handset, line: int, speak: Speak) -> None:
    """Welcome, beep, and record: that is, be silent."""
    await asyncio.sleep(BREATH_S)
    await call.say(speak(WELCOME))
    await call.say(tone(BEEP_HZ, BEEP_S))


async def hangs_up(call: Handset, line: int, speak: Speak) -> None:
    """Hang up in the middle of whatever goes on."""
    await asyncio.sleep(STAYS_S)
    call.hang_up()


async def leaves(call: Handset, line: int, speak: Speak) -> None:
    """Hang up after as many seconds as the number's last digit is."""
    await asyncio.sleep(line % 10)
    call.hang_up()


async def is_a_fax(call: Handset, line: int, speak: Speak) -> None:
    """Sound like a fax machine: one tone if it was called, one again and again if it calls."""
    if call.invite is not None:
        await asyncio.sleep(BREATH_S)
        await call.say(tone(CED_HZ, CED_S))
        return
    while True:
        await call.say(tone(CNG_HZ, CNG_S))
        await asyncio.sleep(CNG_PAUSE_S)


async def presses(call: Handset, line: int, speak: Speak) -> None:
    """Press the last digit of the number once somebody has spoken, or after some patience."""
    for _ in range(round(PATIENCE_S / LOOK_S)):
        if sum(span.duration_s for span in sounds(call.heard)) >= ENOUGH_S:
            break
        await asyncio.sleep(LOOK_S)
    await call.press(str(line % 10))


@dataclass(frozen=True, slots=True)
class Persona:
    """Who has a number, or each of a range of them."""

    lines: range  # the last four digits, as numbers
    name: str
    does: str
    answer: Answer = answers_soon
    talk: Talk | None = listens  # None: never answers, and cannot call either
    listens: bool = False  # keeps what it hears
    talks: bool = True  # False: sends no RTP
    telephone_events: bool = True  # False: its keys are tones in the sound
    damage: Damage = SOUND  # of its line
    own_number: str | None = None  # of a persona of your own
    texts: tuple[str, ...] = ()  # what it says, to be spoken beforehand

    @property
    def numbers(self) -> tuple[str, ...]:
        """The telephone numbers."""
        if self.own_number is not None:
            return (self.own_number,)
        return tuple(number(line) for line in self.lines)

    @property
    def shown(self) -> str:
        """The number, or the first and the last one."""
        first, last = self.numbers[0], self.numbers[-1]
        return first if first == last else f"{first} to {last[-4:]}"


def number(line: int) -> str:
    """Return the telephone number with these last four digits."""
    return f"{PREFIX}{line:04}"


PERSONAS: Final = (
    Persona(
        range(101, 102),
        "speaks",
        "answers, says a sentence, then listens",
        talk=speaks,
        texts=(GREETING,),
    ),
    Persona(range(102, 103), "silent", "answers and says nothing"),
    Persona(
        range(103, 104),
        "repeats",
        "answers and says again what it hears, after each pause",
        talk=repeats,
        listens=True,
    ),
    Persona(
        range(104, 105),
        "slow",
        "rings for 10 seconds, answers and says a sentence",
        answers_late,
        speaks,
    ),
    Persona(range(105, 106), "impatient", "answers and hangs up after 3 seconds", talk=hangs_up),
    Persona(
        range(106, 107),
        "machine",
        "an answering machine: greeting, a beep of 1000 Hz, silence",
        talk=is_a_machine,
        texts=(WELCOME,),
    ),
    Persona(range(107, 108), "one-way", "answers and sends no RTP at all", talks=False),
    Persona(
        range(108, 109),
        "bad-line",
        "answers and says a sentence; a tenth of the packets is lost both ways, the others come up "
        "to 60 ms late",
        talk=speaks,
        damage=BAD,
    ),
    Persona(
        range(109, 110),
        "fax",
        "a fax machine: 2100 Hz for 3 seconds (CED); if it calls, 1100 Hz every 3.5 seconds (CNG)",
        talk=is_a_fax,
    ),
    Persona(range(110, 111), "busy", "is busy: 486", is_busy, None),
    Persona(range(111, 112), "declines", "rings for 2 seconds and declines: 603", declines, None),
    Persona(range(112, 113), "absent", "rings and never answers", rings_for_ever, None),
    Persona(range(113, 114), "dead", "100 Trying and then nothing", says_nothing, None),
    Persona(
        range(120, 130),
        "presses",
        "answers and presses the key that is its last digit, once it has heard a second of sound "
        "(or after 3 seconds)",
        talk=presses,
        listens=True,
    ),
    Persona(
        range(131, 140),
        "leaves",
        "answers and hangs up after as many seconds as its last digit says",
        talk=leaves,
    ),
    Persona(
        range(140, 150),
        "presses-tones",
        "as 0120 to 0129, but the key is a tone in the sound (in-band)",
        talk=presses,
        listens=True,
        telephone_events=False,
    ),
    Persona(
        range(400, 700),
        "rejects",
        "refuses with the SIP status that its last three digits are",
        rejects,
        None,
    ),
)


def give(persona: Persona, phone: Phone, speak: Speak) -> None:
    """Make a telephone behave as a persona does when it is called."""
    line = int(phone.number[-4:])

    async def behave(call: Handset) -> None:
        try:
            await persona.answer(call, line)
            await converse(persona, call, line, speak)
        finally:
            call.forget()

    phone.behaviour = behave
    equip(persona, phone)


def equip(persona: Persona, phone: Phone) -> None:
    """Give a telephone what a persona's has, for calls in either direction."""
    phone.listens = persona.listens
    phone.talks = persona.talks
    phone.telephone_events = persona.telephone_events
    phone.damage = persona.damage


async def converse(persona: Persona, call: Handset, line: int, speak: Speak) -> None:
    """Do what a persona does on an answered call, and stay until it is over."""
    if persona.talk is not None:
        await persona.talk(call, line, speak)
    await call.wait("ended")


def find(wanted: str, personas: Iterable[Persona] = PERSONAS) -> Persona | None:
    """Return who has a number; None if nobody does."""
    return next((each for each in personas if wanted in each.numbers), None)


def table() -> str:
    """Return the table of numbers, in Markdown."""
    rows = [f"| `{each.shown}` | {each.name} | {each.does} |" for each in PERSONAS]
    return "\n".join(["| Number | Name | What it does |", "|---|---|---|", *rows])


def _at(seconds: float) -> int:
    return round(seconds * RATE_HZ)
