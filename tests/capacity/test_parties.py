"""The callee answers as SIP wants it, the application as HTTP does."""

import asyncio
from typing import Any

from offhook.capacity.parties import Answer, Application, Callee

INVITE = (
    b"INVITE sip:+12025550100@127.0.0.1:5070 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9\r\n"
    b"From: <sip:a@b>;tag=1\r\nTo: <sip:+12025550100@127.0.0.1>\r\nCall-ID: x\r\nCSeq: 7 INVITE\r\n"
    b"Max-Forwards: 70\r\n\r\nv=0\r\nm=audio 20002 RTP/AVP 0\r\n"
)


class Wire(asyncio.DatagramTransport):
    """Keeps what is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 5070) if name == "sockname" else default

    def sendto(self, data: Any, addr: Any = None) -> None:
        assert addr == ("127.0.0.1", 5060)
        self.sent.append(bytes(data))


def test_an_invite_is_answered_with_the_port_that_is_told() -> None:
    asked: list[tuple[str, int]] = []
    answers: list[Answer] = []

    def invited(user: str, port: int, answer: Answer) -> None:
        asked.append((user, port))
        answers.append(answer)

    callee, wire = Callee(invited), Wire()
    callee.connection_made(wire)
    callee.datagram_received(INVITE, ("127.0.0.1", 5060))
    assert asked == [("+12025550100", 20002)]
    assert wire.sent == []
    answers[0](40004)
    (answered,) = wire.sent
    head, _, body = answered.partition(b"\r\n\r\n")

    assert head.startswith(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9\r\n")
    assert b"To: <sip:+12025550100@127.0.0.1>;tag=callee\r\n" in head
    assert b"Contact: <sip:127.0.0.1:5070>\r\n" in head
    assert b"m=audio 40004 RTP/AVP 0" in body
    assert f"Content-Length: {len(body)}".encode() in head


def test_a_bye_is_answered_and_an_ack_is_not() -> None:
    callee, wire = Callee(lambda *_: None), Wire()
    callee.connection_made(wire)
    bye = INVITE.replace(b"INVITE", b"BYE").replace(b"0.1>\r\nCall", b"0.1>;tag=callee\r\nCall")
    callee.datagram_received(bye, ("127.0.0.1", 5060))
    callee.datagram_received(INVITE.replace(b"INVITE", b"ACK"), ("127.0.0.1", 5060))
    (answered,) = wire.sent

    assert answered.count(b";tag=callee") == 1
    assert answered.endswith(b"Content-Length: 0\r\n\r\n")


class Line(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: Any) -> None:
        self.written += bytes(data)


def test_answers_get_the_document_and_the_rest_is_the_end_of_a_call() -> None:
    ended: list[int] = []
    app, line = Application("<Response/>", lambda: ended.append(1)), Line()
    app.connection_made(line)
    whole = (
        b"POST /answer HTTP/1.1\r\ncontent-length: 4\r\n\r\n{xx}"
        b"POST /ended HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}GET /x HTTP/1.1\r\n\r\n"
    )
    for byte in whole:
        app.data_received(bytes([byte]))

    assert line.written.startswith(b"HTTP/1.1 200 OK\r\n")
    assert line.written.count(b"<Response/>") == 1
    assert line.written.count(b"204 No Content") == len(ended) == 2
