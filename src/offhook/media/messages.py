"""What call control says to the media plane, and what comes back: commands down, reports up.

They travel as msgpack over a Unix socket to a worker process, or by method call to an engine in
the same process (tests, phones). A leg is named by its call id, a room by its conference id;
`leg` of Play, Stop and the recordings may be a room too. All audio at this seam is 16-bit linear
PCM, 8000 Hz, mono, little-endian.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec


class Open(msgspec.Struct, frozen=True, tag=True):
    """Give this leg a row and a pair of ports; answered by Opened or OpenFailed.

    Where ports are shared: `host` and `rtp_port` are the far end's, when it has made its offer, and
    a leg that is `alone` gets ports of its own, as its far end may speak from an address that no
    SDP tells (NAT). `near` is a leg that it will meet, best on the same worker.
    """

    leg: str
    host: str = ""
    rtp_port: int = 0
    alone: bool = False
    near: str = ""


class Connect(msgspec.Struct, frozen=True, tag=True):
    """Set the far end of an open leg (again after each offer/answer)."""

    leg: str
    host: str
    rtp_port: int
    rtcp_port: int
    codec: str = "PCMU"  # of `codecs.CODECS`
    payload_type: int = 0
    dtmf_payload_type: int | None = None  # RFC 4733; None sends and detects in-band
    send: bool = True  # false: the far end put us on hold (it does not want to hear us)
    receive: bool = True


class Load(msgspec.Struct, frozen=True, tag=True):
    """Keep audio under a name, to be played any number of times."""

    clip: str
    pcm: bytes


class Forget(msgspec.Struct, frozen=True, tag=True):
    """Drop a clip; players that play it go on."""

    clip: str


class Play(msgspec.Struct, frozen=True, tag=True):
    """Play a clip to the leg; PlayEnded when its last sample has been sent."""

    leg: str
    play: int
    clip: str
    loop: bool = False


class ToneStep(msgspec.Struct, frozen=True):
    """A DTMF digit, or silence when `digit` is empty, for so long."""

    digit: str
    duration_ms: int


class Dial(msgspec.Struct, frozen=True, tag=True):
    """Send DTMF to the leg: RFC 4733 when negotiated, else in-band; PlayEnded at the end."""

    leg: str
    play: int
    steps: tuple[ToneStep, ...]


class Stop(msgspec.Struct, frozen=True, tag=True):
    """Stop a player, DTMF sender; no PlayEnded follows."""

    leg: str
    play: int


class Record(msgspec.Struct, frozen=True, tag=True):
    """Write a leg to a WAV file: what its far end says or hears, a channel for each track.

    Of a room, inbound is what is said in it, outbound its clips.
    """

    leg: str
    recording: str  # its name; a leg may have several recordings at once
    path: str
    tracks: tuple[str, ...] = ("inbound",)  # inbound, outbound, or mixed: both in one


class PauseRecord(msgspec.Struct, frozen=True, tag=True):
    """Leave out what follows, or go on; paused time is not in the file."""

    leg: str
    recording: str
    paused: bool = True


class StopRecord(msgspec.Struct, frozen=True, tag=True):
    """Finish a WAV file; answered by Recorded."""

    leg: str
    recording: str


class Listen(msgspec.Struct, frozen=True, tag=True):
    """Report each frame of a leg's tracks in Heard, until Unlisten or the end of the leg."""

    leg: str
    tap: str  # its name; a leg may have several
    tracks: tuple[str, ...]  # inbound: what its far end says; outbound: what it hears


class Unlisten(msgspec.Struct, frozen=True, tag=True):
    """Report no more."""

    leg: str
    tap: str


class Feed(msgspec.Struct, frozen=True, tag=True):
    """Play this to the leg when all that the stream has sent before is played.

    Streams of a leg sound together, and beside its players and whom it is joined with, who do not
    hear it.
    """

    leg: str
    stream: str
    pcm: bytes


class Clear(msgspec.Struct, frozen=True, tag=True):
    """Drop what of a stream has not been played."""

    leg: str
    stream: str


class Join(msgspec.Struct, frozen=True, tag=True):
    """Let the far ends of two legs hear each other; players of a leg go on beside that."""

    leg: str
    other: str


class Part(msgspec.Struct, frozen=True, tag=True):
    """Undo `Join`; closing one of the legs does so too."""

    leg: str
    other: str


class OpenRoom(msgspec.Struct, frozen=True, tag=True):
    """Make a room where legs can meet; only a failure is answered, by OpenFailed."""

    room: str
    near: str = ""  # a leg that will sit there


class Patch(msgspec.Struct, frozen=True, tag=True):
    """Make one end of a patch: a leg without ports, whose far end is the other end (`patches`).

    Between workers only; answered by OpenFailed if at all, and ended by Close.
    """

    leg: str
    patch: int
    end: int  # 0 or 1


class Seat(msgspec.Struct, frozen=True, tag=True):
    """Put a leg into a room (out of another), or change how it sits there.

    One that coaches is heard by those legs alone, of which some may come later. If the room is
    another worker's, all that matters here is whether the leg is held.
    """

    leg: str
    room: str
    speaks: bool = True  # false: muted or held
    hears: bool = True  # false: held; it does not hear clips of the room either
    coached: tuple[str, ...] = ()


class Unseat(msgspec.Struct, frozen=True, tag=True):
    """Take a leg out of a room; closing the leg or the room does so too."""

    leg: str
    room: str


class CloseRoom(msgspec.Struct, frozen=True, tag=True):
    """Free the room; answered by Closed, when its recordings have ended."""

    room: str


class Look(msgspec.Struct, frozen=True, tag=True):
    """Tell what was counted of a leg so far; answered by Looked."""

    leg: str


class Close(msgspec.Struct, frozen=True, tag=True):
    """Free the leg; answered by Closed with its counters."""

    leg: str


Attached = Record | PauseRecord | StopRecord | Listen | Unlisten | Feed | Clear  # to a leg
LegRowCommand = Play | Dial | Stop | Join | Part | Seat | Unseat | Look | Attached
LegCommand = Open | Connect | Patch | Close | LegRowCommand
RowCommand = Load | Forget | LegRowCommand
Command = OpenRoom | CloseRoom | LegCommand | RowCommand


def subject(command: OpenRoom | CloseRoom | LegCommand) -> str:
    """Return the leg or room that a command is about."""
    return command.room if isinstance(command, OpenRoom | CloseRoom) else command.leg


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The leg's local address for SDP."""

    leg: str
    host: str
    rtp_port: int
    rtcp_port: int


class OpenFailed(msgspec.Struct, frozen=True, tag=True):
    """No row or port was free for the leg or room."""

    leg: str
    reason: str


class Digit(msgspec.Struct, frozen=True, tag=True):
    """The far end pressed a key."""

    leg: str
    digit: str
    inband: bool = False


class Ended(msgspec.Struct, frozen=True, tag=True):
    """A player or DTMF sender came to its end."""

    leg: str
    play: int


class Voice(msgspec.Struct, frozen=True, tag=True):
    """The far end began (`active`) or ceased to speak."""

    leg: str
    active: bool


class Recorded(msgspec.Struct, frozen=True, tag=True):
    """A WAV file is complete; every Record is answered by one, asked for by StopRecord or not."""

    leg: str
    recording: str
    path: str
    duration_s: float
    failure: str | None = None  # why it ended too early (disk full); what was written is good


class Heard(msgspec.Struct, frozen=True, tag=True):
    """One frame of 20 ms of each track that is listened to; G.711 mu-law, 160 bytes each."""

    tick: int  # counts up; one that is missing was lost between the worker and control
    lanes: tuple[tuple[str, int], ...]  # tap, and which of its tracks
    audio: bytes  # lane after lane


class Counters(msgspec.Struct, frozen=True):
    """RTP and RTCP counters of a leg (RFC 3550 6.4)."""

    packets_sent: int = 0
    packets_received: int = 0
    packets_lost: int = 0
    packets_late: int = 0
    packets_refused: int = 0  # wrong source, SSRC or form
    jitter_ms: float = 0.0
    round_trip_ms: float | None = None
    remote_lost: int | None = None  # what the far end's reports say of our stream
    remote_jitter_ms: float | None = None


class Looked(msgspec.Struct, frozen=True, tag=True):
    """What was counted of a leg, and how loud it was at most since the last look."""

    leg: str
    counters: Counters
    loudest_dbfs: float  # of a frame of the far end's; -100 is silence


class Closed(msgspec.Struct, frozen=True, tag=True):
    """The leg or room is gone."""

    leg: str
    counters: Counters


class Lost(msgspec.Struct, frozen=True, tag=True):
    """The worker that carried the leg or room has died."""

    leg: str
    reason: str


LegReport = Opened | OpenFailed | Digit | Ended | Voice | Recorded | Closed | Lost
Report = LegReport | Heard | Looked
Sink = Callable[[Report], None]


class MediaPlane(Protocol):
    """A worker process or an engine in this process; reports go to the sink given at its making."""

    def send(self, command: Command) -> None:
        """Carry out a command; never blocks."""
        ...
