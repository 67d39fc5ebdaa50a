"""Failures that a webhook tells with a status and without words (errors.md 8.9, 8.11).

The call goes on; `type` is the value that the event's member holds.
"""

from offhook.errors.entry import Entry, Who


def _outcome(slug: str, member: str, value: str, who: Who, meaning: str, fix: str) -> Entry:
    return Entry(slug, None, value, "", who, meaning, fix, member=member)


RECORDING = "recordingAvailable status"
TRANSCRIPTION = "transcriptionAvailable transcription.status"

REFER_FAILED = _outcome(
    "refer-failed",
    "referComplete referCallStatus",
    "failure",
    Who.CARRIER,
    "The caller could not be sent elsewhere: its side refused the REFER, the new call failed or "
    "nothing was heard of it, or the call had not come in by SIP URI. The call goes on here.",
    "Look at referSipResponseCode and notifySipResponseCode; use <Transfer> where the caller's "
    "side takes no REFER.",
)
RECORDING_PARTIAL = _outcome(
    "recording-partial",
    RECORDING,
    "partial",
    Who.OPERATOR,
    "Parts of the recording are missing, because the server or its media worker was stopped while "
    "it ran. What there is can be downloaded.",
    "Look in the system's log for why it stopped (memory, a kill, power).",
)
RECORDING_ERROR = _outcome(
    "recording-error",
    RECORDING,
    "error",
    Who.OPERATOR,
    "Nothing is left of the recording: its file was never written, or is lost.",
    "See whether the disk below recordings.folder is full, or was cleaned up.",
)
TRANSCRIPTION_ERROR = _outcome(
    "transcription-error",
    TRANSCRIPTION,
    "error",
    Who.OPERATOR,
    "No speech recogniser is installed on the server, it failed, or the recording's media is gone.",
    "Install it with: pip install 'offhook[recognition]', leave speech.recognizer at auto, and ask "
    "for the text again, by POST to the recording's transcription.",
)
TRANSCRIPTION_TOO_SHORT = _outcome(
    "transcription-too-short",
    TRANSCRIPTION,
    "file-size-too-small",
    Who.APP,
    "The recording is not longer than half a second, so there is nothing to transcribe.",
    "Ask for the text of longer recordings only.",
)
TRANSCRIPTION_TOO_LONG = _outcome(
    "transcription-too-long",
    TRANSCRIPTION,
    "file-size-too-big",
    Who.APP,
    "The recording is four hours long or longer, which is not transcribed.",
    "End recordings sooner with maxDuration, or stop and start them.",
)

ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, Entry))
