"""What a persona of your own can do, step by step: one table, from which the page is made too.

A step is a word with or without a value. Some make sense while it rings, some once it has answered.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final

from offhook.dev import values
from offhook.dev.personas import BEEP_HZ, BEEP_S, LOOK_S, PAUSE_S, Speak, repeats
from offhook.dev.values import Tone
from offhook.testing.handset import Handset
from offhook.testing.sound import RATE_HZ, Pcm, sounds, tone, tones

TONE_S: Final = 0.2  # what is shorter may be part of speech


class Phase(Enum):
    """When a step makes sense."""

    RINGING = "before the answer"
    TALKING = "after the answer"
    ALWAYS = "at any time"


@dataclass(slots=True)
class Scene:
    """A call in which steps are taken, and up to where it was listened to."""

    call: Handset
    speak: Speak
    heard: int = 0  # samples
    digits: int = 0

    def rest(self) -> Pcm:
        """What was heard since the last thing that was waited for."""
        return self.call.heard[self.heard :]

    def take(self, until_s: float) -> None:
        """Go past so many seconds of the rest."""
        self.heard += round(until_s * RATE_HZ)


Do = Callable[[Scene, Any], Coroutine[Any, Any, None]]


async def ring(scene: Scene, duration_s: float) -> None:
    """Ring so long."""
    scene.call.ring()
    await asyncio.sleep(duration_s)


async def answer(scene: Scene, _: None) -> None:
    """Answer."""
    await scene.call.answer()


async def reject(scene: Scene, code: int) -> None:
    """Refuse the call with this SIP status."""
    scene.call.refuse(code)


async def wait(scene: Scene, duration_s: float) -> None:
    """Do nothing for so long."""
    await asyncio.sleep(duration_s)


async def lose(scene: Scene, share: float) -> None:
    """From now on lose this share of the packets of sound, both ways."""
    scene.call.wear(replace(scene.call.damage, loss=share))


async def delay(scene: Scene, jitter_s: float) -> None:
    """From now on let packets of sound come up to so much later, both ways."""
    scene.call.wear(replace(scene.call.damage, jitter_s=jitter_s))


async def say(scene: Scene, text: str) -> None:
    """Say it with the built-in voice."""
    await scene.call.say(scene.speak(text))


async def play(scene: Scene, pcm: Pcm) -> None:
    """Play a WAV or MP3 file, beside the file of the personas or with its whole path."""
    await scene.call.say(pcm)


async def sound(scene: Scene, made: Tone) -> None:
    """Make a tone, for a second if nothing is said."""
    await scene.call.say(made.pcm)


async def beep(scene: Scene, _: None) -> None:
    """Beep as an answering machine does."""
    await scene.call.say(tone(BEEP_HZ, BEEP_S))


async def press(scene: Scene, keys: str) -> None:
    """Press these keys."""
    await scene.call.press(keys)


async def wait_for_sound(scene: Scene, _: None) -> None:
    """Wait until something is heard."""
    while True:
        if found := sounds(scene.rest()):
            scene.take(found[0].start_s)
            return
        await asyncio.sleep(LOOK_S)


async def wait_for_silence(scene: Scene, duration_s: float) -> None:
    """Wait until something was heard and then nothing for so long."""
    while True:
        rest = scene.rest()
        spans = sounds(rest, gap_s=max(duration_s, PAUSE_S))
        if spans and len(rest) / RATE_HZ - spans[0].end_s >= duration_s:
            scene.take(spans[0].end_s)
            return
        await asyncio.sleep(LOOK_S)


async def wait_for_tone(scene: Scene, wanted: Tone) -> None:
    """Wait until this tone is heard."""
    while True:
        spans = tones(scene.rest(), wanted.frequency_hz, gap_s=0.02)
        if found := next((each for each in spans if each.duration_s >= TONE_S), None):
            scene.take(found.end_s)
            return
        await asyncio.sleep(LOOK_S)


async def wait_for_key(scene: Scene, wanted: str) -> None:
    """Wait until the far end presses this key."""
    while (place := scene.call.digits.find(wanted, scene.digits)) < 0:
        await scene.call.wait("digit", count=len(scene.call.digits) + 1)
    scene.digits = place + 1


async def repeat(scene: Scene, duration_s: float) -> None:
    """Say again what is heard, after each pause, for so long."""
    try:
        async with asyncio.timeout(duration_s):
            await repeats(scene.call, 0, scene.speak)
    except TimeoutError:
        return


async def hang_up(scene: Scene, _: None) -> None:
    """Hang up."""
    scene.call.hang_up()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of step."""

    word: str
    phase: Phase
    do: Do
    read: Callable[..., Any] | None = None  # None: it takes no value
    example: str = ""
    ends: bool = False  # nothing can come after it


KINDS: Final = {
    kind.word: kind
    for kind in (
        Kind("ring", Phase.RINGING, ring, values.seconds, "3s"),
        Kind("answer", Phase.RINGING, answer),
        Kind("reject", Phase.RINGING, reject, values.status, "486", ends=True),
        Kind("wait", Phase.ALWAYS, wait, values.seconds, "500ms"),
        Kind("loss", Phase.ALWAYS, lose, values.share, "5%"),
        Kind("jitter", Phase.ALWAYS, delay, values.seconds, "40ms"),
        Kind("say", Phase.TALKING, say, values.words, "Good morning."),
        Kind("play", Phase.TALKING, play, values.audio, "hello.wav"),
        Kind("tone", Phase.TALKING, sound, values.sound, "440 Hz for 2s"),
        Kind("beep", Phase.TALKING, beep),
        Kind("press", Phase.TALKING, press, values.keys, "'12#'"),
        Kind("wait for sound", Phase.TALKING, wait_for_sound),
        Kind("wait for silence", Phase.TALKING, wait_for_silence, values.seconds, "1s"),
        Kind("wait for tone", Phase.TALKING, wait_for_tone, values.sound, "1000 Hz"),
        Kind("wait for key", Phase.TALKING, wait_for_key, values.key, "'5'"),
        Kind("repeat", Phase.TALKING, repeat, values.seconds, "10s"),
        Kind("hang up", Phase.TALKING, hang_up, ends=True),
    )
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step, with what it takes."""

    kind: Kind
    value: Any = field(default=None, hash=False)

    async def take(self, scene: Scene) -> None:
        """Do it."""
        await self.kind.do(scene, self.value)


def table() -> str:
    """Return the table of steps, in Markdown."""
    rows = [
        f"| `{kind.word}{f': {kind.example}' if kind.example else ''}` | {kind.phase.value} "
        f"| {_first(kind.do.__doc__ or '')} |"
        for kind in KINDS.values()
    ]
    return "\n".join(["| Step | When | What it does |", "|---|---|---|", *rows])


def _first(text: str) -> str:
    return text.partition("\n")[0].removesuffix(".").lower()
