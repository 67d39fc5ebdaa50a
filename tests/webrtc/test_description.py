"""Offers that are taken or refused, and the answers to them."""

import pytest

from offhook.webrtc import GatewayError
from offhook.webrtc.description import Local, answer, read

PRINT = ":".join(["AB"] * 32)
LOCAL = Local(7, "user", "password", ("1 1 udp 1 127.0.0.1 4000 typ host",), PRINT)
HEAD = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
SECURE = (
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdabcdabcdabcdabcdabcd\r\n"
    f"a=fingerprint:sha-256 {PRINT}\r\na=setup:actpass\r\n"
)
VIDEO = (
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendrecv\r\n"
    "a=rtpmap:96 VP8/90000\r\n"
)


def audio(formats: str = "111 8 0 110 126", more: str = "a=rtcp-mux\r\n" + SECURE) -> str:
    return (
        f"m=audio 9 UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\n"
        "a=rtpmap:111 opus/48000/2\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
        f"a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n{more}"
    )


def test_the_first_g711_codec_and_events_at_8000_hz_are_taken() -> None:
    offered = read(HEAD + audio())
    said = answer(offered, LOCAL)

    assert (offered.codec, offered.payload_type, offered.events_type) == ("PCMA", 8, 126)
    assert offered.ice == ("abcd", "abcdabcdabcdabcdabcdabcd")
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 8 126\r\n" in said
    for line in (
        "a=group:BUNDLE 0",
        "a=ice-ufrag:user",
        "a=ice-pwd:password",
        "a=candidate:1 1 udp 1 127.0.0.1 4000 typ host",
        f"a=fingerprint:sha-256 {PRINT}",
        "a=setup:active",
        "a=mid:0",
        "a=rtcp-mux",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:126 telephone-event/8000",
    ):
        assert f"{line}\r\n" in said


def test_other_sections_are_refused_in_their_places() -> None:
    said = answer(read(HEAD + VIDEO + audio("0")), LOCAL)
    places = [line for line in said.split("\r\n") if line.startswith("m=")]

    assert places == ["m=video 0 UDP/TLS/RTP/SAVPF 96", "m=audio 9 UDP/TLS/RTP/SAVPF 0"]
    assert "telephone-event" not in said.partition("m=audio")[2].replace("126", "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no audio"),
        ("hello", "no SDP|no audio"),
        ("m=audio", "no SDP"),
        ("x" * 70_000, "at most 65536"),
        (HEAD + VIDEO, "no audio in PCMU or PCMA"),
        (HEAD + audio("111"), "no audio in PCMU or PCMA"),
        (HEAD + audio("0", SECURE), "rtcp-mux"),
        (HEAD + audio("0", "a=rtcp-mux\r\n"), "fingerprint"),
        (HEAD + VIDEO * 40, "at most 32 media sections"),
    ],
)
def test_what_cannot_be_answered_is_told(text: str, fault: str) -> None:
    with pytest.raises(GatewayError, match=fault):
        read(text)
