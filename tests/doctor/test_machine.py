"""This machine's addresses and ports."""

import errno
import socket

import pytest

from offhook.doctor import machine


def test_a_port_that_is_taken_has_its_reason() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        assert machine.binding_fault("127.0.0.1", port, socket.SOCK_DGRAM) == errno.EADDRINUSE
    assert machine.binding_fault("127.0.0.1", port, socket.SOCK_DGRAM) is None
    assert machine.binding_fault("192.0.2.7", 0, socket.SOCK_DGRAM) == errno.EADDRNOTAVAIL


def test_which_addresses_are_here_and_which_beyond() -> None:
    assert machine.is_here("127.0.0.1")
    assert not machine.is_here("192.0.2.7")
    assert [machine.beyond(h) for h in ("127.0.0.1", "::1", "localhost", "localhost.")] == [
        False
    ] * 4
    assert [machine.beyond(h) for h in ("0.0.0.0", "10.0.0.1", "sip.test")] == [True] * 3


def test_the_way_to_loopback_begins_there() -> None:
    assert machine.outward("127.0.0.1") == "127.0.0.1"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("stun.test", ("stun.test", 3478)),
        ("stun.test:19302", ("stun.test", 19302)),
        ("[2001:db8::1]:99", ("2001:db8::1", 99)),
        ("[2001:db8::1]", ("2001:db8::1", 3478)),
        ("2001:db8::1", ("2001:db8::1", 3478)),
    ],
)
def test_host_and_port_are_told_apart(text: str, place: tuple[str, int]) -> None:
    assert machine.split(text, 3478) == place


@pytest.mark.parametrize("text", ["", ":1", "host:port", "[::1]:x"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no HOST or HOST:PORT"):
        machine.split(text, 1)
