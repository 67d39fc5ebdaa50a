"""Streams that did not start, or broke (errors.md 8.8): told with a cause and a text.

The call goes on; `type` is the `cause` of the event.
"""

from offhook.errors.entry import Entry, Who

REJECTED = "mediaStreamRejected cause"
STOPPED = "mediaStreamStopped cause"
INTERNAL = "An unknown internal error occurred"

REFUSED = Entry(
    "stream-refused",
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
    "stream-duplicate",
    None,
    "duplicate",
    "A stream with the name {name} already exists",
    Who.APP,
    "A live stream of the call has this name; originalMediaStream tells which.",
    "Stop that stream first, or give the new one another name, or none.",
    member=REJECTED,
)
TRACK_LIMIT = Entry(
    "stream-track-limit",
    None,
    "track-limit",
    "The maximum of 4 tracks has been reached",
    Who.APP,
    "All streams of a call have four tracks together; one with both tracks counts as two.",
    "Stop a stream first, or stream fewer tracks.",
    member=REJECTED,
)
NOT_STARTED = Entry(
    "stream-not-started",
    None,
    "error",
    INTERNAL,
    Who.OPERATOR,
    "The server could not open a connection for a reason of its own: it has no file descriptors or "
    "memory left.",
    "Raise the limit of open files (LimitNOFILE, ulimit -n), or let the server carry fewer calls.",
    member=REJECTED,
)
LOST = Entry(
    "stream-lost",
    None,
    "connection-error",
    "Lost the connection to {destination}",
    Who.APP,
    "The WebSocket broke: its connection was lost, its server closed it with a code that tells of "
    "a fault, or did not answer pings for a minute.",
    "See why the server of the stream ended; let it close a stream with code 1000.",
    member=STOPPED,
)
BROKEN = Entry(
    "stream-broken",
    None,
    "error",
    INTERNAL,
    Who.OPERATOR,
    "The sound of the call was lost inside the server, because its media worker died, or the "
    "server itself was killed.",
    "Look in the system's log for why it was stopped (memory, a kill).",
    member=STOPPED,
)

ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, Entry))
