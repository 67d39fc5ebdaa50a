"""What a conference plays and records: its documents, one after the other (bxml.md 10.9).

A document is looked at when it comes, and refused as a whole or put behind the others; one task
runs them. A verb that fails is skipped, for there is no call that could end of it.
"""

import asyncio
from collections.abc import Awaitable

from offhook.calls.journal import Journal
from offhook.calls.limits import DOCUMENTS_WAITING
from offhook.calls.pages import Page, read, read_and_log
from offhook.calls.plant import Plant
from offhook.calls.sounds import Sounds
from offhook.calls.tape import Tape
from offhook.errors import CallError
from offhook.hooks import Credentials, is_relative
from offhook.ssml import Sentence
from offhook.verbs import RecordingOrder, StudioVerb, faults
from offhook.verbs.contexts import Context
from offhook.verbs.document import Document, InvalidBxml
from offhook.verbs.faults import Finding


class RoomLine:
    """What a verb sees of a conference (verbs/__init__.py: Studio)."""

    def __init__(self, sounds: Sounds, tape: Tape) -> None:
        self._sounds = sounds
        self._tape = tape
        self.base: str | None = None  # of the running document

    async def play(self, url: str, credentials: Credentials | None) -> None:
        """Play a file to all."""
        await self._sounds.play(self.base, url, credentials)

    async def speak(self, sentence: Sentence) -> None:
        """Speak to all."""
        await self._sounds.speak(sentence)

    def start_recording(self, order: RecordingOrder) -> None:
        """Begin to record, unless that is being done."""
        self._tape.start(order.resolve(self.base))

    def pause_recording(self, paused: bool) -> None:
        """Pause or resume the recording."""
        self._tape.pause(paused)

    def stop_recording(self) -> None:
        """End the recording."""
        self._tape.stop()


class FullError(Exception):
    """More documents wait than may."""


class Programme:
    """The queue of documents and who runs it."""

    def __init__(self, plant: Plant, line: RoomLine, journal: Journal) -> None:
        self._plant = plant
        self._line = line
        self._journal = journal
        self._door = asyncio.Lock()  # a long document takes longer to read than the next one
        self._waiting: asyncio.Queue[tuple[str | None, Document]] = asyncio.Queue(DOCUMENTS_WAITING)

    async def add(self, page: Page) -> None:
        """Put a document behind the others; raises InvalidBxml and FullError."""
        async with self._door:
            reading = read(self._plant, page, Context.CONFERENCE)
            document = await read_and_log(self._journal, page, _based(page, reading))
            if self._waiting.full():
                raise FullError
            self._waiting.put_nowait((page.base, document))

    async def run(self) -> None:
        """Run documents as they come, until cancelled."""
        while True:
            self._line.base, document = await self._waiting.get()
            for verb in document.verbs:
                assert isinstance(verb, StudioVerb), "the context lets no other in"
                await self._run_verb(verb)

    async def _run_verb(self, verb: StudioVerb) -> None:
        self._journal.log("verb.started", verb=verb.name, line=verb.line_number)
        outcome = "stopped"
        try:
            await verb.run(self._line)
            outcome = "done"
        except CallError as error:
            outcome = error.message
        finally:
            self._journal.log("verb.ended", verb=verb.name, outcome=outcome)


async def _based(page: Page, reading: Awaitable[Document]) -> Document:
    """Refuse a document whose relative URLs are relative to nothing (errors.md 4.3)."""
    document = await reading
    urls = [url for verb in document.verbs if isinstance(verb, StudioVerb) for url in verb.urls]
    if page.base is None and any(is_relative(url) for url in urls):
        fix = "write the whole URL, or give the conference a conferenceEventUrl"
        raise InvalidBxml(Finding(faults.URL, "relative URL without a base", None, fix))
    return document
