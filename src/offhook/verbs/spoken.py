"""How a Gather listens to what is said, and perhaps to keys as well (bxml.md 4.5)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from offhook.scopes import background
from offhook.verbs import Began, Spoken, Words


@dataclass(frozen=True, slots=True)
class Ears:
    """Where keys and words come from, and who is told of words that are not all yet."""

    keys: "asyncio.Queue[str] | None"  # None: keys do not count
    words: "asyncio.Queue[Spoken]"
    partial: Callable[[str], None]


async def ask(ears: Ears, prompt: Callable[[], Awaitable[None]], patience_s: float) -> str | Words:
    """Prompt once; return the first key or what was said.

    Who begins to speak is not prompted any further. Raises TimeoutError if nobody speaks within
    `patience_s` after the prompts, or after a sound that was no speech.
    """
    async with asyncio.timeout(None) as silence:

        def wait() -> None:
            silence.reschedule(asyncio.get_running_loop().time() + patience_s)

        async def prompted() -> None:
            await prompt()
            wait()

        async with background(prompted()) as prompting:
            while True:
                match await _next(ears):
                    case Began():
                        prompting.cancel()
                        silence.reschedule(None)
                    case Words(text="", final=True):
                        wait()
                    case Words(final=True) | str() as answer:
                        return answer
                    case Words(text=text) if text:
                        ears.partial(text)


async def _next(ears: Ears) -> str | Spoken:
    """Return the next key or the next that is said; a key goes first."""
    if ears.keys is None:
        return await ears.words.get()
    async with background(ears.keys.get()) as key, background(ears.words.get()) as said:
        await asyncio.wait([key, said], return_when=asyncio.FIRST_COMPLETED)
        return key.result() if key.done() else said.result()
