"""Messages: framing, limits, the must-haves of RFC 3261, answers, streams."""

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offhook.sip.message import (
    MAX_BYTES,
    MAX_HEADERS,
    PING,
    Framer,
    Request,
    Response,
    SipSyntaxError,
    parse,
    respond,
    validate,
)
from offhook.sip.uri import Uri

INVITE = b"""INVITE sip:bob@biloxi.example SIP/2.0
Via: SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bK776asdhds, SIP/2.0/TCP p2;branch=z9hG4bKb
Max-Forwards: 70
To: Bob <sip:bob@biloxi.example>
From: "Alice \\"A\\"" <sip:alice@atlanta.example>;tag=1928301774
Call-ID: a84b4c76e66710@pc33.atlanta.example
CSeq: 314159 INVITE
Contact: <sip:alice@pc33.atlanta.example>
Record-Route: <sip:p1.example;lr>, <sip:p2.example;lr>
Supported: timer,
 100rel
Timestamp: 54
Content-Type: application/sdp
Content-Length: 3

v=0""".replace(b"\n", b"\r\n")

HEAD, BODY = INVITE.split(b"\r\n\r\n")


def variant(old: bytes, new: bytes, data: bytes = INVITE) -> bytes:
    """The message with one passage exchanged."""
    assert data.count(old) == 1
    return data.replace(old, new)


def without(name: bytes) -> bytes:
    """The message without a header line."""
    lines = INVITE.split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(name + b":"))


def refusal(data: bytes, *, stream: bool = False) -> SipSyntaxError:
    """How the message is refused."""
    with pytest.raises(SipSyntaxError) as raised:
        validate(parse(data, stream=stream))
    return raised.value


def request(data: bytes = INVITE) -> Request:
    """The message, read and valid."""
    message = parse(data)
    validate(message)
    assert isinstance(message, Request)
    return message


def test_request_reads() -> None:
    invite = request()

    assert (invite.method, invite.raw_uri) == ("INVITE", "sip:bob@biloxi.example")
    assert invite.uri == Uri("sip", "bob", host="biloxi.example")
    assert invite.all("k") == ["timer", "100rel"]
    assert invite.get("Supported") == "timer, 100rel"
    assert invite.body == BODY


def test_response_reads() -> None:
    response = parse(b"sip/2.0 486 Busy: \xc3\xbc\r\nVia: SIP/2.0/UDP h\r\n\r\n")

    assert isinstance(response, Response)
    assert (response.status, response.reason) == (486, "Busy: \u00fc")


def test_written_message_reads_the_same() -> None:
    invite = request()
    again = request(bytes(invite))

    assert again.headers == invite.headers
    assert bytes(again) == bytes(invite)


def test_datagram_is_cut_to_content_length() -> None:
    assert request(INVITE + b"BYE sip:x SIP/2.0\r\n\r\n").body == BODY


def test_datagram_without_content_length_is_all_body() -> None:
    assert request(without(b"Content-Length") + b"more").body == BODY + b"more"


def test_datagram_shorter_than_content_length_is_refused() -> None:
    assert refusal(INVITE[:-1]).response_code == 400
    assert refusal(INVITE[:-1]).can_answer


def test_stream_needs_content_length() -> None:
    assert refusal(without(b"Content-Length"), stream=True).can_answer
    assert request(INVITE).body == parse(INVITE, stream=True).body


def test_empty_lines_before_the_message_are_skipped() -> None:
    """RFC 3261 7.5."""
    assert request(b"\r\n\r\n\r\n" + INVITE).headers == request().headers


def test_header_part_without_its_empty_line_is_refused_with_an_answer() -> None:
    assert refusal(HEAD).can_answer
    assert refusal(HEAD + b"\r\n").can_answer


@pytest.mark.parametrize(
    "line",
    [
        b"INVITE sip:bob@biloxi.example",
        b"INVITE  sip:bob@biloxi.example SIP/2.0",
        b"INVITE sip:bob@biloxi.example SIP/2.0 ",
        b" INVITE sip:bob@biloxi.example SIP/2.0",
        b"INVITE sip:bob@biloxi.example HTTP/1.1",
        b"INVITE sip:bob@biloxi.example SIP/2",
        b"INVITE sip:bob@biloxi.example SIP/2.0\r\n folded",
        b"IN(VITE sip:bob@biloxi.example SIP/2.0",
        b"INVITE  SIP/2.0",
        b"INVITE",
    ],
)
def test_malformed_request_line_is_refused_with_an_answer(line: bytes) -> None:
    fault = refusal(variant(b"INVITE sip:bob@biloxi.example SIP/2.0", line))

    assert (fault.response_code, fault.can_answer) == (400, True)


@pytest.mark.parametrize("version", [b"SIP/3.0", b"SIP/2.1", b"sip/7.0", b"SIP/20.0"])
def test_other_version_is_refused_with_505(version: bytes) -> None:
    fault = refusal(variant(b"example SIP/2.0", b"example " + version))

    assert (fault.response_code, fault.can_answer) == (505, True)


def test_version_is_case_insensitive_and_sent_in_upper_case() -> None:
    """RFC 3261 7.1."""
    assert bytes(request(variant(b"example SIP/2.0", b"example sip/2.0"))) == bytes(request())


@pytest.mark.parametrize(
    "line", [b"SIP/2.0", b"SIP/2.0 20", b"SIP/2.0 700 x", b"SIP/2.0 099 x", b"SIP/3.0 200 OK"]
)
def test_malformed_status_line_is_refused_without_an_answer(line: bytes) -> None:
    assert not refusal(line + b"\r\n" + HEAD.partition(b"\r\n")[2] + b"\r\n\r\nv=0").can_answer


@pytest.mark.parametrize("name", [b"Via", b"To", b"From", b"Call-ID", b"CSeq"])
def test_mandatory_header_must_be_there(name: bytes) -> None:
    """RFC 3261 8.1.1; an answer needs a way back and a CSeq."""
    fault = refusal(without(name))

    assert (fault.response_code, fault.can_answer) == (400, name not in (b"Via", b"CSeq"))


def test_max_forwards_may_be_missing() -> None:
    """As RFC 2543 allowed (RFC 4475 3.4.1)."""
    assert request(without(b"Max-Forwards")).max_forwards is None


@pytest.mark.parametrize(
    "line",
    [
        b"To: <sip:x@h>",
        b"t: <sip:x@h>",
        b"From: <sip:x@h>;tag=1",
        b"Call-ID: 7",
        b"CSeq: 1 INVITE",
        b"Max-Forwards: 70",
        b"l: 3",
        b"Content-Type: text/plain",
    ],
)
def test_second_line_of_a_single_header_is_refused(line: bytes) -> None:
    fault = refusal(variant(b"Timestamp: 54", line))

    assert (fault.response_code, fault.can_answer) == (400, True)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"314159 INVITE", b"314159 BYE", 400),
        (b"314159 INVITE", b"314159 invite", 400),
        (b"314159 INVITE", b"4294967296 INVITE", 400),
        (b"Max-Forwards: 70", b"Max-Forwards: 256", 400),
        (b"Max-Forwards: 70", b"Max-Forwards: many", 400),
        (b"z9hG4bK776asdhds", b"z9hG4bK", 400),
        (b"INVITE sip:bob", b"INVITE <sip:bob", 400),
        (b"sip:bob@biloxi.example SIP", b"sip:bob@biloxi.example?Route=x SIP", 400),
        (b"INVITE sip:bob@biloxi.example", b"INVITE http://biloxi.example", 416),
        (b"Content-Length: 3", b"Content-Length: +3", 400),
        (b"Contact: <sip", b"Contact: <", 400),
        (b"<sip:p1.example;lr>,", b"<sip:p1.example;lr,", 400),
        (b"Timestamp: 54", b"no colon here", 400),
        (b"Timestamp: 54", b": no name", 400),
        (b"Timestamp: 54", b"Spaced Name: 1", 400),
        (b"Timestamp: 54", b"Via", 400),
    ],
)
def test_request_against_a_must_of_rfc_3261_is_refused_with_an_answer(
    old: bytes, new: bytes, code: int
) -> None:
    fault = refusal(variant(old, new))

    assert (fault.response_code, fault.can_answer) == (code, True)


def test_spoilt_via_is_answered_without_its_parameters() -> None:
    fault = refusal(variant(b"branch=z9hG4bK776asdhds, SIP/2.0/TCP p2;branch=z9hG4bKb", b";;,;,,"))

    assert fault.partial is not None
    assert [str(via) for via in fault.partial.via] == ["SIP/2.0/UDP pc33.atlanta.example"]


def test_refused_ack_is_never_answered() -> None:
    """RFC 3261 17: no response exists to an ACK."""
    assert not refusal(INVITE.replace(b"INVITE", b"ACK")[:-1]).can_answer


def test_malformed_header_that_nobody_needs_does_no_harm() -> None:
    """RFC 3261 8.2."""
    odd = request(variant(b"Timestamp: 54", b'Warning: "\x00<, ,"\r\nDate: yesterday'))

    assert odd.all("Warning") == ['"\x00<, ,"']


def test_tel_is_a_known_scheme() -> None:
    assert request(variant(b"INVITE sip:bob@biloxi.example", b"INVITE tel:+15551234")).uri.user == (
        "+15551234"
    )


@pytest.mark.parametrize("ending", [b"\n", b"\r", b"\n\r"])
def test_only_crlf_ends_a_line(ending: bytes) -> None:
    """A lone CR or LF would be a line break for the next reader."""
    assert refusal(variant(b"Timestamp: 54", b"Subject: a" + ending + b"Evil: b")).reason.endswith(
        "not CRLF"
    )


def test_folded_lines_become_one() -> None:
    """RFC 3261 7.3.1."""
    folded = request(variant(b"Timestamp: 54", b"Subject:\r\n a\r\n\tb \r\n  \r\n c"))

    assert folded.get("s") == "a b   c"


def test_latin_1_display_name_is_read_and_echoed_as_the_same_bytes() -> None:
    invite = request(variant(b"To: Bob", b'To: "J\xf6rg"'))

    assert invite.to.display == "J\u00f6rg"
    assert b'To: "J\xf6rg" <sip:bob' in bytes(respond(invite, 180, to_tag="x"))


def test_message_of_the_largest_size_is_read_and_a_larger_one_is_not() -> None:
    room = MAX_BYTES - len(without(b"Content-Length"))

    assert len(request(without(b"Content-Length") + b"x" * room).body) == room + len(BODY)
    assert refusal(without(b"Content-Length") + b"x" * (room + 1)).response_code == 513


def test_three_hundred_headers_are_read_and_more_are_not() -> None:
    room = MAX_HEADERS - len(request().headers)

    assert len(request(variant(b"CSeq", b"A: b\r\n" * room + b"CSeq")).headers) == MAX_HEADERS
    assert refusal(variant(b"CSeq", b"A: b\r\n" * (room + 1) + b"CSeq")).response_code == 513


FLOOD = 60_000
HOSTILE = {
    "headers": b"A: 123456\r\n" * (FLOOD // 11),
    "spaces": b"Contact: " + b" " * FLOOD + b"x\r\n",
    "folds": b"Contact: x" + b"\r\n " * (FLOOD // 3) + b"\r\n",
    "commas": b"Contact: " + b"," * FLOOD + b"\r\n",
    "contacts": b"Contact: " + b"<sip:a@b>," * (FLOOD // 10) + b"<sip:a@b>\r\n",
    "quotes": b"Contact: " + b'"' * FLOOD + b"\r\n",
    "quoted pairs": b"Contact: " + b'"\\' * (FLOOD // 2) + b"\r\n",
    "brackets": b"Contact: " + b"<" * FLOOD + b"\r\n",
    "parameters": b"Contact: <sip:a>" + b";a" * (FLOOD // 2) + b"\r\n",
    "distinct": b"Contact: <sip:a>" + b"".join(b";%x" % i for i in range(10_000)) + b"\r\n",
    "semicolons": b"Contact: <sip:a>" + b"; " * (FLOOD // 2) + b"\r\n",
    "digits": b"Max-Forwards: " + b"1" * FLOOD + b"\r\n",
    "ats": b"Contact: <sip:" + b"@" * FLOOD + b">\r\n",
    "escapes": b"Contact: <sip:" + b"%41" * (FLOOD // 3) + b"@a>\r\n",
    "colons": b"Contact: <sip:[" + b":" * FLOOD + b"]>\r\n",
    "vias": b"Via: " + b"SIP/2.0/UDP a," * (FLOOD // 14) + b"SIP/2.0/UDP a\r\n",
    "via spaces": b"Via: SIP" + b" " * FLOOD + b"\r\n",
    "latin-1": b"Contact: " + b"\xff" * FLOOD + b"\r\n",
}


def cost_s(work: Callable[[], object]) -> float:
    """The least CPU time of a few runs."""
    best = 60.0
    for _ in range(3):
        start = time.process_time()
        with suppress(SipSyntaxError):
            work()
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_datagram_costs_no_more_than_its_size(name: str) -> None:
    """A quadratic reader would take seconds; ours takes a few milliseconds at most."""
    data = HEAD.replace(b"\r\n", b"\r\n" + HOSTILE[name], 1) + b"\r\n\r\n" + BODY

    assert cost_s(lambda: validate(parse(data))) < 0.05


def test_trickled_header_part_is_searched_once() -> None:
    data = b"INVITE sip:a SIP/2.0\r\nA: " + b"x" * 60_000

    def trickle() -> None:
        framer = Framer()
        for at in range(0, len(data), 16):
            framer.feed(data[at : at + 16])

    assert cost_s(trickle) < 0.2


def test_response_copies_what_rfc_3261_8_2_6_says() -> None:
    invite = request()

    ringing = respond(invite, 180, to_tag="8321234356", headers=[("m", "<sip:b@h>")], body=b"x")

    assert bytes(ringing).decode() == (
        "SIP/2.0 180 Ringing\r\n"
        "Via: SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bK776asdhds,"
        " SIP/2.0/TCP p2;branch=z9hG4bKb\r\n"
        "To: Bob <sip:bob@biloxi.example>;tag=8321234356\r\n"
        'From: "Alice \\"A\\"" <sip:alice@atlanta.example>;tag=1928301774\r\n'
        "Call-ID: a84b4c76e66710@pc33.atlanta.example\r\n"
        "CSeq: 314159 INVITE\r\n"
        "Contact: <sip:b@h>\r\n"
        "Content-Length: 1\r\n\r\nx"
    )


def test_trying_copies_the_timestamp_and_has_no_tag() -> None:
    """RFC 3261 8.2.6.1."""
    trying = respond(request(), 100)

    assert trying.get("Timestamp") == "54"
    assert trying.to.tag is None


def test_response_inside_a_dialog_keeps_the_tag() -> None:
    inside = request(variant(b"To: Bob <sip:bob@biloxi.example>", b"To: <sip:b@h>;tag=old"))

    assert respond(inside, 200, to_tag="new").to.tag == "old"


def test_tag_of_a_bare_uri_is_a_header_parameter() -> None:
    bare = request(variant(b"To: Bob <sip:bob@biloxi.example>", b"To: sip:bob@biloxi.example"))

    assert respond(bare, 200, "Fine", to_tag="new").get("To") == "sip:bob@biloxi.example;tag=new"


def test_unreadable_to_goes_back_as_it_came() -> None:
    partial = refusal(variant(b"To: Bob", b'To: "Bob')).partial
    assert partial is not None

    assert respond(partial, 400, to_tag="new").get("To") == '"Bob <sip:bob@biloxi.example>'


def test_request_is_made_with_any_uri() -> None:
    bye = Request.make("BYE", Uri("sip", "b c", host="::1"), [("v", "SIP/2.0/UDP h")], b"")

    assert bytes(bye) == (
        b"BYE sip:b%20c@[::1] SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nContent-Length: 0\r\n\r\n"
    )
    assert Request.make("BYE", "sip:%62@h").raw_uri == "sip:%62@h"


@pytest.mark.parametrize("text", ["a\r\nEvil: 1", "a\n"])
def test_line_break_cannot_be_smuggled_into_a_start_line(text: str) -> None:
    for make in (
        lambda: Request.make(text, "sip:a"),
        lambda: Request.make("BYE", text),
        lambda: respond(request(), 200, text),
    ):
        with pytest.raises(ValueError, match="line break"):
            make()


def test_messages_have_a_short_look() -> None:
    assert repr(request()) == "<INVITE sip:bob@biloxi.example>"
    assert repr(respond(request(), 486)) == "<486 Busy Here>"


STREAM = [
    INVITE,
    PING,
    variant(b"Content-Length: 3", b"L:\r\n 0003"),
    variant(b"Length: 3", b"length:0").removesuffix(BODY),
    PING,
]


@given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=12))
def test_stream_is_cut_into_the_same_messages_however_it_arrives(cuts: list[int]) -> None:
    data = b"".join(STREAM)
    framer = Framer()
    edges = [0, *sorted(cuts), len(data)]

    cut = [message for start, end in pairwise(edges) for message in framer.feed(data[start:end])]

    assert cut == STREAM
    assert [parse(each, stream=True).body for each in cut if each != PING] == [BODY, BODY, b""]


def test_single_crlf_is_the_answer_to_our_keep_alive_and_is_skipped() -> None:
    framer = Framer()

    assert framer.feed(b"\r\n") == []
    assert framer.feed(INVITE) == [INVITE]
    assert framer.feed(b"\r\n\r") == []
    assert framer.feed(b"\n") == [PING]


@pytest.mark.parametrize(
    ("data", "code", "can_answer"),
    [
        (without(b"Content-Length"), 400, True),
        (variant(b"Length: 3", b"Length: -1"), 400, True),
        (variant(b"Length: 3", b"Length: 3\r\nl: 5"), 400, True),
        (variant(b"Length: 3", b"Length: 3\r\nContent-Length: 3"), 400, True),
        (variant(b"Length: 3", b"Length: 99999"), 513, True),
        (variant(b"Length: 3", b"Length: " + b"9" * 5000), 400, True),
        (b"x" * (MAX_BYTES + 1), 513, False),
        (b"\x16\x03\x01\r\n\r\n", 400, False),
    ],
)
def test_stream_beyond_repair_is_given_up(data: bytes, code: int, can_answer: bool) -> None:
    framer = Framer()

    with pytest.raises(SipSyntaxError) as raised:
        framer.feed(data)

    assert (raised.value.response_code, raised.value.can_answer) == (code, can_answer)
    with pytest.raises(SipSyntaxError):
        framer.feed(INVITE)


def test_messages_before_a_fault_are_delivered_first() -> None:
    framer = Framer()

    assert framer.feed(INVITE + without(b"Content-Length")) == [INVITE]
    with pytest.raises(SipSyntaxError):
        framer.feed(b"")


def read_all(data: bytes) -> None:
    """Everything a stack does with a message; only `SipSyntaxError` may come out."""
    try:
        message = parse(data)
        validate(message)
    except SipSyntaxError as fault:
        if fault.partial is None:
            return
        message = fault.partial
        fault.partial.stamp("192.0.2.1", 5060)
        parse(bytes(respond(fault.partial, fault.response_code, to_tag="x")))
        return
    for name in ("via", "cseq", "from_", "to", "call_id", "contact", "route", "record_route"):
        getattr(message, name)
    for name in ("max_forwards", "content_length", "content_type", "expires"):
        getattr(message, name)
    for name, _ in message.headers:
        message.all(name)
    again = parse(bytes(message))
    validate(again)
    assert again.body == message.body
    if isinstance(message, Request):
        message.stamp("192.0.2.1", 5060)
        validate(parse(bytes(respond(message, 200, to_tag="x"))))


@given(st.binary(max_size=300))
@example(b"\r\n\r\n")
@example(b"SIP/2.0 200 OK\r\n\r\n")
@example(b"A B SIP/2.0\r\n\r\n")
def test_any_bytes_are_a_message_or_a_syntax_error(data: bytes) -> None:
    read_all(data)


SPLINTERS = rb'"|\|<|>|,|;|=|@|:|%|%00|[|]|::|*|;tag=x|SIP/2.0|sip:'.split(b"|")
CONTROLS = [b"", b"\r\n", b"\n", b"\r", b" ", b"\t", b"\x00", b"\xff", b"\xc3\xa9", b"\r\n "]
LINES = [b"Via: SIP/2.0/UDP h\r\n", b"l: 3\r\n", b"9" * 5000]
PIECES = st.sampled_from([*SPLINTERS, *CONTROLS, *LINES])
EDITS = st.lists(st.tuples(st.integers(0, len(INVITE)), st.integers(0, 6), PIECES), max_size=5)


@given(EDITS)
def test_any_mutation_of_a_message_is_a_message_or_a_syntax_error(
    edits: list[tuple[int, int, bytes]],
) -> None:
    data = INVITE
    for at, length, piece in edits:
        data = data[:at] + piece + data[at + length :]

    read_all(data)


@given(EDITS)
def test_any_mutation_of_a_stream_is_cut_or_given_up(edits: list[tuple[int, int, bytes]]) -> None:
    data = INVITE
    for at, length, piece in edits:
        data = data[:at] + piece + data[at + length :]
    framer = Framer()
    try:
        messages = framer.feed(data * 2)
    except SipSyntaxError:
        return

    for message in messages:
        assert message == PING or len(message) <= MAX_BYTES
        read_all(message)
