"""The operations on live transcriptions of calls (rest.md 6)."""

from dataclasses import dataclass
from typing import Final

from offhook.api import textviews, wording
from offhook.api.described import Described, Success
from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.api.service import RecordingService
from offhook.api.wording import Wording
from offhook.records import Transcript

LIST: Final = Described((Success(200, list[textviews.LiveTextListed]),))
GET: Final = Described((Success(200, textviews.LiveTextView),), refuses=wording.LIVE_TRANSCRIPTION)
DELETE: Final = Described((Success(200),), refuses=wording.LIVE_TRANSCRIPTION)


@dataclass(frozen=True, slots=True)
class Transcriptions:
    """List, get, delete."""

    archive: RecordingService
    wording: Wording

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of operations."""
        one = {"GET": Operation(self.get, GET), "DELETE": Operation(self.delete, DELETE)}
        return (
            Route("calls/{callId}/transcriptions", {"GET": Operation(self.list, LIST)}),
            Route("calls/{callId}/transcriptions/{transcriptionId}", one),
        )

    async def list(self, asked: Asked) -> Reply:
        """listRealTimeTranscriptions: oldest first; those of an unknown call are none."""
        (call_id,) = asked.names
        found = await self.archive.live_texts(asked.account.id, call_id)
        return Reply(200, [textviews.live_text_listed(each, asked.account_url) for each in found])

    async def get(self, asked: Asked) -> Reply:
        """getRealTimeTranscription: what was said, once it is over."""
        return Reply(200, textviews.live_text(await self._found(asked)))

    async def delete(self, asked: Asked) -> Reply:
        """deleteRealTimeTranscription: the text is forgotten."""
        await self.archive.remove_text(await self._found(asked))
        return Reply(200)

    async def _found(self, asked: Asked) -> Transcript:
        call_id, name = asked.names
        texts = await self.archive.live_texts(asked.account.id, call_id)
        text = next((each for each in texts if each.transcription_id == name), None)
        if text is None or text.completed is None or text.status != "available":
            raise self.wording.transcription(name)
        return text
