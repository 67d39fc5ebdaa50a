"""Offers of browsers, and our answers to them (RFC 8829, JSEP): one audio section in G.711.

The answer takes the first audio section that has PCMU or PCMA, in the offerer's order, and its
telephone events at 8000 Hz (RFC 4733); all other sections are refused. We set up DTLS as the client
and have one port for everything (rtcp-mux).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from aiortc import sdp
from aiortc.rtcdtlstransport import RTCDtlsParameters

from offhook.webrtc import GatewayError

CODECS = ("PCMU", "PCMA")
RATE_HZ = 8000
LONGEST = 65_536  # characters
SECTIONS = 32
NOWHERE = "0.0.0.0"  # noqa: S104  # of a section that says nothing of addresses (RFC 8829 5.3.1)


@dataclass(frozen=True, slots=True)
class Offered:
    """What is taken of an offer."""

    description: sdp.SessionDescription
    section: int  # the place of the audio section
    codec: str
    payload_type: int
    events_type: int | None  # payload type of telephone events, if there are any

    @property
    def audio(self) -> sdp.MediaDescription:
        """The section that is taken."""
        return self.description.media[self.section]

    @property
    def ice(self) -> tuple[str, str]:
        """User name and password of the offerer (RFC 8839 5.4)."""
        assert self.audio.ice is not None
        return self.audio.ice.usernameFragment or "", self.audio.ice.password or ""

    @property
    def dtls(self) -> RTCDtlsParameters:
        """Fingerprints of the offerer's certificate."""
        assert self.audio.dtls is not None
        return self.audio.dtls


@dataclass(frozen=True, slots=True)
class Local:
    """What we say of ourselves."""

    session_id: int
    username: str
    password: str
    candidates: tuple[str, ...]  # as SDP has them
    fingerprint: str  # SHA-256, in hex with colons


def read(text: str) -> Offered:
    """Read an offer; raises GatewayError with what is missing."""
    if len(text) > LONGEST:
        raise GatewayError(f"the offer must contain at most {LONGEST} characters")
    try:
        description = sdp.SessionDescription.parse(text)
    except (ValueError, AssertionError, IndexError, KeyError) as error:
        raise GatewayError("the offer is no SDP that this server can read") from error
    if len(description.media) > SECTIONS:
        raise GatewayError(f"the offer must have at most {SECTIONS} media sections")
    for place, media in enumerate(description.media):
        if media.kind == "audio" and (found := _formats(media)) is not None:
            _check(media)
            return Offered(description, place, *found)
    raise GatewayError("the offer has no audio in PCMU or PCMA")


def _formats(media: sdp.MediaDescription) -> tuple[str, int, int | None] | None:
    names = {
        each.payloadType: each.mimeType.partition("/")[2].upper()
        for each in media.rtp.codecs
        if each.clockRate == RATE_HZ
    }
    offered = [(names[each], each) for each in media.fmt if isinstance(each, int) and each in names]
    codecs = [(name, kind) for name, kind in offered if name in CODECS]
    events = [kind for name, kind in offered if name == "TELEPHONE-EVENT"]
    return (*codecs[0], events[0] if events else None) if codecs else None


def _check(media: sdp.MediaDescription) -> None:
    if media.dtls is None or not media.dtls.fingerprints:
        raise GatewayError("the offer has no DTLS fingerprint")
    if not (media.ice and media.ice.usernameFragment and media.ice.password):
        raise GatewayError("the offer has no ICE user name and password")
    if not media.rtcp_mux:
        raise GatewayError("the offer must have rtcp-mux")


def answer(offered: Offered, local: Local) -> str:
    """Write the answer."""
    mid = offered.audio.rtp.muxId
    lines = [
        "v=0",
        f"o=- {local.session_id} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        *([f"a=group:BUNDLE {mid}"] if mid else ()),
        "a=msid-semantic: WMS *",
    ]
    for place, media in enumerate(offered.description.media):
        lines += _audio(offered, local) if place == offered.section else _refused(media)
    return "\r\n".join([*lines, ""])


def _audio(offered: Offered, local: Local) -> Iterable[str]:
    events, mid = offered.events_type, offered.audio.rtp.muxId
    formats = [offered.payload_type, *([] if events is None else [events])]
    yield f"m=audio 9 {offered.audio.profile} {' '.join(map(str, formats))}"
    yield f"c=IN IP4 {NOWHERE}"
    yield f"a=ice-ufrag:{local.username}"
    yield f"a=ice-pwd:{local.password}"
    yield from (f"a=candidate:{each}" for each in local.candidates)
    yield "a=end-of-candidates"
    yield f"a=fingerprint:sha-256 {local.fingerprint}"
    yield "a=setup:active"
    if mid:
        yield f"a=mid:{mid}"
    yield "a=sendrecv"
    yield "a=msid:offhook audio"
    yield "a=rtcp-mux"
    yield f"a=rtpmap:{offered.payload_type} {offered.codec}/{RATE_HZ}"
    if events is not None:
        yield f"a=rtpmap:{events} telephone-event/{RATE_HZ}"
        yield f"a=fmtp:{events} 0-16"
    yield "a=ptime:20"


def _refused(media: sdp.MediaDescription) -> Iterable[str]:
    formats = " ".join(map(str, media.fmt)) or "0"
    yield f"m={media.kind} 0 {media.profile} {formats}"
    yield f"c=IN IP4 {NOWHERE}"
    yield "a=inactive"
    if media.rtp.muxId:
        yield f"a=mid:{media.rtp.muxId}"
