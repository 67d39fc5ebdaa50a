"""What a Gather hears its party say (bxml.md 4.5): the `Line.understand` of verbs/__init__.py."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from offhook.calls.dictation import Dictation, Said
from offhook.calls.journal import Journal
from offhook.calls.plant import Plant
from offhook.scopes import background
from offhook.speech import RecognitionError
from offhook.speech.decency import decent
from offhook.speech.numerals import spelled
from offhook.verbs import Began, SpeechOrder, Spoken, Words

END_S: Final = 1.0  # of silence: people who look for a word are given more time than in a text


@asynccontextmanager
async def understand(
    plant: Plant, leg: str, journal: Journal, order: SpeechOrder
) -> AsyncIterator[asyncio.Queue[Spoken] | None]:
    """Listen while open; None if nothing would be understood, and the log says why."""
    try:
        language = plant.hearing.language([order.language])
    except RecognitionError as error:
        journal.log("speech.deaf", reason=str(error))
        yield None
        return
    heard: asyncio.Queue[Spoken] = asyncio.Queue()
    dictation = Dictation(
        plant.hearing,
        hints=order.hints,
        partials=order.partials,
        end_s=END_S,
        began=lambda: heard.put_nowait(Began()),
    )
    journal.log("speech.listening", language=language)

    async def follow() -> None:
        while True:
            heard.put_nowait(await _next(dictation, journal, order))

    ear = plant.listening.begin(
        leg, ("inbound",), lambda _, coded, lost: dictation.hear(coded, lost)
    )
    try:
        async with background(follow()):
            yield heard
    finally:
        plant.listening.end(ear)


async def _next(dictation: Dictation, journal: Journal, order: SpeechOrder) -> Words:
    """Return what is said next; a recogniser that fails has heard nothing."""
    try:
        said = await dictation.next()
    except RecognitionError as error:
        journal.log("speech.failed", reason=str(error))
        return Words("", final=True)
    assert said is not None, "a dictation that nobody closes goes on"
    words = _text(said, order)
    if said.final:
        heard_s = round(said.end_s - said.start_s, 2)
        sure = said.utterance.confidence
        journal.log("speech.heard", words=len(words.split()), duration_s=heard_s, confidence=sure)
    return Words(words, final=said.final)


def _text(said: Said, order: SpeechOrder) -> str:
    utterance = said.utterance
    if order.numerals:
        words = spelled([word for word in utterance.words if word.spoken])
        text = " ".join(word.text for word in words)
    else:
        text = utterance.text
    return decent(text) if order.decent else text
