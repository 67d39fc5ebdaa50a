"""How a missing thing is told: `not found`, or with its id (errors.md 3.4)."""

import unicodedata
from dataclasses import dataclass

from offhook.errors import ApiError, http

CALL = (http.NOT_FOUND, http.CALL_NOT_FOUND)
CONFERENCE = (http.NOT_FOUND, http.CONFERENCE_NOT_FOUND)
RECORDING = (http.NOT_FOUND, http.RECORDING_NOT_FOUND)
TRANSCRIPTION = (http.NOT_FOUND, http.TRANSCRIPTION_NOT_FOUND, http.RECORDING_NOT_FOUND)
LIVE_TRANSCRIPTION = (http.NOT_FOUND, http.TRANSCRIPTION_NOT_FOUND)
ECHOED_CHARACTERS = 128  # of an id in the detailed wording


@dataclass(frozen=True, slots=True)
class Wording:
    """The operator's choice."""

    detailed: bool = False

    def call(self, call_id: str, why: str = "") -> ApiError:
        """Return the refusal for a call that is not there."""
        why = why or f"the account has no call {_shown(call_id)!r}"
        if not self.detailed:
            return ApiError(http.NOT_FOUND, why=why)
        return ApiError(http.CALL_NOT_FOUND, why=why, callId=_shown(call_id))

    def conference(self, conference_id: str) -> ApiError:
        """Return the refusal for a conference that is not there."""
        if not self.detailed:
            return ApiError(http.NOT_FOUND)
        return ApiError(http.CONFERENCE_NOT_FOUND, conferenceId=_shown(conference_id))

    def recording(self, recording_id: str) -> ApiError:
        """Return the refusal for a recording, or media, that is not there."""
        why = f"the call has no recording {_shown(recording_id)!r}, or nothing to download of it"
        if not self.detailed:
            return ApiError(http.NOT_FOUND, why=why)
        return ApiError(http.RECORDING_NOT_FOUND, why=why, recordingId=_shown(recording_id))

    def transcription(self, transcription_id: str) -> ApiError:
        """Return the refusal for a text that is not there, or not yet."""
        why = f"there is no text {_shown(transcription_id)!r}, or it is not ready"
        if not self.detailed:
            return ApiError(http.NOT_FOUND, why=why)
        shown = _shown(transcription_id)
        return ApiError(http.TRANSCRIPTION_NOT_FOUND, why=why, transcriptionId=shown)


def _shown(text: str) -> str:
    printable = "".join(c for c in text if not unicodedata.category(c).startswith("C"))
    return printable[:ECHOED_CHARACTERS]
