"""One recogniser for all, and a queue before it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import pytest

from offhook.calls.hearing import Hearing
from offhook.calls.limits import PASSAGES_WAITING
from offhook.scopes import InlineOffload, background
from offhook.speech import Pcm, RecognitionError, Utterance, Word
from offhook.testing.loop import virtual

T = TypeVar("T")
PCM: Pcm = np.zeros(160, np.int16)


class Parrot:
    languages: Sequence[str] = ("en-US", "en-GB", "es-US")

    def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        return Utterance((Word(" ".join(hints), 0.0, 0.0, 1.0),), 1.0)


@virtual
async def test_the_recogniser_is_asked_and_told_the_hints() -> None:
    heard = await Hearing(Parrot(), InlineOffload()).recognize(PCM, ["blue", "red"])

    assert heard.text == "blue red"


@virtual
async def test_without_one_everybody_is_told_so() -> None:
    hearing = Hearing(None, InlineOffload())

    assert not hearing.available
    with pytest.raises(RecognitionError, match="no speech recogniser is installed"):
        await hearing.recognize(PCM)
    with pytest.raises(RecognitionError, match="no speech recogniser is installed"):
        hearing.language(())


@pytest.mark.parametrize(
    ("wanted", "got"),
    [((), "en-US"), (("en_gb",), "en-GB"), (("fr-FR", "ES-us"), "es-US")],
)
def test_the_first_language_that_is_understood_is_taken(wanted: tuple[str, ...], got: str) -> None:
    assert Hearing(Parrot(), InlineOffload()).language(wanted) == got


def test_a_language_that_is_not_understood_is_told_with_those_that_are() -> None:
    with pytest.raises(RecognitionError, match="not understand de-DE, only en-US, en-GB, es-US"):
        Hearing(Parrot(), InlineOffload()).language(["de-DE"])


@virtual
async def test_the_queue_has_an_end_and_room_again_later() -> None:
    gate = asyncio.Event()

    class Slow:
        async def __call__(self, work: Callable[[], T]) -> T:
            await gate.wait()
            return work()

    hearing = Hearing(Parrot(), Slow())

    async def many() -> list[Utterance]:
        return await asyncio.gather(*(hearing.recognize(PCM) for _ in range(PASSAGES_WAITING)))

    async with background(many()) as waiting:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(RecognitionError, match="wait for the recogniser already"):
            await hearing.recognize(PCM)
        gate.set()
        await waiting
    assert (await hearing.recognize(PCM, ["now"])).text == "now"
    assert hearing.waiting == 0
