"""Ports: whether the server can have those that it is told to use."""

import errno
import math
import os
import socket
from dataclasses import dataclass

from offhook.doctor import machine
from offhook.doctor.finding import Finding, Findings, Patient, fault, ok, warning
from offhook.media import mmsg
from offhook.media.shared import BUFFER_BYTES, MAX_LEGS, legs_of_a_socket

KINDS = {socket.SOCK_STREAM: "TCP", socket.SOCK_DGRAM: "UDP"}


@dataclass(frozen=True, slots=True)
class Place:
    """A port, the transports it needs, and the settings that name it."""

    check: str
    host: str
    port: int
    kinds: tuple[socket.SocketKind, ...]
    section: str

    @property
    def shown(self) -> str:
        """The port for people."""
        return f"port {self.port} of {self.host} ({' and '.join(KINDS[k] for k in self.kinds)})"


def check(patient: Patient) -> Findings:
    """Try the HTTP port, the SIP port and the range for RTP."""
    server, sip = patient.settings.server, patient.settings.sip
    both = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    yield _port(Place("HTTP port", server.host, server.port, both[1:], "server"), patient.running)
    yield _port(Place("SIP port", sip.host, sip.port, both, "sip"), patient.running)
    yield rtp(patient)
    if (finding := buffers(patient)) is not None:
        yield finding


def _port(place: Place, running: bool) -> Finding:
    for kind in place.kinds:
        number = machine.binding_fault(place.host, place.port, kind)
        if number == errno.EADDRINUSE and running:
            return ok(place.check, f"{place.shown} is used by the server that runs")
        if number is not None:
            return _unusable(place, kind, number)
    return ok(place.check, f"{place.shown} is free")


def _unusable(place: Place, kind: socket.SocketKind, number: int) -> Finding:
    seen = f"port {place.port} of {place.host} cannot be opened for {KINDS[kind]}: "
    seen += os.strerror(number)
    setting = f"{place.section}.port"
    match number:
        case errno.EADDRINUSE:
            fix = f"stop the program that has it (`ss -lnp` names it), or change {setting}"
        case errno.EADDRNOTAVAIL:
            fix = f"set {place.section}.host to an address of this machine, or to 0.0.0.0 for all"
        case errno.EACCES | errno.EPERM:
            fix = f"choose a {setting} above 1023, or give the process CAP_NET_BIND_SERVICE"
        case _:
            fix = f"look at {place.section}.host and {setting}"
    return fault(place.check, seen, fix)


def rtp(patient: Patient) -> Finding:
    """Count the pairs of ports that are free (RFC 3550 11), against the calls there may be."""
    media, calls = patient.settings.media, patient.settings.limits.calls
    if not _can_bind(media.host):
        seen = f"media.host is {media.host}, which is no address of this machine"
        return fault(RTP, seen, "set media.host to an address of this machine, or to 0.0.0.0")
    evens = range(media.first_port + media.first_port % 2, media.last_port, 2)
    free = sum(1 for port in evens if _is_free_pair(media.host, port))
    seen = f"{free} of {len(evens)} pairs of UDP ports from {media.ports} are free"
    shared = sharing(patient)
    need = math.ceil(calls / shared)
    if patient.running:
        return ok(RTP, f"{seen}, beside those of the server that runs")
    each = "each call needs one" if shared == 1 else f"each is for {shared} calls at most"
    seen = f"{seen}; limits.calls is {calls}, and {each}"
    if free >= need:
        return ok(RTP, seen)
    fix = f"widen media.ports to {2 * need} ports that nobody else uses, or lower limits.calls"
    return fault(RTP, seen, fix)


def sharing(patient: Patient) -> int:
    """Return how many calls a pair of RTP sockets may carry."""
    media = patient.settings.media
    possible = mmsg.AVAILABLE and ":" not in media.host and media.sockets == "shared"
    return legs_of_a_socket() if possible else 1


def buffers(patient: Patient) -> Finding | None:
    """Say whether the kernel grants shared sockets the buffers they want; None for others."""
    shared = sharing(patient)
    if shared == 1 and patient.settings.media.sockets != "shared":
        return None
    seen = f"the kernel grants buffers for {shared} calls a socket"
    if shared >= MAX_LEGS:
        return ok(BUFFERS, seen)
    if not mmsg.AVAILABLE or ":" in patient.settings.media.host:
        return ok(BUFFERS, "sockets are not shared here: each call has its own")
    fix = f"`sysctl -w net.core.rmem_max={BUFFER_BYTES}` makes it {MAX_LEGS}, which costs less CPU"
    return warning(BUFFERS, seen, fix)


RTP = "RTP ports"
BUFFERS = "RTP buffers"


def _can_bind(host: str) -> bool:
    return machine.binding_fault(host, 0, socket.SOCK_DGRAM) is None


def _is_free_pair(host: str, port: int) -> bool:
    return all(machine.binding_fault(host, p, socket.SOCK_DGRAM) is None for p in (port, port + 1))
