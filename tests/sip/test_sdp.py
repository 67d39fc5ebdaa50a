"""Session descriptions: patient reading, strict writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.sip.sdp import (
    MAX_BYTES,
    MAX_MEDIA,
    Description,
    Media,
    Origin,
    SdpError,
    network,
    parse,
)

FULL = b"""v=0
o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1
s=Call to John Smith
i=SDP Offer #1
u=http://www.jdoe.example.com/home.html
e=Jane Doe <jane@jdoe.example.com>
c=IN IP4 198.51.100.1
b=CT:128
t=0 0
a=recvonly
m=audio 49170/2 rtp/avp 0 96
c=IN IP6 2001:db8::2
a=rtpmap:96 telephone-event/8000
a=fmtp: 96 0-15
a=sendonly
m=video 51372 RTP/AVP 99
a=rtpmap:99 h263-1998/90000
""".replace(b"\n", b"\r\n")

WORDS = st.text("abcXYZ019-.", min_size=1, max_size=8)
HOSTS = st.sampled_from(["192.0.2.1", "2001:db8::1", "h.example"])
ATTRIBUTES = st.lists(st.tuples(WORDS, st.none() | WORDS), max_size=3).map(tuple)
DESCRIPTIONS = st.builds(
    Description,
    origin=st.builds(Origin, WORDS, WORDS, HOSTS, WORDS),
    host=st.none() | HOSTS,
    times=st.lists(st.sampled_from(["0 0", "1 2"]), min_size=1, max_size=2).map(tuple),
    attributes=ATTRIBUTES,
    media=st.lists(
        st.builds(
            Media,
            kind=st.sampled_from(["audio", "video", "image"]),
            port=st.integers(0, 65535),
            protocol=st.sampled_from(["RTP/AVP", "UDPTL"]),
            formats=st.lists(WORDS, min_size=1, max_size=3).map(tuple),
            host=st.none() | HOSTS,
            attributes=ATTRIBUTES,
        ),
        max_size=3,
    ).map(tuple),
)


@given(DESCRIPTIONS)
def test_description_survives_a_round_trip(description: Description) -> None:
    assert parse(bytes(description)) == description


def test_full_description_reads() -> None:
    full = parse(FULL)
    audio, video = full.media

    assert full.origin == Origin("3724394400", "3724394405", "198.51.100.1", "jdoe")
    assert (audio.kind, audio.port, audio.protocol) == ("audio", 49170, "RTP/AVP")
    assert audio.formats == ("0", "96")
    assert audio.values("rtpmap") == ["96 telephone-event/8000"]
    assert audio.values("fmtp") == ["96 0-15"]
    assert (full.host_of(audio), full.host_of(video)) == ("2001:db8::2", "198.51.100.1")
    assert (full.direction_of(audio), full.direction_of(video)) == ("sendonly", "recvonly")


def test_direction_is_both_ways_unless_said() -> None:
    plain = parse(b"v=0\r\nc=IN IP4 h\r\nm=audio 1 RTP/AVP 0\r\n")

    assert plain.direction_of(plain.media[0]) == "sendrecv"


@pytest.mark.parametrize("ending", [b"\n", b"\r", b"\r\n", b"\r\n\r\n", b" \t\r\n"])
def test_any_line_ending_is_read(ending: bytes) -> None:
    assert parse(FULL.replace(b"\r\n", ending)) == parse(FULL)


def test_lines_of_no_meaning_are_skipped() -> None:
    odd = parse(b"\r\nv=0\r\nhello\r\nm =video 3227 RTP/AVP 31\r\nz\r\nX=1\r\nt=0 0\r\n")

    assert odd.media == ()
    assert odd.times == ("0 0",)


def test_missing_origin_and_time_are_no_fault() -> None:
    assert parse(b"v=0\r\no=what\r\n") == Description(Origin("0", "0", "0.0.0.0"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"v=1\r\n",
        b"s=-\r\nv=0\r\n",
        b"v=0\r\nm=audio\r\n",
        b"v=0\r\nm=audio 1 RTP/AVP\r\n",
        b"v=0\r\nm=audio x RTP/AVP 0\r\n",
        b"v=0\r\nm=audio 65536 RTP/AVP 0\r\n",
        b"v=0\r\nm=audio -1 RTP/AVP 0\r\n",
        b"v=0\r\nc=IN IP4\r\n",
        b"v=0\r\nc=ATM NSAP 1\r\n",
        b"v=0\r\nc=IN IP4 a/b/c d\r\n",
        b"v=0\r\nc=IN IP4 <host>\r\n",
        b"v=0\r\nc=IN IP4 224.2.1.1/127\r\n",
        b"v=0\r\nc=IN IP4 255.255.255.255\r\n",
        b"v=0\r\nc=IN IP6 ff02::1\r\n",
        b"v=0\r\n" + b"m=audio 1 RTP/AVP 0\r\n" * (MAX_MEDIA + 1),
        b"v=0\r\n" + b"a=x\r\n" * MAX_BYTES,
    ],
)
def test_description_that_cannot_be_used_is_refused(data: bytes) -> None:
    with pytest.raises(SdpError):
        parse(data)


def test_section_without_any_connection_address_has_no_host() -> None:
    bare = parse(b"v=0\r\nm=audio 1 RTP/AVP 0\r\n")

    with pytest.raises(SdpError, match="no connection address"):
        bare.host_of(bare.media[0])


def test_network_names_the_family_of_the_address() -> None:
    assert network("192.0.2.1") == "IN IP4 192.0.2.1"
    assert network("::1") == "IN IP6 ::1"


@given(st.binary(max_size=200) | st.binary(max_size=100).map(FULL.__add__))
def test_any_bytes_are_a_description_or_an_sdp_error(data: bytes) -> None:
    try:
        description = parse(data)
    except SdpError:
        return

    assert isinstance(bytes(description), bytes)


@given(st.integers(0, len(FULL)), st.integers(0, 9), st.binary(max_size=5))
def test_any_mutation_is_a_description_or_an_sdp_error(at: int, cut: int, new: bytes) -> None:
    try:
        description = parse(FULL[:at] + new + FULL[at + cut :])
    except SdpError:
        return

    assert isinstance(bytes(description), bytes)
