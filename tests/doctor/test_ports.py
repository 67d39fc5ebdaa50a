"""Ports: each fault present and absent, with real sockets."""

import os
import socket
import subprocess
import sys

import pytest
from tests.doctor.patients import is_fault, is_ok, is_warning, only, patient

from offhook.doctor import ports
from offhook.media import mmsg
from offhook.media.shared import MAX_LEGS, legs_of_a_socket
from offhook.testing.server import free_ports


def taken(kind: socket.SocketKind) -> socket.socket:
    """Hold a port of loopback."""
    held = socket.socket(type=kind)
    held.bind(("127.0.0.1", 0))
    if kind == socket.SOCK_STREAM:
        held.listen()
    return held


def test_free_ports_are_well() -> None:
    http, sip, low = free_ports(3)
    low -= low % 2
    found = list(
        ports.check(
            patient(
                server={"port": http},
                sip={"port": sip},
                media={"ports": f"{low}-{low + 1}"},
                limits={"calls": 1},
            )
        )
    )

    assert is_ok(only(found, "HTTP port"), f"port {http} of 127.0.0.1 (TCP) is free")
    assert is_ok(only(found, "SIP port"), f"port {sip} of 127.0.0.1 (UDP and TCP) is free")
    assert is_ok(only(found, "RTP ports"), "1 of 1 pairs")


def test_a_taken_http_port_is_a_fault_unless_the_server_itself_has_it() -> None:
    with taken(socket.SOCK_STREAM) as held:
        port = held.getsockname()[1]
        stranger = only(ports.check(patient(server={"port": port})), "HTTP port")
        own = only(ports.check(patient(server={"port": port}, running=True)), "HTTP port")

    assert is_fault(stranger, f"port {port}", "already in use", "ss -lnp", "server.port")
    assert is_ok(own, "used by the server that runs")


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_sip_needs_its_port_for_both_transports(kind: socket.SocketKind) -> None:
    with taken(kind) as held:
        found = only(ports.check(patient(sip={"port": held.getsockname()[1]})), "SIP port")

    assert is_fault(found, f"opened for {ports.KINDS[kind]}", "sip.port")


def test_an_address_of_another_machine_is_a_fault() -> None:
    other = {"host": "192.0.2.7"}
    found = list(ports.check(patient(server=other, sip=other, media=other)))

    assert is_fault(only(found, "HTTP port"), "Cannot assign", "server.host")
    assert is_fault(only(found, "SIP port"), "Cannot assign", "sip.host")
    assert is_fault(only(found, "RTP ports"), "no address of this machine", "media.host")


def test_a_port_that_only_root_may_open_is_a_fault_for_others() -> None:
    """In a process without privileges; the system may open low ports to all."""
    script = (
        "import os, sys\n"
        "from tests.doctor.patients import is_fault, only, patient\n"
        "from offhook.doctor import ports\n"
        "if os.getuid() == 0: os.setgid(65534), os.setuid(65534)\n"
        "found = only(ports.check(patient(server={'port': 81})), 'HTTP port')\n"
        "print(found.level, found.fix)\n"
    )
    start = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
    with open(start) as file:  # noqa: PTH123
        if int(file.read()) <= 81:
            pytest.skip("here everybody may open low ports")
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([*sys.path])},
    )

    assert done.stdout.startswith("fault choose a server.port above 1023"), done.stderr


def test_a_range_without_a_pair_for_each_call_is_a_fault() -> None:
    (low,) = free_ports(1)
    low += low % 2
    with socket.socket(type=socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", low + 1))  # RTCP of the first pair
        found = ports.rtp(patient(media={"ports": f"{low}-{low + 3}"}, limits={"calls": 2}))

    assert is_fault(found, "1 of 2 pairs", "limits.calls is 2", "4 ports")


@pytest.mark.skipif(not mmsg.AVAILABLE, reason="sockets are not shared here")
def test_a_pair_that_is_shared_is_for_many_calls() -> None:
    (low,) = free_ports(1)
    low += low % 2
    media = {"ports": f"{low}-{low + 1}", "sockets": "shared"}
    many = ports.rtp(patient(media=media, limits={"calls": legs_of_a_socket()}))
    more = ports.rtp(patient(media=media, limits={"calls": legs_of_a_socket() + 1}))

    assert is_ok(many, "1 of 1 pairs")
    assert is_fault(more, "calls at most", "4 ports")


def test_buffers_that_the_kernel_does_not_grant_are_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = patient(media={"sockets": "shared"})
    monkeypatch.setattr(mmsg, "AVAILABLE", True)
    found = []
    for legs in (MAX_LEGS, 15):  # as the kernel of this machine would have it
        monkeypatch.setattr(ports, "legs_of_a_socket", lambda legs=legs: legs)
        found.append(ports.buffers(shared))
    monkeypatch.setattr(mmsg, "AVAILABLE", False)
    found.append(ports.buffers(shared))

    assert found[0] is not None
    assert found[1] is not None
    assert found[2] is not None
    assert is_ok(found[0], "64 calls a socket")
    assert is_warning(found[1], "15 calls a socket", "net.core.rmem_max=1048576")
    assert is_ok(found[2], "not shared")
    assert ports.buffers(patient()) is None
