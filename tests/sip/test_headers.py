"""Header values: each reads itself and writes itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.sip.grammar import SipSyntaxError
from offhook.sip.headers import Authorization, Challenge, CSeq, NameAddr, Via, canonical
from offhook.sip.uri import Uri

TOKENS = st.text("abcXYZ019-.!%*_+`'~", min_size=1, max_size=8)
PRINTABLE = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\x7f"),
    max_size=12,
)
PARAMS = st.dictionaries(TOKENS.map(str.lower), st.none() | PRINTABLE, max_size=3)
VIAS = st.builds(
    Via,
    transport=st.sampled_from(["UDP", "TCP", "TLS", "WS", "X-Y"]),
    host=st.sampled_from(["h.example", "192.0.2.1", "2001:db8::1"]),
    port=st.none() | st.integers(0, 65535),
    params=PARAMS,
)
ADDRESSES = st.builds(
    NameAddr,
    uri=st.sampled_from(["sip:a@h;lr", "tel:+1", "urn:x", "sip:h?a=b"]).map(Uri.parse),
    display=st.none() | PRINTABLE,
    params=PARAMS,
)


@given(VIAS)
def test_via_survives_a_round_trip(via: Via) -> None:
    assert Via.parse(str(via)) == via


@given(ADDRESSES)
def test_address_survives_a_round_trip(address: NameAddr) -> None:
    assert NameAddr.parse(str(address)) == address


@given(st.builds(CSeq, st.integers(0, 2**32 - 1), TOKENS))
def test_cseq_survives_a_round_trip(cseq: CSeq) -> None:
    assert CSeq.parse(str(cseq)) == cseq


@given(TOKENS, st.dictionaries(TOKENS.map(str.lower), PRINTABLE, min_size=1, max_size=5))
def test_challenge_survives_a_round_trip(scheme: str, params: dict[str, str]) -> None:
    challenge = Challenge(scheme, params)

    assert Challenge.parse(str(challenge)) == challenge


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("v", "Via"),
        ("V", "Via"),
        ("vIA", "Via"),
        ("call-id", "Call-ID"),
        ("i", "Call-ID"),
        ("CSEQ", "CSeq"),
        ("www-authenticate", "WWW-Authenticate"),
        ("x", "Session-Expires"),
        ("X-Thing", "X-Thing"),
    ],
)
def test_names_are_expanded_and_known_ones_spelled_as_in_the_rfc(name: str, expected: str) -> None:
    assert canonical(name) == expected


@pytest.mark.parametrize(
    ("text", "via"),
    [
        ("SIP/2.0/UDP h", Via("UDP", "h")),
        ("sip / 2.0 /tcp\th : 5060 ; branch = z", Via("TCP", "h", 5060, {"branch": "z"})),
        ("SIP/2.0/TLS [2001:db8::9]:1;rport", Via("TLS", "2001:db8::9", 1, {"rport": None})),
    ],
)
def test_via_reads(text: str, via: Via) -> None:
    assert Via.parse(text) == via


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0/UDP ",
        "SIP/2.0 h",
        "SIP/x/UDP h",
        "HTTP/2.0/UDP h",
        "SIP/2.0/UDP h:99999",
        "SIP/2.0/UDP h : 99999",
        "SIP/2.0/UDP h:",
        "SIP/2.0/UDP h;;",
        "SIP/2.0/UDP h h",
        "SIP/2.0/UDP [::g]",
        "SIP/2.0/UDP h;branch=a;branch=b",
    ],
)
def test_malformed_via_is_refused(text: str) -> None:
    with pytest.raises(SipSyntaxError):
        Via.parse(text)


def test_via_tells_where_its_sender_was_seen() -> None:
    via = Via.parse("SIP/2.0/UDP h;received=[2001:db8::9];rport=4711;branch=z9hG4bKa")

    assert (via.received, via.rport, via.branch) == ("2001:db8::9", 4711, "z9hG4bKa")
    assert Via("UDP", "h", params={"rport": None}).rport is None
    assert Via("UDP", "h").received is None
    assert Via("UDP", "h", params={"rport": "70000"}).rport is None


@pytest.mark.parametrize(
    ("text", "stamped"),
    [
        ("SIP/2.0/UDP 192.0.2.1", "SIP/2.0/UDP 192.0.2.1"),
        ("SIP/2.0/UDP h:9", "SIP/2.0/UDP h:9;received=192.0.2.1"),
        (
            "SIP/2.0/UDP 192.0.2.1;rport;branch=a",
            "SIP/2.0/UDP 192.0.2.1;rport=5099;branch=a;received=192.0.2.1",
        ),
        ("SIP/2.0/UDP h;received=6.6.6.6", "SIP/2.0/UDP h;received=192.0.2.1"),
    ],
)
def test_received_and_rport_follow_rfc_3261_18_2_1_and_rfc_3581(text: str, stamped: str) -> None:
    assert str(Via.parse(text).stamped("192.0.2.1", 5099)) == stamped


def test_spoilt_via_still_tells_its_sender() -> None:
    assert Via.salvage("SIP/2.0/UDP 192.0.2.15;;,;,,") == Via("UDP", "192.0.2.15")


@pytest.mark.parametrize(
    "text",
    ["", "1", "INVITE", "1INVITE", "-1 INVITE", "4294967296 INVITE", "1 IN VITE", "1 a@b", "1 "],
)
def test_malformed_cseq_is_refused(text: str) -> None:
    with pytest.raises(SipSyntaxError):
        CSeq.parse(text)


def test_cseq_takes_leading_zeros_and_any_white_space() -> None:
    assert CSeq.parse("0009 \t INVITE") == CSeq(9, "INVITE")


@pytest.mark.parametrize(
    ("text", "display", "uri", "params"),
    [
        ("sip:a@h", None, "sip:a@h", {}),
        ("sip:a@h;tag=1", None, "sip:a@h", {"tag": "1"}),
        ("<sip:a@h;x>;tag=1", None, "sip:a@h;x", {"tag": "1"}),
        ('"A \\"B\\" \\\\" <sip:a@h>', 'A "B" \\', "sip:a@h", {}),
        ("Anna B<sip:a@h>", "Anna B", "sip:a@h", {}),
        ("Bell, Alexander <sip:a@h>", "Bell, Alexander", "sip:a@h", {}),
        ('"" <sip:a@h>', "", "sip:a@h", {}),
        ('"a>,<b" <sip:a@h>', "a>,<b", "sip:a@h", {}),
        (" <tel:+1> ; x = y ", None, "tel:+1", {"x": "y"}),
        ("J\u00f6rg <sip:a@h>", "J\u00f6rg", "sip:a@h", {}),
    ],
)
def test_address_reads(
    text: str, display: str | None, uri: str, params: dict[str, str | None]
) -> None:
    assert NameAddr.parse(text) == NameAddr(Uri.parse(uri), display, params)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "a",
        "<>",
        "< sip:a@h>",
        "<sip:a@h >",
        "<sip:a@h",
        "sip:a@h>",
        '"A <sip:a@h>',
        '"A" sip:a@h',
        'A "B" <sip:a@h>',
        "<sip:a@h><sip:b@h>",
        "<sip:a@h> x",
        "sip:a@h?x=y",
        "sip:a@h,sip:b@h",
        "A\x00B <sip:a@h>",
        '"A\x00B" <sip:a@h>',
        '"A\\" <sip:a@h>',
    ],
)
def test_malformed_address_is_refused(text: str) -> None:
    with pytest.raises(SipSyntaxError):
        NameAddr.parse(text)


def test_tag_is_read_and_set() -> None:
    plain = NameAddr.parse("<sip:a@h>;x")

    assert plain.tag is None
    assert plain.with_tag("7") == NameAddr.parse("<sip:a@h>;x;tag=7")
    assert plain.with_tag("7").tag == "7"


def test_credentials_quote_what_rfc_7616_quotes() -> None:
    params = {"username": 'a"b', "qop": "auth", "nc": "00000001", "algorithm": "MD5"}
    printed = 'Digest username="a\\"b", qop=auth, nc=00000001, algorithm=MD5'

    assert str(Authorization("Digest", params)) == printed
    assert Authorization.parse(printed) == Authorization("Digest", params)


def test_challenge_quotes_what_rfc_7616_quotes() -> None:
    printed = 'Digest realm="a, b", qop="auth,auth-int", stale=true, algorithm=SHA-256'

    assert str(Challenge.parse(printed)) == printed
    assert Challenge.parse(printed).params["realm"] == "a, b"


@pytest.mark.parametrize(
    "text", ["", "Digest", "Digest ", "Digest x", 'Digest a="b', "Digest a=b c", "Digest a=1, A=2"]
)
def test_malformed_challenge_is_refused(text: str) -> None:
    with pytest.raises(SipSyntaxError):
        Challenge.parse(text)


@given(st.text(st.sampled_from('"\\<>;,= \tSIP/2.0UDPh:@[]x'), max_size=40))
def test_any_text_is_a_value_or_a_syntax_error(text: str) -> None:
    for kind in (Via, CSeq, NameAddr, Challenge, Authorization):
        try:
            value = kind.parse(text)
        except SipSyntaxError:
            continue
        assert kind.parse(str(value)) == value
