"""Offer and answer: RFC 3264 for one G.711 stream."""

from dataclasses import replace
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.sip.offer import MORE, Agreed, LocalMedia, SdpError, accept, answer, more, offer
from offhook.sip.sdp import parse

LOCAL = LocalMedia("192.0.2.1", 40000, 40001, 77, 3)
PEER = LocalMedia("198.51.100.7", 50000, 50001, 5, 1)
LINES = """v=0
o=- 1 1 IN IP4 198.51.100.7
s=-
c=IN IP4 198.51.100.7
t=3034423619 3042462419
m=audio 49170 RTP/AVP 18 8 0 96
a=rtpmap:18 G729/8000
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15
"""


def sdp(old: str = "", new: str = "", text: str = LINES) -> bytes:
    """The offer of a telephone, with one passage exchanged."""
    assert old in text
    return text.replace(old, new).replace("\n", "\r\n").encode()


def with_audio(*lines: str) -> bytes:
    """An offer with these lines as its audio section."""
    head = LINES.partition("m=")[0]
    return (head + "\n".join(lines) + "\n").replace("\n", "\r\n").encode()


def test_offer_is_this() -> None:
    assert offer(LOCAL).decode().splitlines() == [
        "v=0",
        "o=- 77 3 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=0 0",
        "m=audio 40000 RTP/AVP 0 8 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=ptime:20",
        "a=sendrecv",
    ]


def test_offer_of_one_codec_on_hold() -> None:
    lines = offer(LOCAL, codecs=["PCMA"], direction="sendonly").decode().splitlines()

    assert lines[5:7] == ["m=audio 40000 RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000"]
    assert lines[-1] == "a=sendonly"


def test_rtcp_port_is_said_when_it_is_not_the_next_one() -> None:
    """RFC 3605 2.1."""
    assert b"a=rtcp:41000\r\n" in offer(replace(LOCAL, rtcp_port=41000))
    assert b"a=rtcp" not in offer(LOCAL)


def test_ipv6_address_is_named_as_one() -> None:
    written = offer(replace(LOCAL, host="2001:db8::1"))

    assert b"o=- 77 3 IN IP6 2001:db8::1\r\n" in written
    assert b"c=IN IP6 2001:db8::1\r\n" in written


def test_version_is_that_of_the_local_media() -> None:
    """RFC 3264 8: a changed description has a version one higher."""
    assert parse(offer(replace(LOCAL, version=4))).origin.version == "4"
    assert parse(answer(sdp(), replace(LOCAL, version=9))[0]).origin.version == "9"


def test_answer_takes_the_first_known_codec_with_the_numbers_of_the_offer() -> None:
    written, agreed = answer(sdp(), LOCAL)

    assert agreed == Agreed("PCMA", 8, 96, "198.51.100.7", 49170, 49171, send=True, receive=True)
    assert written.decode().splitlines() == [
        "v=0",
        "o=- 77 3 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=3034423619 3042462419",
        "m=audio 40000 RTP/AVP 8 96",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:96 telephone-event/8000",
        "a=fmtp:96 0-16",
        "a=ptime:20",
        "a=sendrecv",
    ]


@pytest.mark.parametrize(
    ("formats", "maps", "codec", "payload_type"),
    [
        ("0 8", [], "PCMU", 0),
        ("8 0", [], "PCMA", 8),
        ("110 0", ["110 pcma/8000"], "PCMA", 110),
        ("110 8", ["110 PCMU/8000/1"], "PCMU", 110),
        ("110 8", ["110 PCMU/16000"], "PCMA", 8),
        ("110 8", ["110 PCMU/8000/2"], "PCMA", 8),
        ("0 8", ["0 G726-32/8000"], "PCMA", 8),
        ("999 x 8", [], "PCMA", 8),
    ],
)
def test_codec_is_found_by_its_map_or_its_static_number(
    formats: str, maps: list[str], codec: str, payload_type: int
) -> None:
    lines = [f"m=audio 4000 RTP/AVP {formats}", *(f"a=rtpmap:{each}" for each in maps)]
    _, agreed = answer(with_audio(*lines), LOCAL)

    assert (agreed.codec, agreed.payload_type) == (codec, payload_type)


def test_telephone_events_are_those_of_8_khz() -> None:
    lines = [
        "m=audio 4000 RTP/AVP 0 97 98",
        "a=rtpmap:97 telephone-event/48000",
        "a=rtpmap:98 TELEPHONE-EVENT/8000",
    ]

    assert answer(with_audio(*lines), LOCAL)[1].dtmf_payload_type == 98


def test_answer_without_telephone_events_offers_none() -> None:
    written, agreed = answer(with_audio("m=audio 4000 RTP/AVP 0"), LOCAL)

    assert agreed.dtmf_payload_type is None
    assert b"telephone-event" not in written
    assert b"m=audio 40000 RTP/AVP 0\r\n" in written


@pytest.mark.parametrize(
    ("theirs", "ours", "send", "receive"),
    [
        ("sendrecv", "sendrecv", True, True),
        ("sendonly", "recvonly", False, True),
        ("recvonly", "sendonly", True, False),
        ("inactive", "inactive", False, False),
    ],
)
def test_direction_is_mirrored(theirs: str, ours: str, send: bool, receive: bool) -> None:
    """RFC 3264 6.1, and 8.4 for hold."""
    for held in (sdp("a=fmtp", f"a={theirs}\na=fmtp"), sdp("m=audio", f"a={theirs}\nm=audio")):
        written, agreed = answer(held, LOCAL)

        assert (agreed.send, agreed.receive) == (send, receive)
        assert f"a={ours}\r\n".encode() in written


@pytest.mark.parametrize("nowhere", ["IP4 0.0.0.0", "IP6 ::"])
def test_hold_by_an_address_that_is_nowhere(nowhere: str) -> None:
    """RFC 3264 8.4: how RFC 2543 did it."""
    written, agreed = answer(sdp("c=IN IP4 198.51.100.7", f"c=IN {nowhere}"), LOCAL)

    assert (agreed.send, agreed.receive) == (False, True)
    assert written.endswith(b"a=recvonly\r\n")


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ("a=rtcp:53020", 53020),
        ("a=rtcp:53020 IN IP4 126.16.64.4", 53020),
        ("a=rtcp:nonsense", 49171),
        ("a=rtcp", 49171),
        ("a=rtcp:0", 49171),
        ("a=x", 49171),
    ],
)
def test_rtcp_port_of_the_offer(line: str, port: int) -> None:
    assert answer(sdp("a=fmtp", f"{line}\na=fmtp"), LOCAL)[1].rtcp_port == port


def test_other_sections_are_answered_with_port_zero_in_their_place() -> None:
    """RFC 3264 6: as many sections as the offer, in its order."""
    text = LINES.replace("m=audio", "m=video 4000 RTP/AVP 31 34\na=mid:1\nm=audio")
    text += "m=audio 4002 RTP/AVP 0\nm=image 4004 udptl t38\nm=audio 4006 RTP/SAVP 0\n"

    written, agreed = answer(sdp(text=text), LOCAL)

    assert agreed.rtp_port == 49170
    assert [(m.kind, m.port, m.protocol, m.formats) for m in parse(written).media] == [
        ("video", 0, "RTP/AVP", ("31", "34")),
        ("audio", 40000, "RTP/AVP", ("8", "96")),
        ("audio", 0, "RTP/AVP", ("0",)),
        ("image", 0, "UDPTL", ("t38",)),
        ("audio", 0, "RTP/SAVP", ("0",)),
    ]


def test_later_audio_section_is_taken_when_the_first_does_not_suit() -> None:
    secure = "m=audio 4000 RTP/SAVP 0\na=crypto:1 x\nm=audio"

    written, agreed = answer(sdp("m=audio", secure), LOCAL)

    assert agreed.rtp_port == 49170
    assert [media.port for media in parse(written).media] == [0, 40000]


def test_address_of_the_section_wins_over_that_of_the_session() -> None:
    offered = sdp("a=rtpmap:18", "c=IN IP4 203.0.113.9\na=rtpmap:18")

    assert answer(offered, LOCAL)[1].host == "203.0.113.9"


@pytest.mark.parametrize(
    "section",
    [
        "m=audio 4000 RTP/AVP 18",
        "m=audio 0 RTP/AVP 0",
        "m=audio 4000 RTP/SAVP 0",
        "m=audio 4000 RTP/AVP 97",
        "m=video 4000 RTP/AVP 0",
        "m=image 4000 udptl t38",
        "a=nothing",
    ],
)
def test_nothing_that_suits_is_an_sdp_error(section: str) -> None:
    with pytest.raises(SdpError):
        answer(with_audio(section), LOCAL)
    with pytest.raises(SdpError):
        accept(with_audio(section))


def test_section_without_an_address_is_an_sdp_error() -> None:
    with pytest.raises(SdpError):
        answer(sdp("c=IN IP4 198.51.100.7\n", ""), LOCAL)


@pytest.mark.parametrize("body", [b"", b"hello", b"\xff\xfe", b"v=0\r\n"])
def test_what_is_no_description_is_an_sdp_error(body: bytes) -> None:
    with pytest.raises(SdpError):
        answer(body, LOCAL)
    with pytest.raises(SdpError):
        accept(body)


@given(
    st.permutations(["PCMU", "PCMA"]).flatmap(
        lambda each: st.sampled_from([each, each[:1], each[1:]])
    ),
    st.sampled_from(["sendrecv", "sendonly", "recvonly", "inactive"]),
)
def test_both_sides_agree_on_the_same_call(codecs: list[str], direction: str) -> None:
    written, theirs = answer(offer(LOCAL, codecs=codecs, direction=direction), PEER)
    ours = accept(written)

    assert (ours.codec, ours.payload_type) == (theirs.codec, theirs.payload_type)
    assert theirs.codec == codecs[0]
    assert ours.dtmf_payload_type == theirs.dtmf_payload_type == 101
    assert (ours.send, ours.receive) == (theirs.receive, theirs.send)
    assert (ours.host, ours.rtp_port, ours.rtcp_port) == (PEER.host, 50000, 50001)
    assert (theirs.host, theirs.rtp_port, theirs.rtcp_port) == (LOCAL.host, 40000, 40001)


def test_answer_on_hold_is_understood() -> None:
    assert not accept(sdp("c=IN IP4 198.51.100.7", "c=IN IP4 0.0.0.0")).send
    assert not accept(sdp("a=fmtp", "a=recvonly\na=fmtp")).receive


@given(st.text(st.sampled_from("vm=a:0 audio1/RTP\r\n"), max_size=80))
def test_any_section_is_answered_or_an_sdp_error(text: str) -> None:
    offered = with_audio("m=audio 4000 RTP/AVP 0", text)
    try:
        written, _ = answer(offered, LOCAL)
    except SdpError:
        return

    assert len(parse(written).media) == len(parse(offered).media)
    accept(written.replace(b"m=audio 0 ", b"m=audio 9 "))


def test_an_address_that_we_cannot_send_to_is_an_sdp_error() -> None:
    with pytest.raises(SdpError, match=r"::1 cannot be reached from 192\.0\.2\.1"):
        answer(sdp("c=IN IP4 198.51.100.7", "c=IN IP6 ::1"), LOCAL)

    section = "m=audio 4000 RTP/AVP 0\nc=IN IP4 198.51.100.8\n"
    both = sdp("c=IN IP4 198.51.100.7", "c=IN IP6 ::1", LINES + section)
    assert answer(both, LOCAL)[1].host == "198.51.100.8"


WIDE = """v=0
o=- 1 1 IN IP4 198.51.100.7
s=-
c=IN IP4 198.51.100.7
t=0 0
m=audio 49170 RTP/AVP 18 111 9 0 101 102
a=rtpmap:18 G729/8000
a=rtpmap:111 opus/48000/2
a=fmtp:111 useinbandfec=1
a=rtpmap:101 telephone-event/8000
a=rtpmap:102 telephone-event/48000
"""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offhook.sip.offer.more", lambda: ("G722", "OPUS"))


@pytest.mark.usefixtures("installed")
def test_g711_is_taken_before_codecs_that_cost_more() -> None:
    _, agreed = answer(sdp(text=WIDE), LOCAL)

    assert (agreed.codec, agreed.payload_type, agreed.dtmf_payload_type) == ("PCMU", 0, 101)


@pytest.mark.usefixtures("installed")
def test_g722_has_the_clock_of_g711_and_its_events() -> None:
    told, agreed = answer(sdp(" 9 0 101", " 9 101", WIDE).replace(b" 111 9", b" 9 111"), LOCAL)

    assert (agreed.codec, agreed.payload_type, agreed.dtmf_payload_type) == ("G722", 9, 101)
    assert b"m=audio 40000 RTP/AVP 9 101\r\na=rtpmap:9 G722/8000\r\n" in told


@pytest.mark.usefixtures("installed")
def test_opus_is_told_what_we_play_and_has_no_events_of_another_clock() -> None:
    told, agreed = answer(sdp(" 9 0 101", " 0101", WIDE), LOCAL)

    assert (agreed.codec, agreed.payload_type, agreed.dtmf_payload_type) == ("OPUS", 111, None)
    assert b"RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 maxplaybackrate=8000" in told
    assert b"telephone-event" not in told


@pytest.mark.parametrize(
    ("old", "new"), [("opus/48000/2", "opus/48000"), ("opus/48000/2", "opus/8000/2")]
)
@pytest.mark.usefixtures("installed")
def test_what_calls_itself_opus_and_is_none_is_not_taken(old: str, new: str) -> None:
    with pytest.raises(SdpError, match="no audio in PCMU, PCMA, G722, OPUS over RTP/AVP"):
        answer(sdp(" 9 0 101", " 101", WIDE.replace(old, new)), LOCAL)


def test_codecs_that_are_not_installed_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offhook.sip.offer.more", lambda: ())

    with pytest.raises(SdpError, match="no audio in PCMU, PCMA over RTP/AVP was offered"):
        answer(sdp(" 9 0 101", " 9 101", WIDE), LOCAL)


def test_what_is_installed_is_found_by_its_module() -> None:
    assert set(more()) == {name for name, module in MORE.items() if find_spec(module) is not None}
