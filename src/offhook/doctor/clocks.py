"""Time: signatures, leases and logs need a clock that is right and does not jump."""

import ctypes
import socket
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

from offhook.clock import Clock
from offhook.doctor import machine
from offhook.doctor.finding import Finding, Findings, Patient, fault, ok, warning

BUILT = datetime(2026, 1, 1, tzinfo=UTC).timestamp()  # it cannot be earlier than this program
LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
WATCHED_S = 0.5
STEP_S = 0.02  # more than slewing does in that time, and more than scheduling
OFFSET_S = 1.0
TOO_FAR_S = 60.0  # signatures are refused from five minutes on (docs/signatures.md)
NTP_PORT, NTP_EPOCH = 123, 2_208_988_800  # seconds from 1900 to 1970 (RFC 5905 6)
NTP_WAIT_S = 3.0
KEPT = "have the clock kept by NTP (`timedatectl set-ntp true`)"
UNSYNCHRONISED = 0x0040  # STA_UNSYNC of Linux's adjtimex


def check(patient: Patient) -> Findings:
    """Look at the date, watch the clock for a moment, and ask who may know better."""
    yield date(patient.clock)
    yield steps(patient.clock)
    if patient.ntp is not None:
        yield offset(patient.clock, patient.ntp)
    elif (finding := synchronised(kernel_status())) is not None:
        yield finding


def date(clock: Clock) -> Finding:
    """The date must be possible."""
    now = clock.wall()
    shown = datetime.fromtimestamp(min(max(now, 0), 2 * LATEST), UTC).strftime("%Y-%m-%d %H:%M UTC")
    if BUILT <= now <= LATEST:
        return ok("date", shown)
    seen = f"the clock says {shown}, which cannot be"
    return fault("date", seen, f"set the clock, and {KEPT}")


def steps(clock: Clock, pause: Callable[[float], object] | None = None) -> Finding:
    """The wall clock must go as the monotonic one does."""
    before = clock.wall() - clock.now()
    (pause or Event().wait)(WATCHED_S)
    jump = clock.wall() - clock.now() - before
    if abs(jump) <= STEP_S:
        return ok("clock steps", f"none in {WATCHED_S:g} seconds")
    seen = f"the clock has jumped by {jump:+.3f} seconds within {WATCHED_S:g}"
    fix = "let one NTP program slew the clock (chrony), and none step it while calls run"
    return warning("clock steps", seen, fix)


def synchronised(status: int | None) -> Finding | None:
    """Say what the kernel knows; None where it says nothing."""
    if status is None:
        return None
    if not status & UNSYNCHRONISED:
        return ok("NTP", "the kernel says that the clock is synchronised")
    seen = "the kernel says that the clock is not synchronised"
    return warning("NTP", seen, f"{KEPT} (that of the host, for a container), or try --ntp SERVER")


def kernel_status() -> int | None:
    """Return the status of Linux's adjtimex(2), which only reads here; None elsewhere."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "adjtimex"):
        return None
    timex = (ctypes.c_long * 64)()  # modes = 0: read; longer than any struct timex
    if libc.adjtimex(ctypes.byref(timex)) < 0:
        return None
    # unsigned modes; long offset, freq, maxerror, esterror; int status
    return int(timex[5] & 0xFFFFFFFF)


def offset(clock: Clock, server: str) -> Finding:
    """Compare the clock with an NTP server (SNTP, RFC 4330)."""
    try:
        seconds = measured(clock, *machine.split(server, NTP_PORT))
    except (OSError, ValueError) as error:
        seen = f"the NTP server {server} does not answer: {error}"
        return warning("NTP", seen, "let UDP out to it, or name another one with --ntp")
    way = "behind" if seconds > 0 else "ahead of"
    seen = f"the clock is {abs(seconds):.3f} seconds {way} {server}"
    if abs(seconds) > TOO_FAR_S:
        return fault("NTP", seen, KEPT)
    return warning("NTP", seen, KEPT) if abs(seconds) > OFFSET_S else ok("NTP", seen)


def measured(clock: Clock, host: str, port: int) -> float:
    """Return how many seconds a server is ahead of us; raises OSError and ValueError."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as way:
        way.connect(address)
        way.settimeout(NTP_WAIT_S)
        sent = clock.wall()
        way.send(bytes([0b00_100_011]) + bytes(39) + _stamp(sent))  # version 4, client
        answer = way.recv(512)
        came = clock.wall()
    if len(answer) < 48 or answer[0] & 7 != 4 or answer[24:32] != _stamp(sent):
        raise ValueError("the answer is none of NTP to this question")
    received, left = (_seconds(answer[at : at + 8]) for at in (32, 40))
    return ((received - sent) + (left - came)) / 2


def _stamp(seconds: float) -> bytes:
    whole = int(seconds)
    return struct.pack("!II", (whole + NTP_EPOCH) % 2**32, int((seconds - whole) * 2**32))


def _seconds(stamp: bytes) -> float:
    whole, fraction = struct.unpack("!II", stamp)
    if whole < 2**31:  # after 2036 (RFC 4330 3)
        whole += 2**32
    return float(whole - NTP_EPOCH + fraction / 2**32)
