"""URIs: RFC 3261 19.1, RFC 3966."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.sip.grammar import SipSyntaxError
from offhook.sip.uri import Uri, host_port, parse_host_port

NAMES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x2FF, exclude_characters="\x7f"),
    min_size=1,
    max_size=8,
)
HOSTS = st.sampled_from(["example.com", "192.0.2.1", "2001:db8::1", "a_b", "x-1.example."])
URIS = st.builds(
    Uri,
    scheme=st.sampled_from(["sip", "sips"]),
    user=NAMES,
    password=st.none() | NAMES,
    host=HOSTS,
    port=st.none() | st.integers(0, 65535),
    params=st.dictionaries(NAMES.map(str.lower), st.none() | NAMES, max_size=3),
    headers=st.dictionaries(NAMES, NAMES | st.just(""), max_size=3),
)


@given(URIS)
def test_uri_survives_a_round_trip_whatever_its_characters(uri: Uri) -> None:
    again = Uri.parse(str(uri))

    assert again == replace(uri, params={key.lower(): v for key, v in uri.params.items()})
    assert str(again) == str(uri)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:example.com", Uri("sip", host="example.com")),
        ("SIPS:a@EXAMPLE.com", Uri("sips", "a", host="EXAMPLE.com")),
        ("sip:a:b@h:1", Uri("sip", "a", "b", "h", 1)),
        ("sip:a:@h", Uri("sip", "a", "", "h")),
        ("sip:[2001:db8::10]:5070", Uri("sip", host="2001:db8::10", port=5070)),
        ("sip:+1;x=y@h;user=phone", Uri("sip", "+1;x=y", host="h", params={"user": "phone"})),
        ("sip:h;Transport=TCP;LR", Uri("sip", host="h", params={"transport": "TCP", "lr": None})),
        ("sip:h?a=b&c=", Uri("sip", host="h", headers={"a": "b", "c": ""})),
        ("sip:#31#1@h", Uri("sip", "#31#1", host="h")),
        ("tel:+1-201-555-0123", Uri("tel", "+1-201-555-0123")),
        ("tel:7;phone-context=x.com", Uri("tel", "7", params={"phone-context": "x.com"})),
        ("urn:service:sos", Uri("urn", opaque="service:sos")),
        ("http://x/y", Uri("http", opaque="//x/y")),
    ],
)
def test_uri_reads(text: str, uri: Uri) -> None:
    assert Uri.parse(text) == uri
    assert str(Uri.parse(text)) == text
    assert Uri.parse(str(replace(uri))) == uri


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip",
        "sip:",
        ":h",
        "1sip:h",
        "sip:@h",
        "sip:a@",
        "sip:a@b@c",
        "sip:a b@h",
        " sip:h",
        "sip:h ",
        "<sip:h>",
        "sip:h:x",
        "sip:h:65536",
        "sip:h:" + "9" * 5000,
        "sip:h:",
        "sip:[::1",
        "sip:[:::1]",
        "sip:::1",
        "sip:h;",
        "sip:h;;lr",
        "sip:h;=b",
        "sip:h;a=",
        "sip:h;a;A",
        "sip:h?",
        "sip:h?a",
        "sip:h?=b",
        "sip:h?a=b?c=d&",
        "sip:%4@h",
        "sip:%zz@h",
        "sip:a\x00@h",
        "sip:\u00e9@h",
        "sip:a@h\u00e9",
        "tel:",
        "tel:x",
        "urn:",
        "urn:a b",
        'urn:a"\x01',
    ],
)
def test_malformed_uri_is_refused(text: str) -> None:
    with pytest.raises(SipSyntaxError):
        Uri.parse(text)


def test_parsed_uri_goes_back_unchanged_and_a_changed_copy_is_printed_anew() -> None:
    """A remote target is used as it came (RFC 3261 12.2.1.1)."""
    text = "sip:cal%6Cer@Host;n%61me=%25"
    uri = Uri.parse(text)

    assert (uri.user, uri.params) == ("caller", {"name": "%"})
    assert str(uri) == text
    assert str(replace(uri, host="other")) == "sip:caller@other;name=%25"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
    ],
)
def test_equivalent_uris_of_rfc_3261_19_1_4(left: str, right: str) -> None:
    assert Uri.parse(left).is_equivalent(Uri.parse(right))
    assert Uri.parse(right).is_equivalent(Uri.parse(left))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com:6000;transport=tcp", "sip:bob@biloxi.com"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:a@h", "sips:a@h"),
        ("sip:a:p@h", "sip:a@h"),
        ("urn:a", "urn:b"),
    ],
)
def test_different_uris_of_rfc_3261_19_1_4(left: str, right: str) -> None:
    assert not Uri.parse(left).is_equivalent(Uri.parse(right))
    assert not Uri.parse(right).is_equivalent(Uri.parse(left))


def test_equivalence_is_not_transitive_so_it_is_not_equality() -> None:
    plain, on, off = (Uri.parse(f"sip:c@h{tail}") for tail in ("", ";s=on", ";s=off"))

    assert plain.is_equivalent(on)
    assert plain.is_equivalent(off)
    assert plain != on


def test_uri_can_be_a_key() -> None:
    assert {Uri.parse("sip:a@h;x"): 1}[Uri.parse("sip:%61@h;X")] == 1


def test_transport_and_loose_routing_are_read_from_parameters() -> None:
    assert Uri.parse("sip:h;transport=TcP;lr=on").transport == "tcp"
    assert Uri.parse("sip:h;transport=TcP;lr=on").is_loose_router
    assert Uri.parse("sip:h").transport is None
    assert not Uri.parse("sip:h").is_loose_router


def test_host_and_port_are_read_where_they_stand() -> None:
    assert parse_host_port("xx[::1]:5060;a", 2) == ("::1", 5060, 12)
    assert host_port("::1", 5060) == "[::1]:5060"
    assert host_port("h", None) == "h"


@given(st.text(max_size=60) | st.text("sip:@;=?&%[]4a1", max_size=60).map("sip:".__add__))
def test_any_text_is_a_uri_or_a_syntax_error(text: str) -> None:
    try:
        uri = Uri.parse(text)
    except SipSyntaxError:
        return

    assert str(uri) == text
    assert Uri.parse(str(replace(uri))) == uri
