"""Header fields of a message: finding, changing, reading once."""

import pytest

from offhook.sip.fields import MAX_VALUES, Message
from offhook.sip.grammar import SipSyntaxError
from offhook.sip.headers import CSeq, Via


def message(*headers: tuple[str, str]) -> Message:
    """A message with these header lines, named as the parser names them."""
    made = Message([])
    for name, value in headers:
        made.append(name, value)
    return made


def test_names_are_found_in_any_case_and_in_compact_form() -> None:
    found = message(("v", "1"), ("X-Odd", "2"), ("x-oDD", "3"))

    assert (found.get("VIA"), found.get("v"), found.get("x-odd")) == ("1", "1", "2")
    assert found.lines("X-ODD") == ["2", "3"]
    assert found.get("Route") is None


def test_only_lists_are_split() -> None:
    found = message(
        ("Supported", 'timer, "a,b" '), ("k", "100rel"), ("Subject", "a, b"), ("Date", "Sat, 1")
    )

    assert found.all("Supported") == ["timer", '"a,b"', "100rel"]
    assert found.all("Subject") == ["a, b"]
    assert found.all("Date") == ["Sat, 1"]
    assert found.all("Require") == []


def test_set_replaces_all_lines_in_the_place_of_the_first() -> None:
    changed = message(("To", "a"), ("Route", "b"), ("From", "c"), ("Route", "d"))
    changed.set("route", "e")
    changed.set("Subject", "f")

    assert changed.headers == [("To", "a"), ("Route", "e"), ("From", "c"), ("Subject", "f")]


def test_prepend_append_and_remove() -> None:
    changed = message(("Via", "b"), ("X-A", "1"), ("x-a", "2"))
    changed.prepend("v", "a")
    changed.append("l", "0")
    changed.remove("X-a")

    assert changed.headers == [("Via", "a"), ("Via", "b"), ("Content-Length", "0")]


@pytest.mark.parametrize("value", ["a\r\nEvil: 1", "a\nb", "a\rb"])
def test_line_break_cannot_be_smuggled_into_a_header(value: str) -> None:
    target = message(("To", "a"))
    for change in (target.set, target.append, target.prepend):
        with pytest.raises(ValueError, match="line break"):
            change("To", value)

    assert target.headers == [("To", "a")]


@pytest.mark.parametrize("name", ["", "To: a\r\nEvil", "a b", "a:"])
def test_only_a_token_names_a_header(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        Message([]).append(name, "x")


def test_typed_values_are_read_once_until_the_headers_change() -> None:
    changing = message(("CSeq", "1 INVITE"), ("Via", "SIP/2.0/UDP a"))
    first = changing.cseq
    assert changing.cseq is first

    changing.set("CSeq", "2 BYE")

    assert changing.cseq == CSeq(2, "BYE")


def test_typed_values_of_a_full_message() -> None:
    full = message(
        ("Via", "SIP/2.0/UDP a, SIP/2.0/TCP b"),
        ("Via", "SIP/2.0/TLS c"),
        ("From", "<sip:f@h>;tag=1"),
        ("To", "sip:t@h;tag=2"),
        ("Call-ID", "x@y"),
        ("Contact", "<sip:c@h>, <sip:d@h>;q=0.1"),
        ("Route", "<sip:r1;lr>"),
        ("Record-Route", "<sip:r2;lr>,<sip:r3;lr>"),
        ("Max-Forwards", "070"),
        ("Content-Type", "Application/SDP ; charset=utf-8"),
        ("Content-Length", "7"),
        ("Expires", "3600"),
    )

    assert [(via.transport, via.host) for via in full.via] == [
        ("UDP", "a"),
        ("TCP", "b"),
        ("TLS", "c"),
    ]
    assert (full.from_.tag, full.to.tag, full.call_id) == ("1", "2", "x@y")
    assert [each.uri.user for each in full.contact] == ["c", "d"]
    assert [str(each.uri) for each in (*full.route, *full.record_route)] == [
        "sip:r1;lr",
        "sip:r2;lr",
        "sip:r3;lr",
    ]
    assert (full.max_forwards, full.content_length, full.expires) == (70, 7, 3600)
    assert full.content_type == "application/sdp"


def test_typed_values_of_an_empty_message() -> None:
    empty = Message([])

    assert (empty.via, empty.contact, empty.route, empty.record_route) == ([], [], [], [])
    assert (empty.max_forwards, empty.content_length) == (None, None)
    assert (empty.expires, empty.content_type) == (None, None)
    for name in ("from_", "to", "call_id", "cseq"):
        with pytest.raises(SipSyntaxError):
            getattr(empty, name)


@pytest.mark.parametrize(
    ("name", "value", "attribute"),
    [
        ("Max-Forwards", "256", "max_forwards"),
        ("Max-Forwards", "-1", "max_forwards"),
        ("Content-Length", "4294967296", "content_length"),
        ("Call-ID", "a b", "call_id"),
        ("Call-ID", "", "call_id"),
        ("Call-ID", "\u00e9", "call_id"),
        ("Via", "SIP/2.0/UDP", "via"),
        ("Contact", "<sip:a@h>, <", "contact"),
        ("Contact", ",".join(["<sip:a@h>"] * (MAX_VALUES + 1)), "contact"),
    ],
)
def test_malformed_value_is_a_syntax_error(name: str, value: str, attribute: str) -> None:
    with pytest.raises(SipSyntaxError):
        getattr(message((name, value)), attribute)


def test_too_many_values_over_several_lines_are_refused() -> None:
    line = ("Route", ",".join(["<sip:h;lr>"] * 60))

    assert len(message(*[line] * 5).route) == 300
    with pytest.raises(SipSyntaxError) as refusal:
        _ = message(*[line] * 6).route
    assert refusal.value.response_code == 513


def test_nonsense_expiry_counts_as_none() -> None:
    """RFC 4475 3.1.2.4 lets it count as the default."""
    assert message(("Expires", "1" + "0" * 99)).expires is None


def test_star_is_no_contact_address() -> None:
    assert message(("Contact", "*")).contact == []


def test_top_via_alone_is_stamped_with_the_source() -> None:
    stamped = message(("Via", "SIP/2.0/UDP h;rport, SIP/2.0/UDP i"), ("Via", "SIP/2.0/UDP j"))
    stamped.stamp("192.0.2.1", 5099)

    assert stamped.via == [
        Via("UDP", "h", params={"rport": "5099", "received": "192.0.2.1"}),
        Via("UDP", "i"),
        Via("UDP", "j"),
    ]


def test_written_message_has_our_content_length_once_and_last() -> None:
    written = message(("l", "99"), ("To", "sip:\u00fc@h"))
    written.body = b"\x00\xff"

    assert written.write("START") == (
        "START\r\nTo: sip:\u00fc@h\r\nContent-Length: 2\r\n\r\n".encode() + b"\x00\xff"
    )
