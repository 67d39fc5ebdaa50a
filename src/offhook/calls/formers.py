"""Who tells of recordings and texts of calls that may be over: one for each call or conference.

There is one, so that the webhooks of a call have one numbering whoever sends them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from weakref import WeakValueDictionary

from offhook.calls import notices, summaries
from offhook.calls.call import Call
from offhook.calls.journal import Journal
from offhook.calls.mail import Mail
from offhook.calls.payloads import News, recording_news, text_available
from offhook.calls.plant import Plant
from offhook.calls.rooms import Rooms
from offhook.calls.takes import KILLED
from offhook.records import CallRecord, ConferenceRecord, Recording, Transcript

Record = CallRecord | ConferenceRecord


class Former:
    """A call or conference that nobody runs any more, or a call that somebody else may run."""

    def __init__(
        self, plant: Plant, record: Callable[[], Record | None], journal: Journal, mail: Mail
    ) -> None:
        self._plant = plant
        self._record = record
        self._journal = journal
        self._mail = mail

    def announce(self, recording: Recording, what: str) -> None:
        """Tell of a recording that was salvaged, or has its text now."""
        plant, record = self._plant, self._record()
        if record is None:
            return  # the storage was away for longer than calls are kept
        kind = "recording.salvaged" if what == "made" else f"recording.{what}"
        self._journal.log(kind, **summaries.made(recording))
        for news in recording_news(recording, what, plant.settings.base_url):
            number = self._mail.next
            if isinstance(record, ConferenceRecord):
                told = (number, recording, news.target)
                self._mail.send(notices.conference_recording(plant, record, *told))
            else:
                self._mail.send(notices.news(plant, record, number, news))

    def tell(self, text: Transcript) -> None:
        """Tell of a live transcription that a killed process has left."""
        plant, record = self._plant, self._record()
        shown = {"transcription": text.name, "status": text.status, "why": text.failure}
        self._journal.log("transcription.written", **shown, pieces=len(text.pieces))
        if isinstance(record, CallRecord) and text.events is not None:
            fields = {"realTimeTranscription": text_available(text, plant.settings.base_url)}
            news = News("realTimeTranscriptionAvailable", fields, text.events)
            self._mail.send(notices.news(plant, record, self._mail.next, news))


class Formers:
    """All of them that somebody needs."""

    def __init__(
        self, plant: Plant, rooms: Rooms, reopen: Callable[[str], Awaitable[Journal]]
    ) -> None:
        self._plant = plant
        self._rooms = rooms
        self._reopen = reopen
        self._calls: WeakValueDictionary[str, Call] = WeakValueDictionary()
        self._formers: WeakValueDictionary[str, Former] = WeakValueDictionary()
        self._turn = asyncio.Lock()

    def know(self, call: Call) -> None:
        """Remember a call as long as anybody does: it numbers its webhooks itself."""
        self._calls[call.record.call_id] = call

    async def find(self, account_id: str, call_id: str) -> Former:
        """Return who tells of a call's recordings."""
        async with self._turn:
            if call := self._calls.get(call_id):
                return Former(self._plant, lambda: call.record, call.journal, call.mail)
            former = self._formers.get(call_id) or await self._made(account_id, call_id)
            self._formers[call_id] = former
            return former

    async def salvage(self) -> None:
        """Finish the recordings and texts that a former process left behind."""
        plant = self._plant
        takes, scribe = plant.archive.takes, plant.archive.scribe
        for recording in await plant.offload(plant.store.unfinished_recordings):
            former = await self.find(recording.account_id, recording.call_id)
            takes.resume(recording, former.announce)
        for text in await plant.offload(plant.store.unfinished_transcripts):
            if text.recording_id is None:
                await self._close(text)
                continue
            if text.recording_id in takes:
                continue
            found = await plant.archive.get(text.account_id, text.call_id, text.recording_id)
            wish = found.transcription if found else None
            if found is None or wish is None or wish.id != text.transcription_id:
                await plant.offload(partial(plant.store.remove_transcript, text.transcription_id))
            elif wish.completed is None:
                former = await self.find(text.account_id, text.call_id)
                scribe.begin(found, former.announce)

    async def _close(self, text: Transcript) -> None:
        """End a live transcription of a process that is gone: what was written down is there."""
        former = await self.find(text.account_id, text.call_id)
        now = self._plant.clock.wall()
        closed = replace(text, completed=now, failure=KILLED, version=text.version + 1)
        with self._plant.store.batch():
            self._plant.store.write(closed)
            former.tell(closed)

    async def _made(self, account_id: str, call_id: str) -> Former:
        plant = self._plant
        await plant.store.flushed()
        record: Record | None = await plant.offload(lambda: plant.store.call(account_id, call_id))
        record = record or await self._rooms.get(account_id, call_id)
        notified = await plant.offload(lambda: plant.store.last_sequence(call_id))
        journal = await self._reopen(call_id)
        return Former(plant, lambda: record, journal, Mail(plant, notified))
