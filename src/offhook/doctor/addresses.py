"""Addresses: where others are told to send, and whether that leads here (NAT)."""

import socket

from offhook.doctor import machine, stun
from offhook.doctor.finding import Finding, Findings, Patient, fault, ok, warning

SECTIONS = ("sip", "media")


def check(patient: Patient) -> Findings:
    """Look at the advertised addresses, at trunks beyond them, and at what STUN says."""
    for section in SECTIONS:
        yield _advertised(section, patient)
    if patient.stun is not None:
        yield mapped(patient, patient.stun)


def _advertised(section: str, patient: Patient) -> Finding:
    settings = patient.settings
    part = settings.sip if section == "sip" else settings.media
    check_ = f"{section} address"
    if part.advertised_host is None:
        if part.host in machine.WILDCARDS:
            seen = f"{section}.host is {part.host}, which is told to others as it is"
            here = machine.outward() or "the address that others reach"
            return fault(check_, seen, f'set {section}.advertised_host, such as "{here}"')
        return _local(section, part.host, patient)
    return _told(section, part.advertised_host, patient)


def _local(section: str, host: str, patient: Patient) -> Finding:
    far = _far_trunks(patient)
    if not machine.beyond(host):
        if far:
            seen = f"{section}.host is {host}, which trunk {far[0]} cannot reach"
            fix = f"set {section}.host to an address of this machine that it reaches, or to 0.0.0.0"
            return fault(f"{section} address", seen, f"{fix} with {section}.advertised_host")
        return ok(f"{section} address", f"{host}: this machine alone, and so are all trunks")
    return _public(section, host, patient)


def _told(section: str, host: str, patient: Patient) -> Finding:
    address = machine.parsed(host)
    if address is None:
        try:
            host = str(socket.getaddrinfo(host, None, socket.AF_INET)[0][4][0])
        except (OSError, UnicodeError) as error:
            seen = f"{section}.advertised_host {host} has no address: {error}"
            return fault(f"{section} address", seen, "write the public IP address itself")
    if not machine.beyond(host) and (far := _far_trunks(patient)):
        seen = f"{section}.advertised_host is {host}, which trunk {far[0]} cannot reach"
        fix = f"set {section}.advertised_host to the address that it reaches"
        return fault(f"{section} address", seen, fix)
    if machine.is_here(host):
        return _public(section, host, patient)
    ports = patient.settings.media.ports if section == "media" else patient.settings.sip.port
    seen = f"others are told {host}, which is no address of this machine: a NAT must lead it here"
    if patient.stun is not None:  # then it is known, and the check of STUN says what
        return ok(f"{section} address", seen)
    fix = f"see that the NAT forwards port {ports} to this machine, and try it with --stun SERVER"
    return warning(f"{section} address", seen, fix)


def _public(section: str, host: str, patient: Patient) -> Finding:
    address = machine.parsed(host)
    public = [name for name in _far_trunks(patient) if _is_public(patient, name)]
    if address is not None and address.is_private and machine.beyond(host) and public:
        seen = f"{host} is private, and trunk {public[0]} is in the public network"
        fix = f"set {section}.advertised_host to the public address of the NAT before this machine"
        return warning(f"{section} address", seen, fix)
    return ok(f"{section} address", f"others are told {host}, an address of this machine")


def _far_trunks(patient: Patient) -> list[str]:
    trunks = patient.directory.trunks.values()
    return [trunk.name for trunk in trunks if machine.beyond(trunk.host)]


def _is_public(patient: Patient, name: str) -> bool:
    address = machine.parsed(patient.directory.trunks[name].host)
    return address is None or address.is_global


def mapped(patient: Patient, server: str) -> Finding:
    """Ask a STUN server which address it sees, and compare it with what others are told."""
    try:
        host, port = machine.split(server, stun.PORT)
        seen_there, local = stun.ask(host, port)
    except (OSError, ValueError) as error:
        seen = f"the STUN server {server} does not answer: {error}"
        return warning("NAT", seen, "let UDP out to it, or name another one with --stun")
    sip = patient.settings.sip
    told = sip.advertised_host or sip.host
    if told in machine.WILDCARDS:
        told = local
    if seen_there == told:
        return ok("NAT", f"{server} sees {seen_there}, which is what others are told")
    return fault(
        "NAT",
        f"{server} sees {seen_there}, but others are told {told}",
        f'set sip.advertised_host and media.advertised_host to "{seen_there}"',
    )
