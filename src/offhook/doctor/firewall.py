"""Firewall: whether packets from outside reach the ports.

Two looks, and neither sees everything: the rules of this machine, where they may be read, and a
packet to ourselves. What stands between this machine and the world (a cloud's security group, a
router) can be seen from outside alone, and that is said.
"""

import contextlib
import socket
from collections.abc import Iterator

from offhook.doctor import machine, rules
from offhook.doctor.finding import Finding, Findings, Patient, fault, ok, warning
from offhook.doctor.rules import Chain, Passage

PROBE_S = 1.0
OUTSIDE = "what stands before this machine can only be tried from outside"


def check(patient: Patient) -> Findings:
    """Read the rules and send packets to ourselves."""
    places = list(_places(patient))
    if not places:
        yield ok("firewall", "everything listens on loopback alone, where no firewall stands")
        return
    yield from judged(places, rules.read())
    if not patient.running:  # else the ports are taken, and their owner would get our packets
        yield from _probed(patient)


Place = tuple[str, str, int, str]  # what it is, protocol, port, the setting that names it


def _places(patient: Patient) -> Iterator[Place]:
    settings = patient.settings
    if machine.beyond(settings.server.host):
        yield "HTTP", "tcp", settings.server.port, "server.port"
    if machine.beyond(settings.sip.host):
        yield "SIP", "udp", settings.sip.port, "sip.port"
        yield "SIP", "tcp", settings.sip.port, "sip.port"
    if machine.beyond(settings.media.host):
        yield "RTP", "udp", settings.media.first_port, "media.ports"
        yield "RTP", "udp", settings.media.last_port, "media.ports"


def judged(places: list[Place], chains: list[Chain] | None) -> Findings:
    """Say of each place what the rules make of it."""
    if chains is None:
        yield _unread()
        return
    fine = []
    for what, protocol, port, setting in places:
        found = {chain.passage(protocol, port): chain for chain in chains}
        place = f"{protocol.upper()} port {port} ({what}, {setting})"
        for passage in (Passage.CLOSED, Passage.UNKNOWN, Passage.PARTLY):
            if passage in found:
                yield _told(passage, place, found[passage].name, f"{protocol} dport {port}")
                break
        else:
            fine.append(f"{protocol.upper()} {port}")
    if fine:
        yield ok("firewall", f"this machine lets in {', '.join(fine)}; {OUTSIDE}")


def _unread() -> Finding:
    if rules.program("nft") or rules.program("iptables-save"):
        seen = "the rules of this machine cannot be read by this user"
        return warning("firewall", seen, "run `offhook doctor` as root to have them looked at")
    seen = "there is no program that tells the rules of this machine"
    return warning("firewall", seen, "install nft (nftables), if this machine has a firewall")


def _told(passage: Passage, place: str, chain: str, match: str) -> Finding:
    match passage:
        case Passage.CLOSED:
            seen = f"{place} is closed by the rules of this machine (chain {chain})"
            return fault("firewall", seen, f"let it in before other rules: `{match} accept`")
        case Passage.PARTLY:
            seen = f"{place} is open to some sources or interfaces alone (chain {chain})"
            return warning("firewall", seen, "see that those of your trunks are among them")
        case _:
            seen = f"another chain than {chain} decides on {place}"
            return warning("firewall", seen, "look at `nft list ruleset` yourself")


def _probed(patient: Patient) -> Findings:
    sip, media = patient.settings.sip, patient.settings.media
    for check_, host, port in (
        ("SIP packets", sip.host, sip.port),
        ("RTP packets", media.host, media.first_port),
    ):
        if machine.beyond(host) and (finding := probe(check_, host, port)):
            yield finding


def probe(check_: str, host: str, port: int) -> Finding | None:
    """Send a datagram to a port of ours, from an address of ours; None if it cannot be tried."""
    target = (machine.outward() or "127.0.0.1") if host in machine.WILDCARDS else host
    kind = machine.family(target)
    with contextlib.ExitStack() as stack:
        receiver = stack.enter_context(socket.socket(kind, socket.SOCK_DGRAM))
        sender = stack.enter_context(socket.socket(kind, socket.SOCK_DGRAM))
        try:
            receiver.bind((host, port))
        except OSError:
            return None  # `ports` says why
        receiver.settimeout(PROBE_S)
        try:
            sender.sendto(b"offhook doctor", (target, port))
            receiver.recv(64)
        except OSError as error:  # TimeoutError is one
            seen = f"a datagram to {target}:{port} of this machine does not arrive: {error}"
            return fault(check_, seen, f"let UDP port {port} in, in the firewall of this machine")
    return ok(check_, f"a datagram from this machine to {target}:{port} arrives; {OUTSIDE}")
