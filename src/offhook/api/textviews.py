"""Texts of recordings and calls as REST shows them (rest.md 6)."""

from typing import TypedDict

from offhook.api.described import Uri
from offhook.records import Transcript


class SpeakerView(TypedDict):
    """All that one speaker says: a channel of a recording."""

    speaker: int
    text: str
    confidence: float


class ClipView(SpeakerView):
    """What a speaker says without a long pause."""

    startTimeSeconds: float
    endTimeSeconds: float


class TextView(TypedDict):
    """What is said in a recording."""

    transcripts: list[SpeakerView]
    clips: list[ClipView]


class LiveTextListed(TypedDict):
    """A live transcription in a list."""

    transcriptionId: str
    transcriptionName: str
    transcriptionUrl: Uri


class TrackView(TypedDict):
    """All that is said on a track."""

    detectedLanguage: str
    track: str
    transcript: str
    confidence: float


class LiveTextView(TypedDict):
    """A live transcription that is over."""

    accountId: str
    callId: str
    transcriptionId: str
    tracks: list[TrackView]


class _Spoken(TypedDict):
    text: str
    confidence: float


def text(made: Transcript, speakers: int) -> TextView:
    """Return the text of a recording with so many channels."""
    return {
        "transcripts": [
            {"speaker": speaker, **spoken(made, speaker)} for speaker in range(speakers)
        ],
        "clips": [
            {
                "speaker": piece.speaker,
                "text": piece.text,
                "confidence": piece.confidence,
                "startTimeSeconds": piece.start_s,
                "endTimeSeconds": piece.end_s,
            }
            for piece in made.pieces
        ],
    }


def live_text_listed(made: Transcript, account_url: str) -> LiveTextListed:
    """Return a live transcription as the list shows it."""
    url = f"{account_url}/calls/{made.call_id}/transcriptions/{made.transcription_id}"
    return {
        "transcriptionId": made.transcription_id,
        "transcriptionName": made.name or made.transcription_id,
        "transcriptionUrl": url,
    }


def live_text(made: Transcript) -> LiveTextView:
    """Return what was said on each track."""
    said = [(track, spoken(made, place)) for place, track in enumerate(made.tracks)]
    return {
        "accountId": made.account_id,
        "callId": made.call_id,
        "transcriptionId": made.transcription_id,
        "tracks": [
            {
                "detectedLanguage": made.language,
                "track": track,
                "transcript": all_of_it["text"],
                "confidence": all_of_it["confidence"],
            }
            for track, all_of_it in said
        ],
    }


def spoken(made: Transcript, speaker: int) -> _Spoken:
    """Return all that one speaker says; long pieces count more for the confidence."""
    pieces = [piece for piece in made.pieces if piece.speaker == speaker]
    size = sum(len(piece.text) for piece in pieces)
    weighed = sum(piece.confidence * len(piece.text) for piece in pieces)
    return {
        "text": " ".join(piece.text for piece in pieces),
        "confidence": round(weighed / size, 3) if size else 0.0,
    }
