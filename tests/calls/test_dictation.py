"""One track, while it is spoken."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import pytest

from offhook.calls.dictation import PASSAGES_BEHIND, Dictation, Said
from offhook.calls.hearing import Hearing
from offhook.media.codecs.g711 import ULAW_ENCODE
from offhook.scopes import InlineOffload
from offhook.speech import Pcm, RecognitionError, Utterance
from offhook.testing.hearing import ReadingEar
from offhook.testing.loop import virtual
from offhook.testing.sound import silence, tone
from offhook.testing.words import speak

T = TypeVar("T")


def hear(dictation: Dictation, *parts: Pcm, lost: int = 0) -> None:
    audio = np.concatenate(parts)
    for start in range(0, len(audio) // 160 * 160, 160):
        frame = audio[start : start + 160]
        dictation.hear(ULAW_ENCODE[frame.view(np.uint16)].tobytes(), lost)
        lost = 0


def ear() -> Hearing:
    return Hearing(ReadingEar(), InlineOffload())


async def rest(dictation: Dictation) -> list[tuple[str, bool]]:
    found: list[Said] = []
    while (said := await dictation.next()) is not None:
        found.append(said)
    return [(each.utterance.text, each.final) for each in found]


@virtual
async def test_passages_come_in_order_with_their_times_and_the_last_at_the_end() -> None:
    dictation = Dictation(ear())
    hear(dictation, silence(1.0), speak("one two"), silence(1.0), speak("three"))
    first = await dictation.next()
    dictation.close()
    dictation.close()
    hear(dictation, speak("four"), silence(1.0))

    assert first is not None
    assert (first.utterance.text, first.final) == ("one two", True)
    assert first.start_s == pytest.approx(0.84, abs=0.1)
    assert first.end_s == pytest.approx(2.0, abs=0.1)
    assert await rest(dictation) == [("three", True)]


@virtual
async def test_what_was_said_so_far_comes_about_once_a_second() -> None:
    dictation = Dictation(ear(), partials=True)
    words = "please send me a new card by mail thank you"
    pcm = np.concatenate([speak(words), silence(1.0)])
    found = []
    for start in range(0, len(pcm), 4000):
        hear(dictation, pcm[start : start + 4000])
        try:
            async with asyncio.timeout(0.01):
                said = await dictation.next()
        except TimeoutError:
            continue
        assert said is not None
        found.append((said.utterance.text, said.final))

    *partial, last = found
    assert last == (words, True)
    assert len(partial) == 2
    assert all(words.startswith(text[:-1]) and not final for text, final in partial)


@virtual
async def test_a_partial_passage_that_is_out_of_date_is_left_out() -> None:
    dictation = Dictation(ear(), partials=True)
    hear(dictation, speak("please send me a new card by mail"), silence(1.0))
    dictation.close()

    assert await rest(dictation) == [("please send me a new card by mail", True)]


@virtual
async def test_who_begins_to_speak_is_told_at_once_and_once() -> None:
    told: list[str] = []
    dictation = Dictation(ear(), began=lambda: told.append("began"))
    hear(dictation, silence(0.5), speak("one"))
    assert told == ["began"]
    hear(dictation, speak("two"), silence(1.0), tone(440, 0.5))

    assert told == ["began", "began"]


@virtual
async def test_frames_that_were_lost_are_silence() -> None:
    dictation = Dictation(ear())
    hear(dictation, speak("one"))
    hear(dictation, speak("two"), lost=50)
    dictation.close()

    assert await rest(dictation) == [("one", True), ("two", True)]


@virtual
async def test_what_the_recogniser_cannot_do_is_raised_and_the_next_passage_counts() -> None:
    class Moody(ReadingEar):
        def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
            if not self.hints:
                self.hints.append(())
                raise RecognitionError("not now")
            return super().recognize(pcm, hints)

    dictation = Dictation(Hearing(Moody(), InlineOffload()))
    hear(dictation, speak("one"), silence(1.0), speak("two"))
    dictation.close()
    with pytest.raises(RecognitionError, match="not now"):
        await dictation.next()

    assert await rest(dictation) == [("two", True)]


@virtual
async def test_passages_that_nobody_takes_are_not_kept_for_ever() -> None:
    dictation = Dictation(ear())
    for number in range(PASSAGES_BEHIND + 2):
        hear(dictation, speak(str(number)), silence(0.8))
    dictation.close()
    found = await rest(dictation)

    assert dictation.dropped == 2
    assert [text for text, _ in found] == [str(n) for n in range(2, PASSAGES_BEHIND + 2)]


@virtual
async def test_it_waits_until_something_is_said() -> None:
    class Busy:
        async def __call__(self, work: Callable[[], T]) -> T:
            await asyncio.sleep(2.0)
            return work()

    dictation = Dictation(Hearing(ReadingEar(), Busy()))
    loop = asyncio.get_running_loop()
    loop.call_later(3.0, lambda: hear(dictation, speak("hi"), silence(1.0)))
    said = await dictation.next()

    assert said is not None
    assert said.utterance.text == "hi"
    assert loop.time() == pytest.approx(5.0)
