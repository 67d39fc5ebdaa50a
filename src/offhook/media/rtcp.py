"""RTCP: sender and receiver reports, CNAME and BYE (RFC 3550 6), one compound packet at a time.

A leg has one far end, so a compound packet carries at most one report block. What does not pass
the validity checks of RFC 3550 A.2 is refused as a whole; packet types not known are skipped.
"""

import random
import struct

import msgspec

INTERVAL_S = 5.0  # RFC 3550 6.2: the minimum, which two participants never exceed
NTP_MASK = 0xFFFFFFFF

_SR, _RR, _SDES, _BYE = 200, 201, 202, 203
_HEADER = struct.Struct(">BBH")
_BLOCK = struct.Struct(">IIIIII")
_SENDER_INFO = struct.Struct(">QIII")


class Block(msgspec.Struct, frozen=True):
    """What a receiver says of a stream (6.4.1)."""

    ssrc: int
    fraction: int  # 1/256
    lost: int  # packets; negative when duplicates came
    highest: int  # extended sequence number
    jitter: int  # timestamp units
    last_report: int  # middle 32 bits of an NTP time; 0: none yet
    delay: int  # 1/65536 s since then


class SenderInfo(msgspec.Struct, frozen=True):
    """What a sender says of its stream (6.4.1)."""

    ntp: int  # 32.32 fixed point seconds
    timestamp: int
    packets: int
    octets: int


class Report(msgspec.Struct, frozen=True):
    """A compound packet, read."""

    ssrc: int
    sender: SenderInfo | None
    blocks: tuple[Block, ...]
    bye: bool


def ntp(now: float) -> int:
    """Return a time as 32.32 fixed point; any clock will do, only differences are used."""
    return int(now * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


def middle(stamp: int) -> int:
    """Return the 32 bits in the middle of an NTP time."""
    return stamp >> 16 & NTP_MASK


def interval(rng: random.Random, *, first: bool) -> float:
    """Return the time to the next report: randomised, half at first (6.2)."""
    return INTERVAL_S * (0.5 if first else 1.0) * rng.uniform(0.5, 1.5)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, kind, len(body) // 4) + body


def _pack(block: Block) -> bytes:
    lost = max(-0x800000, min(0x7FFFFF, block.lost)) & 0xFFFFFF
    return _BLOCK.pack(
        block.ssrc,
        block.fraction << 24 | lost,
        block.highest & 0xFFFFFFFF,
        block.jitter & 0xFFFFFFFF,
        block.last_report,
        block.delay & 0xFFFFFFFF,
    )


def report(ssrc: int, cname: str, sender: SenderInfo | None, block: Block | None) -> bytes:
    """Build SR (or RR for one who sends nothing) and SDES."""
    blocks = _pack(block) if block else b""
    count = 1 if block else 0
    head = ssrc.to_bytes(4, "big")
    if sender:
        info = _SENDER_INFO.pack(
            sender.ntp,
            sender.timestamp & 0xFFFFFFFF,
            sender.packets & 0xFFFFFFFF,
            sender.octets & 0xFFFFFFFF,
        )
        first = _packet(_SR, count, head + info + blocks)
    else:
        first = _packet(_RR, count, head + blocks)
    name = cname.encode()[:255]
    item = head + bytes([1, len(name)]) + name
    item += bytes(4 - len(item) % 4)  # at least one null octet ends the list (6.5)
    return first + _packet(_SDES, 1, item)


def bye(ssrc: int) -> bytes:
    """Build the goodbye that follows a report (6.6)."""
    return _packet(_BYE, 1, ssrc.to_bytes(4, "big"))


def parse(data: bytes) -> Report | None:
    """Read a compound packet; None when it is not valid (A.2)."""
    packets = _split(data)
    if not packets or packets[0][0] not in (_SR, _RR):
        return None
    ssrc = int.from_bytes(packets[0][2][:4], "big")
    sender: SenderInfo | None = None
    blocks: list[Block] = []
    ends = False
    for kind, count, body in packets:
        at = 4
        ends |= kind == _BYE
        if kind == _SR and len(body) >= at + _SENDER_INFO.size:
            sender = SenderInfo(*_SENDER_INFO.unpack_from(body, at))
            at += _SENDER_INFO.size
        if kind in (_SR, _RR) and len(body) >= at + count * _BLOCK.size:
            blocks += [_unpack(body, at + turn * _BLOCK.size) for turn in range(count)]
    return Report(ssrc, sender, tuple(blocks), ends)


def _unpack(body: bytes, at: int) -> Block:
    ssrc, loss, highest, jitter, last_report, delay = _BLOCK.unpack_from(body, at)
    lost = loss & 0xFFFFFF
    if lost >= 0x800000:
        lost -= 0x1000000
    return Block(ssrc, loss >> 24, lost, highest, jitter, last_report, delay)


def _split(data: bytes) -> list[tuple[int, int, bytes]]:
    """Cut into (type, count, body); empty when lengths do not add up to the datagram."""
    packets: list[tuple[int, int, bytes]] = []
    at = 0
    while at + 4 <= len(data):
        first, kind, words = _HEADER.unpack_from(data, at)
        end = at + 4 + 4 * words
        padded = first & 0x20
        if first >> 6 != 2 or end > len(data) or (padded and end != len(data)):
            return []
        if kind in (_SR, _RR) and words == 0:
            return []
        packets.append((kind, first & 0x1F, data[at + 4 : end]))
        at = end
    return packets if at == len(data) else []
