"""STUN: a server of our own on loopback, and answers that are none."""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address
from threading import Thread

import pytest

from offhook.doctor import stun

Answer = Callable[[bytes, tuple[str, int]], bytes | None]


def attribute(name: int, address: bytes, port: int, key: bytes) -> bytes:
    mixed = bytes(a ^ b for a, b in zip(address, key, strict=False))
    family = 1 if len(address) == 4 else 2
    value = struct.pack("!BBH", 0, family, port ^ int.from_bytes(key[:2])) + mixed
    return struct.pack("!HH", name, len(value)) + value


def reply(question: bytes, attributes: bytes, kind: int = stun.RESPONSE) -> bytes:
    return struct.pack("!HH", kind, len(attributes)) + question[4:20] + attributes


def sees(address: str) -> Answer:
    """Answer as a server that sees this address."""

    def answer(question: bytes, source: tuple[str, int]) -> bytes:
        key = question[4:20]
        software = struct.pack("!HH", 0x8022, 3) + b"abc\0"
        mapped = attribute(stun.XOR_MAPPED_ADDRESS, socket.inet_aton(address), source[1], key)
        return reply(question, software + mapped)

    return answer


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, int]]:
    """Run a UDP server on loopback; an empty datagram ends it."""
    with socket.socket(type=socket.SOCK_DGRAM) as way:
        way.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                question, source = way.recvfrom(2048)
                if not question:
                    return
                if (said := answer(question, source)) is not None:
                    way.sendto(said, source)

        thread = Thread(target=serve)
        thread.start()
        try:
            yield way.getsockname()
        finally:
            with socket.socket(type=socket.SOCK_DGRAM) as end:
                end.sendto(b"", way.getsockname())
            thread.join()


def test_the_address_that_the_server_sees_is_told() -> None:
    with serving(sees("203.0.113.9")) as place:
        assert stun.ask(*place) == ("203.0.113.9", "127.0.0.1")


def test_a_lost_question_is_asked_again() -> None:
    asked: list[bytes] = []

    def second(question: bytes, source: tuple[str, int]) -> bytes | None:
        asked.append(question)
        return sees("203.0.113.9")(question, source) if len(asked) == 2 else None

    with serving(second) as place:
        assert stun.ask(*place)[0] == "203.0.113.9"
    assert asked[0] == asked[1]


def test_old_servers_and_ipv6_are_understood() -> None:
    question = struct.pack("!HHI", 1, 0, stun.COOKIE) + bytes(range(12))
    plain = attribute(stun.MAPPED_ADDRESS, socket.inet_aton("203.0.113.9"), 5, bytes(16))
    long = IPv6Address("2001:db8::9").packed
    mixed = attribute(stun.XOR_MAPPED_ADDRESS, long, 5, question[4:20])

    assert stun.read(reply(question, plain), question[8:20]) == "203.0.113.9"
    assert stun.read(reply(question, mixed), question[8:20]) == "2001:db8::9"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda a: a[:10], "another question"),
        (lambda a: a[:8] + bytes(12) + a[20:], "another question"),
        (lambda a: b"\x01\x11" + a[2:], "no success"),
        (lambda a: a[:20], "no address"),
        (lambda a: a[:25] + b"\x07" + a[26:], "no address"),
        (lambda a: a[:26], "no address"),
    ],
)
def test_what_is_no_answer_is_refused(change: Callable[[bytes], bytes], fault: str) -> None:
    question = struct.pack("!HHI", 1, 0, stun.COOKIE) + bytes(range(12))
    address = attribute(stun.XOR_MAPPED_ADDRESS, bytes(4), 5, question[4:20])
    answer = change(reply(question, address))
    with pytest.raises(ValueError, match=fault):
        stun.read(answer, question[8:20])
