"""Offer and answer (RFC 3264) for one audio stream with telephone events (RFC 4733).

An answer takes the first audio section it can, the first codec of G.711 in it in the offerer's
order, else the first one of the others that are installed (`MORE`), which cost more; and the
offerer's payload type numbers. All other sections are refused with port 0 (RFC 3264 6). Events are
of the codec's clock, or there are none (RFC 7160).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from offhook.sip.grammar import number
from offhook.sip.sdp import Attributes, Description, Media, Origin, SdpError, parse

__all__ = ["Agreed", "LocalMedia", "SdpError", "accept", "answer", "offer"]

STATIC = {"PCMU": 0, "PCMA": 8}  # RFC 3551 6
FORMATS = {  # names in rtpmap, by codec
    "PCMU": "PCMU/8000",
    "PCMA": "PCMA/8000",
    "G722": "G722/8000",  # although it has 16000 samples a second (RFC 3551 4.5.2)
    "OPUS": "opus/48000/2",  # whatever it is used for (RFC 7587 7)
}
NARROW = "maxplaybackrate=8000;sprop-maxcapturerate=8000;stereo=0"  # of Opus (RFC 7587 6.1)
MORE = {"G722": "G722", "OPUS": "opuslib_next"}  # and the modules that they need
DTMF_TYPE = 101
DTMF_EVENTS = "0-16"  # RFC 4733 3.2: the keys and flash
PTIME_MS = 20

_DTMF = "TELEPHONE-EVENT"
_RATE = 8000
_MIRROR = {  # RFC 3264 6.1
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}
_NOWHERE = {"0.0.0.0", "::"}  # noqa: S104  # hold as RFC 2543 did it (RFC 3264 8.4)


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """Where we receive, and the identity of our description; a changed one has version + 1."""

    host: str
    rtp_port: int
    rtcp_port: int
    session_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """What both sides agreed on, from our point of view."""

    codec: str  # of FORMATS
    payload_type: int
    dtmf_payload_type: int | None
    host: str
    rtp_port: int
    rtcp_port: int
    send: bool
    receive: bool


def offer(
    local: LocalMedia,
    *,
    codecs: Iterable[str] = ("PCMU", "PCMA"),
    direction: str = "sendrecv",
) -> bytes:
    """Write an offer."""
    types = {STATIC[codec]: codec for codec in codecs}
    return _describe(local, [_audio(local, types, DTMF_TYPE, direction)], ("0 0",))


def answer(sdp: bytes, local: LocalMedia) -> tuple[bytes, Agreed]:
    """Write the answer to an offer; raises `SdpError` when no section of it suits us (488)."""
    offered = parse(sdp)
    chosen, agreed = _choose(offered, local.host)
    direction = _DIRECTION[agreed.send, agreed.receive]
    types = {agreed.payload_type: agreed.codec}
    sections = [_refused(media) for media in offered.media]
    sections[chosen] = _audio(local, types, agreed.dtmf_payload_type, direction)
    return _describe(local, sections, offered.times), agreed


def wants(sdp: bytes, here: str) -> Agreed | None:
    """Return what an offer will come to at this address of ours, None when we would refuse it."""
    try:
        return _choose(parse(sdp), here)[1]
    except SdpError:
        return None


def _choose(offered: Description, here: str) -> tuple[int, Agreed]:
    reason = f"no audio in {', '.join((*STATIC, *more()))} over RTP/AVP was offered"
    for index, media in enumerate(offered.media):
        agreed = _agree(offered, media)
        if agreed is None:
            continue
        if agreed.host in _NOWHERE or (":" in agreed.host) == (":" in here):
            return index, agreed
        reason = f"{agreed.host} cannot be reached from {here}"
    raise SdpError(reason)


def accept(sdp: bytes) -> Agreed:
    """Read the answer to our offer; raises `SdpError` when it refuses our only section."""
    answered = parse(sdp)
    agreed = _agree(answered, answered.media[0]) if answered.media else None
    if agreed is None:
        raise SdpError("the answer takes no audio of our offer")
    return agreed


_DIRECTION = {
    (True, True): "sendrecv",
    (True, False): "sendonly",
    (False, True): "recvonly",
    (False, False): "inactive",
}


def _agree(theirs: Description, media: Media) -> Agreed | None:
    """What this section of theirs makes possible, if anything."""
    if media.kind != "audio" or media.protocol != "RTP/AVP" or media.port == 0:
        return None
    types = _payload_types(media)
    codec_type = next((t for kinds in (STATIC, more()) for t in types if types[t] in kinds), None)
    if codec_type is None:
        return None
    events = _DTMF if types[codec_type] != "OPUS" else None
    host = theirs.host_of(media)
    direction = _MIRROR[theirs.direction_of(media)]
    return Agreed(
        codec=types[codec_type],
        payload_type=codec_type,
        dtmf_payload_type=next((t for t, name in types.items() if name == events), None),
        host=host,
        rtp_port=media.port,
        rtcp_port=_rtcp_port(media),
        send=direction in ("sendrecv", "sendonly") and host not in _NOWHERE,
        receive=direction in ("sendrecv", "recvonly"),
    )


def _payload_types(media: Media) -> dict[int, str]:
    """Payload types of the section in its order, with our names of their encodings."""
    encodings = {str(each): f"{name}/{_RATE}" for name, each in (STATIC | {"G722": 9}).items()}
    for line in media.values("rtpmap"):
        payload_type, _, encoding = line.partition(" ")
        encodings[payload_type] = encoding.strip(" ").upper()
    types: dict[int, str] = {}
    for text in media.formats:
        name, _, rate = encodings.get(text, "").partition("/")
        payload_type_number = number(text, 127)
        rates = ("48000/2",) if name == "OPUS" else (f"{_RATE}", f"{_RATE}/1")
        if payload_type_number is not None and rate in rates:
            types[payload_type_number] = name
    return types


@cache
def more() -> tuple[str, ...]:
    """Return the codecs beside G.711 that can be used, the cheapest first."""
    return tuple(name for name, module in MORE.items() if find_spec(module) is not None)


def _rtcp_port(media: Media) -> int:
    """The port of the `rtcp` attribute (RFC 3605 2.1), or the next one (RFC 3550 11)."""
    for value in media.values("rtcp"):
        port = number(value.partition(" ")[0], 65535)
        if port:
            return port
    return min(media.port + 1, 65535)


def _describe(local: LocalMedia, media: list[Media], times: tuple[str, ...]) -> bytes:
    origin = Origin(str(local.session_id), str(local.version), local.host)
    return bytes(Description(origin, local.host, times, media=tuple(media)))


def _audio(
    local: LocalMedia, codecs: dict[int, str], dtmf_type: int | None, direction: str
) -> Media:
    attributes: list[tuple[str, str | None]] = [
        ("rtpmap", f"{payload_type} {FORMATS[name]}") for payload_type, name in codecs.items()
    ]
    attributes += [
        ("fmtp", f"{number} {NARROW}") for number, name in codecs.items() if name == "OPUS"
    ]
    formats = [str(payload_type) for payload_type in codecs]
    if dtmf_type is not None:
        formats.append(str(dtmf_type))
        attributes.append(("rtpmap", f"{dtmf_type} telephone-event/{_RATE}"))
        attributes.append(("fmtp", f"{dtmf_type} {DTMF_EVENTS}"))
    attributes.append(("ptime", str(PTIME_MS)))
    if local.rtcp_port != local.rtp_port + 1:
        attributes.append(("rtcp", str(local.rtcp_port)))
    attributes.append((direction, None))
    return Media("audio", local.rtp_port, "RTP/AVP", tuple(formats), None, tuple(attributes))


def _refused(media: Media) -> Media:
    nothing: Attributes = ()
    return Media(media.kind, 0, media.protocol, media.formats, None, nothing)
