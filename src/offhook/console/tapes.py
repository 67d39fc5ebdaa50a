"""Recordings: their media for the player, and their waveforms."""

from collections import OrderedDict
from functools import partial

from starlette.responses import Response

from offhook.console.desk import Desk
from offhook.console.page import Page, PageError, Visit
from offhook.console.waveform import Waveform, WaveformError, waveform
from offhook.partial import Media, MediaResponse, span
from offhook.records import Recording
from offhook.store.files import StorageError

TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}
KEPT = 200  # waveforms in memory, a few kilobytes each
WAVE_BYTES = 64 << 20  # larger media get no waveform: it is read as a whole; an hour of WAV fits


class Tapes:
    """Serves what was recorded."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waves: OrderedDict[str, Waveform] = OrderedDict()

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        one = "/{account}/calls/{call_id}/recordings/{recording_id}"
        return (Page(f"{one}/media", self.media), Page(f"{one}/waveform", self.wave))

    async def media(self, visit: Visit) -> Response:
        """Send the media of a recording, or the part that the player asks for."""
        recording, size = await self._found(visit)
        first, last = span(visit.request.headers.get("range"), size) or (0, size - 1)
        read = partial(self._desk.archive.read, recording)
        whole = (first, last) == (0, size - 1)
        media = Media(first, last - first + 1, read)
        response = MediaResponse(media, 200 if whole else 206, TYPES[recording.file_format])
        response.headers["Accept-Ranges"] = "bytes"
        if not whole:
            response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        name = f"{recording.recording_id}.{recording.file_format}"
        kind = "attachment" if "download" in visit.query else "inline"
        response.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
        return response

    async def wave(self, visit: Visit) -> Response:
        """Show the waveform of a recording, for `static/recordings.js`."""
        recording, size = await self._found(visit)
        if size > WAVE_BYTES:
            raise PageError(413, "Too long for a picture")
        found = self._waves.get(recording.recording_id)
        if found is None:
            found = await self._draw(recording, size)
            self._keep(recording.recording_id, found)
        return visit.page("waveform.html", wave=found, recording=recording)

    async def _draw(self, recording: Recording, size: int) -> Waveform:
        try:
            media = await self._desk.archive.read(recording, 0, size)
            return await self._desk.offload(lambda: waveform(media))
        except (WaveformError, StorageError, OSError) as error:
            raise PageError(404, "There is no picture of it", str(error)) from error

    def _keep(self, name: str, wave: Waveform) -> None:
        self._waves[name] = wave
        if len(self._waves) > KEPT:
            self._waves.popitem(last=False)

    async def _found(self, visit: Visit) -> tuple[Recording, int]:
        """Return a recording and the size of its media; raises PageError."""
        archive = self._desk.archive
        recording = await archive.get(
            visit.account, visit.name("call_id"), visit.name("recording_id")
        )
        try:
            size = await archive.size(recording) if recording else None
        except StorageError as error:
            text = f"The storage of recordings did not answer: {error}."
            raise PageError(503, "Not just now", text) from error
        if recording is None or size is None:
            raise PageError(404, "There is no such media", "It may have been deleted.")
        return recording, size
