"""Pairs of sockets; what happens when ports are in use is in test_ports.py."""

import socket

import pytest

from offhook.media.pairs import PortRange

FIRST, LAST = 47000, 47099


@pytest.mark.parametrize(
    ("host", "level", "option"),
    [
        ("127.0.0.1", socket.IPPROTO_IP, socket.IP_TOS),
        ("::1", socket.IPPROTO_IPV6, socket.IPV6_TCLASS),
    ],
)
def test_voice_is_marked_for_expedited_forwarding(host: str, level: int, option: int) -> None:
    try:
        pair, port = PortRange(host, FIRST, LAST).bind(65536)
    except OSError:
        pytest.skip(f"no {host} on this machine")

    assert [half.getsockopt(level, option) for half in (pair.rtp, pair.rtcp)] == [0xB8, 0xB8]
    assert [half.getsockname()[1] for half in (pair.rtp, pair.rtcp)] == [port, port + 1]
    pair.close()


def test_a_port_rests_before_it_is_used_again() -> None:
    ports = PortRange("127.0.0.1", FIRST, LAST)
    pair, first = ports.bind(65536)
    pair.close()
    pair, second = ports.bind(65536)
    pair.close()

    assert second > first
