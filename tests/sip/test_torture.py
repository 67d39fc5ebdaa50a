"""The torture messages of RFC 4475 against the parser; verdicts are in `torture_table`."""

import pytest
from tests.sip.torture_table import ALL, MESSAGES, RFC_4475, Torture

from offhook.sip.message import Framer, Request, SipSyntaxError, parse, respond, validate

needs_messages = pytest.mark.skipif(
    not MESSAGES.is_dir(), reason="the messages of RFC 4475 are not beside the check-out"
)
ACCEPTED = [each for each in ALL if not each.code]
REFUSED = [each for each in ALL if each.code]


def read(message: object, path: str) -> object:
    """Evaluate an attribute path of the table on a message."""
    names = {
        name: getattr(message, name)
        for name in dir(message)
        if not name.startswith("_") and name in path
    }
    return eval(path, {"len": len, "str": str, "bytes": bytes}, names)


def test_the_table_has_the_49_messages_of_the_rfc() -> None:
    assert len({each.name for each in RFC_4475}) == 49
    assert len({each.section for each in RFC_4475}) == 49


@needs_messages
def test_every_file_has_its_row() -> None:
    assert {each.name for each in ALL} == {path.stem for path in MESSAGES.glob("*/*.dat")}


@needs_messages
@pytest.mark.parametrize("torture", ACCEPTED, ids=lambda each: each.name)
def test_accepted_message_reads_as_the_rfc_says(torture: Torture) -> None:
    message = parse(torture.data())

    validate(message)

    assert {path: read(message, path) for path in torture.reads} == torture.reads


@needs_messages
@pytest.mark.parametrize("torture", ACCEPTED, ids=lambda each: each.name)
def test_accepted_message_survives_being_written(torture: Torture) -> None:
    message = parse(torture.data())
    again = parse(bytes(message))
    length = ("Content-Length", str(len(message.body)))

    assert again.body == message.body
    assert sorted(again.headers) == sorted({*message.headers, length} - {("Content-Length", "")})


@needs_messages
@pytest.mark.parametrize("torture", REFUSED, ids=lambda each: each.name)
def test_refused_message_has_its_code(torture: Torture) -> None:
    with pytest.raises(SipSyntaxError) as refusal:
        validate(parse(torture.data()))

    assert refusal.value.response_code == torture.code
    assert refusal.value.can_answer == torture.answerable


@needs_messages
@pytest.mark.parametrize(
    "torture", [each for each in REFUSED if each.answerable], ids=lambda each: each.name
)
def test_answer_to_a_refused_message_is_itself_a_message(torture: Torture) -> None:
    with pytest.raises(SipSyntaxError) as refusal:
        validate(parse(torture.data()))
    request = refusal.value.partial
    assert isinstance(request, Request)
    request.stamp("192.0.2.77", 5099)

    answer = parse(bytes(respond(request, torture.code, to_tag="ours")))

    assert (answer.via, answer.lines("CSeq")) == (request.via, request.lines("CSeq"))
    assert answer.get("From") == request.get("From")


@needs_messages
@pytest.mark.parametrize("torture", ALL, ids=lambda each: each.name)
def test_stream_cuts_or_refuses_each_message_like_the_parser(torture: Torture) -> None:
    """Content-Length must be there and certain (RFC 3261 18.3)."""
    data = torture.data()
    try:
        cut = Framer().feed(data)
    except SipSyntaxError as fault:
        assert torture.name in ("ncl", "mcl01", "inv2543", "baddn"), fault
        return
    if torture.name in ("clerr", "baddn"):
        assert cut == []
    else:
        assert data.startswith(cut[0])


@needs_messages
def test_unquoted_display_name_with_a_comma_is_read_as_if_quoted() -> None:
    """`baddn` with the empty line that its file lacks."""
    message = parse(next(MESSAGES.glob("*/baddn.dat")).read_bytes() + b"\r\n")
    validate(message)

    assert message.from_.display == "Bell, Alexander"
    assert str(message.to) == '"Watson, Thomas" <sip:t.watson@example.org>'
