"""Ports: whether the server can have those that it is told to use."""

import errno
import os
import socket
from dataclasses import dataclass

from offhook.doctor import machine
from offhook.doctor.finding import Finding, Findings, Patient, fault, ok

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
    if patient.running:
        return ok(RTP, f"{seen}, beside those of the server that runs")
    if free >= calls:
        return ok(RTP, f"{seen}; limits.calls is {calls}")
    return fault(
        RTP,
        f"{seen}, but limits.calls is {calls} and each call needs one",
        f"widen media.ports to {2 * calls} ports that nobody else uses, or lower limits.calls",
    )


RTP = "RTP ports"


def _can_bind(host: str) -> bool:
    return machine.binding_fault(host, 0, socket.SOCK_DGRAM) is None


def _is_free_pair(host: str, port: int) -> bool:
    return all(machine.binding_fault(host, p, socket.SOCK_DGRAM) is None for p in (port, port + 1))
