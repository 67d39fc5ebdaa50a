"""Live transcriptions that did not start, or broke (errors.md 8.8): told with a cause and a text.

The call goes on; `type` is the `cause` of the event, or the status of the text.
"""

from offhook.errors.entry import Entry, Who

REJECTED = "realTimeTranscriptionRejected cause"
STOPPED = "realTimeTranscriptionStopped cause"
AVAILABLE = "realTimeTranscriptionAvailable realTimeTranscription.status"

REFUSED = Entry(
    "transcription-refused",
    None,
    "connection-error",
    "Could not connect to {destination}",
    Who.APP,
    "The WebSocket could not be opened: the server was not there, refused the handshake, was not "
    "trusted, or did not answer within 10 seconds.",
    "Make the destination reachable from here, with a certificate that is trusted, and let it "
    "answer the handshake with 101.",
    member=REJECTED,
)
DUPLICATE = Entry(
    "transcription-duplicate",
    None,
    "duplicate",
    "A real-time transcription with the name {name} already exists",
    Who.APP,
    "A live transcription of the call has this name; originalTranscription tells which.",
    "Stop that transcription first, or give the new one another name, or none.",
    member=REJECTED,
)
TRACK_LIMIT = Entry(
    "transcription-track-limit",
    None,
    "track-limit",
    "The maximum of 4 tracks has been reached",
    Who.APP,
    "All live transcriptions of a call have four tracks together; one with both tracks counts as "
    "two. Streams are counted apart.",
    "Stop a transcription first, or transcribe fewer tracks.",
    member=REJECTED,
)
UNAVAILABLE = Entry(
    "transcription-unavailable",
    None,
    "error",
    "Speech cannot be recognized: {reason}",
    Who.OPERATOR,
    "No speech recogniser is installed on the server, it does not understand the language, or the "
    "server could not open a connection for a reason of its own.",
    "Install a recogniser with: pip install 'offhook[recognition]', and leave speech.recognizer at "
    "auto; it understands English.",
    member=REJECTED,
)
LOST = Entry(
    "transcription-lost",
    None,
    "connection-error",
    "Lost the connection to {destination}",
    Who.APP,
    "The WebSocket broke: its connection was lost, its server closed it with a code that tells of "
    "a fault, or did not answer pings for a minute. What was said until then is in the text.",
    "See why the server ended; let it close the WebSocket with code 1000.",
    member=STOPPED,
)
BROKEN = Entry(
    "transcription-broken",
    None,
    "error",
    "An unknown internal error occurred",
    Who.OPERATOR,
    "The sound of the call was lost inside the server, because its media worker died.",
    "Look in the system's log for why it was stopped (memory, a kill).",
    member=STOPPED,
)
FAILED = Entry(
    "transcription-failed",
    None,
    "failed",
    "",
    Who.OPERATOR,
    "There is no text: the recogniser failed with everything that was said, or the server was "
    "stopped before anything was written down.",
    "Look in the system's log for why it was stopped, or why the recogniser failed.",
    member=AVAILABLE,
)

ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, Entry))
