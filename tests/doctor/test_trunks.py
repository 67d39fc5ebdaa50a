"""Trunks: real peers on loopback that answer, want credentials, refuse or are silent."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.doctor.patients import is_fault, is_ok, is_warning, only, patient
from tests.doctor.test_stun import Answer, serving

from offhook.directory import Trunk
from offhook.doctor import trunks
from offhook.doctor.finding import Finding
from offhook.sip.message import Request, Response, parse, respond
from offhook.sip.message import validate as validate_message
from offhook.testing.server import free_ports


def answer(status: int) -> Answer:
    def reply(question: bytes, source: tuple[str, int]) -> bytes:
        request = parse(question)
        assert isinstance(request, Request)
        validate_message(request)
        assert request.method == "OPTIONS"
        trying = respond(request, 100)
        assert isinstance(trying, Response)
        return bytes(respond(request, status, to_tag="x"))

    return reply


def asked(port: int, host: str = "127.0.0.1", transport: str = "udp") -> Finding:
    trunk = Trunk("carrier", host, port, transport)
    return only(trunks.check(patient(trunks=[trunk])), "trunk carrier")


@pytest.mark.parametrize(("status", "said"), [(200, "with 200"), (404, "with 404")])
def test_any_answer_is_one(status: int, said: str) -> None:
    with serving(answer(status)) as (_, port):
        assert is_ok(asked(port), f"udp:127.0.0.1:{port} answers an OPTIONS {said}")


@pytest.mark.parametrize("status", [401, 407])
def test_a_trunk_that_wants_credentials_is_reached(status: int) -> None:
    with serving(answer(status)) as (_, port):
        assert is_ok(asked(port), "wants credentials")


@pytest.mark.parametrize(("status", "said"), [(403, "let in"), (503, "in service")])
def test_a_trunk_that_refuses_is_a_warning(status: int, said: str) -> None:
    with serving(answer(status)) as (_, port):
        assert is_warning(asked(port), f"with {status}", said)


def test_an_answer_that_is_lost_is_asked_for_again() -> None:
    asked_: list[bytes] = []

    def second(question: bytes, source: tuple[str, int]) -> bytes | None:
        asked_.append(question)
        return answer(200)(question, source) if len(asked_) > 1 else b"\r\n\r\n"

    with serving(second) as (_, port):
        assert is_ok(asked(port))


def test_nobody_there_is_a_fault() -> None:
    (port,) = free_ports(1)

    assert is_fault(asked(port), "refused", "host, port and transport")
    assert is_fault(asked(port, transport="tcp"), "tcp:127.0.0.1", "refused")


def test_silence_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trunks, "ANSWER_S", 0.7)
    with serving(lambda question, source: None) as (_, port):
        assert is_fault(asked(port), "has not answered an OPTIONS within 0.7", "knows this machine")


@pytest.mark.slow
def test_a_name_without_an_address_is_a_fault() -> None:
    assert is_fault(asked(5060, "trunk.invalid"), "trunk.invalid has no address", "DNS")
    with serving(answer(200)) as (_, port):
        assert is_ok(asked(port, "localhost"))


@contextmanager
def listening(reply: Answer | None) -> Iterator[int]:
    """A peer that takes one connection; without a reply it closes it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            way, source = server.accept()
            with way:
                data = way.recv(65_536)
                if reply is not None:
                    said = reply(data, source) or b""
                    way.sendall(said[:20])
                    way.sendall(said[20:])

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_tcp_trunks_are_asked_by_tcp() -> None:
    with listening(answer(200)) as port:
        assert is_ok(asked(port, transport="tcp"), f"tcp:127.0.0.1:{port} answers")
    with listening(None) as port:
        assert is_fault(asked(port, transport="tcp"), "closed without an answer")


def test_no_trunk_at_all_is_a_warning() -> None:
    assert is_warning(only(trunks.check(patient()), "trunks"), "there is none", "trunks add")


def test_the_question_is_a_sound_request() -> None:
    text = trunks.options(Trunk("t", "2001:db8::1", 5070, "tcp"), trunks.Here("TCP", "::1", 5))
    request = parse(text)

    assert isinstance(request, Request)
    validate_message(request)
    assert text.startswith(b"OPTIONS sip:[2001:db8::1]:5070 SIP/2.0\r\n")


def test_many_are_asked_at_once() -> None:
    with serving(answer(200)) as (_, port), serving(answer(403)) as (_, other):
        found = list(
            trunks.check(
                patient(trunks=[Trunk("a", "127.0.0.1", port), Trunk("b", "127.0.0.1", other)])
            )
        )

    assert [each.check for each in found] == ["trunk a", "trunk b"]
