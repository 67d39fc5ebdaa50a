"""The SIP ladder, made of messages."""

from offhook.console.ladder import LABEL_LENGTH, Rung, far_ends, ladder
from offhook.records import Event

INVITE = "INVITE sip:a@b SIP/2.0\nCSeq: 1 INVITE\n\nv=0\n"
BUSY = "SIP/2.0 486 Busy Here\ncseq:  1 INVITE\n\n"


def sip(number: int, kind: str, message: str, peer: str = "udp:192.0.2.1:5060") -> Event:
    return Event("c-1", number, 10.0 + number, kind, {"message": message, "peer": peer})


def test_a_call_that_is_refused() -> None:
    rungs = ladder(
        [
            sip(1, "sip.sent", INVITE),
            Event("c-1", 2, 12.0, "call.state", {}),
            sip(3, "sip.received", BUSY),
        ],
        11.0,
    )

    assert rungs == [
        Rung(1, 0.0, sent=True, label="INVITE", about="", mood="", sdp=True),
        Rung(3, 2.0, sent=False, label="486 Busy Here", about="INVITE", mood="bad", sdp=False),
    ]


def test_what_is_no_message_of_sip_is_still_a_rung() -> None:
    long = "SIP/2.0 200 " + "x" * 500
    found = ladder([sip(1, "sip.received", ""), sip(2, "sip.received", long)], 0)

    assert found[0].label == ""
    assert len(found[1].label) == LABEL_LENGTH + 1
    assert found[1].mood == "good"


def test_far_ends_are_named_once() -> None:
    log = [sip(1, "sip.sent", INVITE), sip(2, "sip.received", BUSY), sip(3, "sip.sent", "", "x")]

    assert far_ends(log) == ["udp:192.0.2.1:5060", "x"]
