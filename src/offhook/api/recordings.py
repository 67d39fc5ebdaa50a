"""The operations on recordings of calls (rest.md 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

import msgspec

from offhook.api import bodies, listing, mediatypes, textviews, transcription, views, wording
from offhook.api import validation as check
from offhook.api.described import Described, Header, Parameter, Success
from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.api.service import CallService, RecordingService
from offhook.api.wording import Wording
from offhook.errors import fields, http
from offhook.ids import Ids
from offhook.partial import Media, span
from offhook.records import Recording
from offhook.requests import RecordingFilter

LIST_ITEMS: Final = 1000
STATES: Final = ("paused", "recording")
MEDIA_TYPES: Final = {"wav": "audio/vnd.wave", "mp3": "audio/mpeg"}


class UpdateRecording(msgspec.Struct, rename="camel"):
    """The body of updateCallRecordingState."""

    state: Annotated[str | None, check.told(enum=STATES)] = None


FILTERS: Final = ("to", "from", "minStartTime", "maxStartTime")
LIST_ACCOUNT: Final = Described(
    (Success(200, list[views.RecordingView]),),
    parameters=tuple(map(listing.parameter, FILTERS)),
    refuses=(fields.NOT_A_TIME,),
)
LIST_CALL: Final = Described((Success(200, list[views.RecordingView]),))
GET: Final = Described((Success(200, views.RecordingView),), refuses=wording.RECORDING)
DELETE: Final = Described((Success(204),), refuses=wording.RECORDING)
_RANGES: Final = Header("Accept-Ranges", "`bytes`: a part may be asked for")
_PART: Final = Header("Content-Range", "which part it is")
DOWNLOAD: Final = Described(
    (
        Success(200, headers=(_RANGES,), media=tuple(MEDIA_TYPES.values())),
        Success(206, headers=(_RANGES, _PART), media=tuple(MEDIA_TYPES.values())),
    ),
    parameters=(Parameter("Range", "`bytes=`, and the one part that is wanted", place="header"),),
    refuses=wording.RECORDING,
)
READ_TEXT: Final = Described((Success(200, textviews.TextView),), refuses=wording.TRANSCRIPTION)
DELETE_TEXT: Final = Described((Success(204),), refuses=wording.TRANSCRIPTION)
TRANSCRIBE: Final = Described(
    (Success(204),), transcription.Transcribe, (), refuses=transcription.REFUSES
)
UPDATE: Final = Described(
    (Success(200),),
    UpdateRecording,
    ("state",),
    refuses=(http.BAD_REQUEST, fields.REQUIRED, fields.NOT_ONE_OF, *wording.CALL),
)


@dataclass(frozen=True, slots=True)
class Recordings:
    """List, get, download, transcribe, delete; pause and resume."""

    calls: CallService
    archive: RecordingService
    wording: Wording
    ids: Ids

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of operations."""
        one = "calls/{callId}/recordings/{recordingId}"
        whole = {"GET": Operation(self.get, GET), "DELETE": Operation(self.delete, DELETE)}
        text = {
            "GET": Operation(self.read_text, READ_TEXT),
            "POST": Operation(self.transcribe, TRANSCRIBE, mediatypes.JSON),
            "DELETE": Operation(self.delete_text, DELETE_TEXT),
        }
        media = {
            "GET": Operation(self.download, DOWNLOAD),
            "DELETE": Operation(self.delete_media, DELETE),
        }
        update = Operation(self.update, UPDATE, mediatypes.JSON)
        return (
            Route("recordings", {"GET": Operation(self.list_account, LIST_ACCOUNT)}),
            Route("calls/{callId}/recordings", {"GET": Operation(self.list_call, LIST_CALL)}),
            Route(one, whole),
            Route(f"{one}/media", media),
            Route(f"{one}/transcription", text),
            Route("calls/{callId}/recording", {"PUT": update}),
        )

    async def list_account(self, asked: Asked) -> Reply:
        """listAccountCallRecordings: of all calls, at most 1000, oldest first."""
        found = await self.archive.find(asked.account.id, wanted(asked.query))
        return self._listed(asked, found)

    async def list_call(self, asked: Asked) -> Reply:
        """listCallRecordings: oldest first; those of an unknown call are none."""
        (call_id,) = asked.names
        return self._listed(asked, await self.archive.of_call(asked.account.id, call_id))

    async def get(self, asked: Asked) -> Reply:
        """getCallRecording: what is known of it."""
        return Reply(200, views.recording(await self._found(asked), asked.account_url))

    async def delete(self, asked: Asked) -> Reply:
        """deleteRecording: everything of it."""
        await self.archive.remove(await self._found(asked))
        return Reply(204)

    async def download(self, asked: Asked) -> Reply:
        """downloadCallRecording: its media, whole or in part."""
        return await media(self.archive, await self._found(asked), asked, self.wording)

    async def delete_media(self, asked: Asked) -> Reply:
        """deleteRecordingMedia: and keep what is known of it."""
        recording = await self._found(asked)
        await _size(self.archive, recording, self.wording)
        await self.archive.remove_media(recording)
        return Reply(204)

    async def read_text(self, asked: Asked) -> Reply:
        """getRecordingTranscription: what is said in it."""
        recording = await self._found(asked)
        text = await self.archive.text(recording)
        if text is None:
            raise self.wording.transcription(_named(recording))
        return Reply(200, textviews.text(text, recording.channels))

    async def transcribe(self, asked: Asked) -> Reply:
        """transcribeCallRecording: have a text made of it, in place of one that there may be."""
        body = bodies.decode(asked.body, transcription.Transcribe)
        recording = await self._found(asked)
        wish = transcription.wish(body, recording, self.ids.transcription)
        await self.calls.transcribe(recording, wish)
        return Reply(204)

    async def delete_text(self, asked: Asked) -> Reply:
        """deleteRecordingTranscription: what was told of it is forgotten."""
        recording = await self._found(asked)
        wish = recording.transcription
        if wish is None or wish.completed is None:
            raise self.wording.transcription(_named(recording))
        await self.archive.remove_transcription(recording)
        return Reply(204)

    async def update(self, asked: Asked) -> Reply:
        """updateCallRecordingState: pause or resume what records the call."""
        body = bodies.decode(asked.body, UpdateRecording)
        (call_id,) = asked.names
        if not await self.calls.is_recorded(asked.account.id, call_id):
            raise self.wording.call(call_id)
        check.required(["state"], [body.state])
        check.one_of("state", body.state, STATES)
        await self.calls.pause_recording(asked.account.id, call_id, body.state == "paused")
        return Reply(200)

    def _listed(self, asked: Asked, found: list[Recording]) -> Reply:
        of_calls = [each for each in found if each.conference is None]
        return Reply(200, [views.recording(each, asked.account_url) for each in of_calls])

    async def _found(self, asked: Asked) -> Recording:
        call_id, recording_id = asked.names
        recording = await self.archive.get(asked.account.id, call_id, recording_id)
        if recording is None or recording.conference is not None:
            raise self.wording.recording(recording_id)
        return recording


def _named(recording: Recording) -> str:
    """Return the id of its text, or its own if there is none."""
    wish = recording.transcription
    return wish.id if wish else recording.recording_id


async def media(
    archive: RecordingService, recording: Recording, asked: Asked, wording: Wording
) -> Reply:
    """Answer with the media of a recording, whole or in part."""
    size = await _size(archive, recording, wording)
    status, headers = 200, [("Accept-Ranges", "bytes")]
    first, last = span(asked.headers.get("range"), size) or (0, size - 1)
    if (first, last) != (0, size - 1):
        status = 206
        headers.append(("Content-Range", f"bytes {first}-{last}/{size}"))
    body = Media(first, last - first + 1, partial(archive.read, recording))
    return Reply(status, body, tuple(headers), MEDIA_TYPES[recording.file_format])


async def _size(archive: RecordingService, recording: Recording, wording: Wording) -> int:
    size = await archive.size(recording)
    if size is None:
        raise wording.recording(recording.recording_id)
    return size


def wanted(query: Mapping[str, str]) -> RecordingFilter:
    """Return the filter of a query; unknown parameters are ignored."""
    return RecordingFilter(
        to=listing.party(query.get("to")),
        from_=listing.party(query.get("from")),
        min_start=listing.time("minStartTime", query.get("minStartTime")),
        before=listing.time("maxStartTime", query.get("maxStartTime")),
        limit=LIST_ITEMS,
    )
