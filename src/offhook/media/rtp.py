"""RTP headers as arrays (RFC 3550 5.1): one packet is one element of every array.

Packets with CSRC list, extension or padding are rare; their payload is moved to where the plain
ones have it. What is not RTP version 2, is cut, or contradicts its own lengths is not `valid`.
"""

from dataclasses import dataclass

import numpy as np

from offhook.media.codecs import Bytes, Flags, Ints
from offhook.media.count import count_true

HEADER = 12  # bytes
MAX_PAYLOAD = 480  # bytes: 60 ms of G.711
_SIGNED = {16: np.int16, 32: np.int32}  # by bits
_PLAIN = 0x80  # version 2, no padding, no extension, no CSRC


@dataclass(slots=True)
class Headers:
    """Fields of n packets."""

    valid: Flags
    payload_type: Ints
    sequence: Ints
    timestamp: Ints
    ssrc: Ints
    size: Ints  # payload bytes
    payload: Bytes  # uint8 [n, MAX_PAYLOAD]; bytes after `size` mean nothing

    def at(self, index: Ints | Flags | slice) -> "Headers":
        """Return those of some packets; a slice copies nothing."""
        return Headers(
            self.valid[index],
            self.payload_type[index],
            self.sequence[index],
            self.timestamp[index],
            self.ssrc[index],
            self.size[index],
            self.payload[index],
        )


def signed(difference: Ints, bits: int) -> Ints:
    """Read a difference of wrapping counters as the nearest signed number (RFC 3550 A.1)."""
    return difference.astype(_SIGNED[bits]).astype(np.int64)  # cut, and seen as signed


def within(number: Ints, limit: int) -> Flags:
    """Tell which numbers are from 0 up to, but not, the limit: one comparison as unsigned ones."""
    inside: Flags = number.view(np.uint64) < limit
    return inside


def span(index: Ints) -> Ints | slice:
    """Return ascending indices as a slice when none is left out: what it picks is not copied."""
    if len(index) and index[-1] - index[0] == len(index) - 1:
        return slice(int(index[0]), int(index[-1]) + 1)
    return index


def parse(data: Bytes, length: Ints) -> Headers:
    """Read the headers of uint8 [n, MAX_DATAGRAM]."""
    words = data[:, :HEADER].view(">u4")  # [n, 3]; one column at a time is twice as fast as all
    first = words[:, 0].astype(np.int64)
    size = length - HEADER
    valid = within(size - 1, MAX_PAYLOAD)
    payload = data[:, HEADER : HEADER + MAX_PAYLOAD]
    plain = first >> 24 == _PLAIN
    if count_true(plain) != len(plain):
        valid = (size > 0) & (length <= data.shape[1]) & (first >> 30 == 2)
        odd = np.flatnonzero(valid & ~plain)
        payload = payload.copy()
        payload[odd], size[odd], valid[odd] = _unwrap(data[odd], length[odd])
        valid &= size <= MAX_PAYLOAD
    return Headers(
        valid=valid,
        payload_type=first >> 16 & 0x7F,
        sequence=first & 0xFFFF,
        timestamp=words[:, 1].astype(np.int64),
        ssrc=words[:, 2].astype(np.int64),
        size=size,
        payload=payload,
    )


def _unwrap(data: Bytes, length: Ints) -> tuple[Bytes, Ints, Flags]:
    """Return payload, its size and validity of packets that are not plain."""
    row = np.arange(len(data))
    last = data.shape[1] - 1
    flags = data[:, 0].astype(np.int64)
    start = HEADER + 4 * (flags & 0x0F)
    extended = (flags & 0x10) != 0
    high = data[row, np.minimum(start + 2, last)].astype(np.int64)
    low = data[row, np.minimum(start + 3, last)].astype(np.int64)
    start += np.where(extended, 4 + 4 * (high << 8 | low), 0)
    padded = (flags & 0x20) != 0
    padding = np.where(padded, data[row, np.clip(length - 1, 0, last)].astype(np.int64), 0)
    size = length - start - padding
    valid = (size > 0) & (start <= last) & ~(padded & (padding == 0)) & (length <= last + 1)
    column = np.minimum(start[:, None] + np.arange(MAX_PAYLOAD), last)
    return np.take_along_axis(data, column, axis=1), size, valid


@dataclass(slots=True)
class Stamps:
    """Header fields of n packets to be sent."""

    marker: Flags
    payload_type: Ints
    sequence: Ints
    timestamp: Ints
    ssrc: Ints


def write(data: Bytes, stamps: Stamps) -> None:
    """Write headers into the first 12 bytes of uint8 [n, ...]."""
    words = data[:, :HEADER].view(">u4")
    words[:, 0] = (
        (_PLAIN << 24)
        | stamps.marker.astype(np.int64) << 23
        | stamps.payload_type << 16
        | stamps.sequence & 0xFFFF
    )
    words[:, 1] = stamps.timestamp & 0xFFFFFFFF
    words[:, 2] = stamps.ssrc & 0xFFFFFFFF


def rounds(row: Ints) -> list[Ints | slice]:
    """Split a batch so that each part holds a row once, in order of arrival.

    Arithmetic on rows may then be plain indexed assignment. Almost every batch is one part.
    """
    if len(row) == 0:
        return []
    if count_true(np.bincount(row)) == len(row):
        return [slice(None)]
    order = np.argsort(row, kind="stable")
    ordered = row[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    repeat = np.arange(len(row)) - np.repeat(begins, np.diff(np.r_[begins, len(row)]))
    return [order[repeat == turn] for turn in range(int(repeat.max()) + 1)]
