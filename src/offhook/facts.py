"""Facts: what happened to a call. Everything that reaches a call's inbox is one of these.

Commands go down by method call, facts come up through the one inbox (design.md 1). The SIP and
media facts name no call: whoever owns the leg puts them into the inbox of the leg's call.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from offhook.errors import CallError, Cause, Entry
from offhook.hooks import Hook


@dataclass(frozen=True, slots=True)
class Dialled:
    """Our INVITE has left."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """The far end of an outbound call rings (180 or 183)."""

    code: int
    sdp: bytes = b""  # early media: where what it sends before it answers comes from


@dataclass(frozen=True, slots=True)
class Answered:
    """The far end accepted our INVITE; the stack has sent the ACK."""

    sdp: bytes


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The caller confirmed our 200 with an ACK."""

    sdp: bytes  # the answer when our 200 carried the offer, else empty


@dataclass(frozen=True, slots=True)
class Refused:
    """The far end refused our INVITE with a final response of 3xx to 6xx."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No final response came: timer B, DNS, refused connection, or a missing ACK (timer H)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The caller sent CANCEL before the call was answered."""


@dataclass(frozen=True, slots=True)
class FarEndHungUp:
    """The far end sent BYE."""


@dataclass(frozen=True, slots=True)
class Reoffered:
    """The far end sent a re-INVITE; empty `sdp` asks us to make the offer."""

    sdp: bytes


@dataclass(frozen=True, slots=True)
class Referred:
    """How sending the far end elsewhere fared (RFC 3515): final statuses, None where none came."""

    answered: int | None  # to our REFER
    notified: int | None  # to the far end's call to whom it was sent

    @property
    def success(self) -> bool:
        """Whether the far end has got there."""
        return self.notified is not None and 200 <= self.notified < 300


@dataclass(frozen=True, slots=True)
class DigitHeard:
    """The party pressed a key: one of `0-9 * # A-D`."""

    digit: str
    inband: bool = False  # heard as sound, so that others have heard it too


@dataclass(frozen=True, slots=True)
class VoiceChanged:
    """The party began or ceased to speak, at a time of the loop's clock."""

    active: bool
    since: float


@dataclass(frozen=True, slots=True)
class PlayEnded:
    """A player, tone or DTMF sender ran to its end (never sent after a Stop)."""

    play: int


@dataclass(frozen=True, slots=True)
class MediaLost:
    """The media worker that carried the leg has died."""

    reason: str


@dataclass(frozen=True, slots=True)
class Redirected:
    """REST: stop the script and ask `hook` what to do next."""

    hook: Hook
    tag: str | None  # None leaves the tag, "" clears it


@dataclass(frozen=True, slots=True)
class Rescripted:
    """REST: stop the script and run this document (already validated bytes)."""

    body: bytes
    charset: str | None = None  # of its Content-Type


@dataclass(frozen=True, slots=True)
class Completed:
    """REST: end the call."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The outbound queue gives way: place the call now, or end it with `refusal`."""

    refusal: CallError | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """All that one call knows of another, or of a conference: its id and its inbox."""

    call_id: str
    post: Callable[["Fact"], None] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PeerAnswered:
    """A leg that this call has placed was answered; it waits to be told that it is the one."""

    call_id: str


@dataclass(frozen=True, slots=True)
class PeerSounds:
    """The far end of a leg that this call has placed sends sound before it answers."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """This leg was answered first: it may go on."""


@dataclass(frozen=True, slots=True)
class PeerReady:
    """The other call is answered and runs no document: the two can be joined."""

    call_id: str


@dataclass(frozen=True, slots=True)
class PeerLeft:
    """The other call has ended, went elsewhere, or has no use for this one any more."""

    call_id: str
    cause: Cause = Cause.HANGUP
    message: str | None = None
    error_id: str | None = None
    failure: Entry | None = None  # of the conference that ended, and ends its members' calls


@dataclass(frozen=True, slots=True)
class PeerPressed:
    """The party of the joined call pressed a key."""

    call_id: str
    digit: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Another call bridges to this one, whose document is cancelled (bxml.md 4.1)."""

    peer: Peer
    hook: Hook | None  # what is asked when the other call leaves; None hangs up


SipFact = (
    Ringing
    | Answered
    | Confirmed
    | Refused
    | Unreachable
    | Abandoned
    | FarEndHungUp
    | Reoffered
    | Referred
)
MediaFact = DigitHeard | VoiceChanged | PlayEnded | MediaLost
Request = Redirected | Rescripted | Completed
Last = Refused | Unreachable | Abandoned | FarEndHungUp | MediaLost | Completed  # end the call
LegFact = Answered | PlayEnded | Reoffered | Referred  # touch nothing but the leg
PeerFact = PeerSounds | PeerAnswered | PeerReady | PeerLeft
LinkFact = PeerFact | Chosen | Taken
Fact = SipFact | MediaFact | Request | Turn | Dialled | LinkFact | PeerPressed
