"""RTP headers as arrays against a reader of one packet in plain Python."""

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from offhook.media import rtp
from offhook.media.codecs import Bytes, Ints
from offhook.media.packets import MAX_DATAGRAM


def batch(datagrams: list[bytes]) -> tuple[Bytes, Ints]:
    """What a socket would give: cut to MAX_DATAGRAM, with the true length."""
    data = np.zeros((len(datagrams), MAX_DATAGRAM), np.uint8)
    for row, datagram in enumerate(datagrams):
        kept = np.frombuffer(datagram[:MAX_DATAGRAM], np.uint8)
        data[row, : len(kept)] = kept
    return data, np.array([len(datagram) for datagram in datagrams])


def plain_payload(packet: bytes) -> bytes | None:
    """RFC 3550 5.1 step by step; None for what is not a usable packet."""
    if not 12 < len(packet) <= MAX_DATAGRAM or packet[0] >> 6 != 2:
        return None
    start = 12 + 4 * (packet[0] & 15)
    if packet[0] & 0x10:
        if start + 4 > len(packet):
            return None
        start += 4 + 4 * struct.unpack_from(">H", packet, start + 2)[0]
    end = len(packet)
    if packet[0] & 0x20:
        if packet[-1] == 0:
            return None
        end -= packet[-1]
    payload = packet[start:end]
    return payload if start < end and len(payload) <= rtp.MAX_PAYLOAD else None


def agrees(packets: list[bytes]) -> None:
    headers = rtp.parse(*batch(packets))
    for row, packet in enumerate(packets):
        expected = plain_payload(packet)
        found = headers.payload[row, : headers.size[row]].tobytes() if headers.valid[row] else None
        assert found == expected
        if expected is not None:
            second, sequence, timestamp, ssrc = struct.unpack_from(">xBHII", packet)
            assert headers.payload_type[row] == second & 127
            assert headers.sequence[row] == sequence
            assert headers.timestamp[row] == timestamp
            assert headers.ssrc[row] == ssrc


@given(st.lists(st.binary(max_size=600), min_size=1, max_size=8))
def test_any_bytes_are_read_as_rfc_3550_says(packets: list[bytes]) -> None:
    agrees(packets)


@st.composite
def plausible(draw: st.DrawFn) -> bytes:
    first = 0x80 | draw(st.integers(0, 0x3F))
    head = bytes([first]) + draw(st.binary(min_size=11, max_size=11))
    csrc = bytes(4 * (first & 15))
    words = draw(st.integers(0, 6))
    extension = struct.pack(">HH", 0xBEDE, words) + bytes(4 * words) if first & 0x10 else b""
    payload = draw(st.binary(max_size=200))
    padding = b"\0\0\0\4" if first & 0x20 else b""
    return head + csrc + extension + payload + padding


@given(st.lists(plausible(), min_size=1, max_size=8))
def test_csrc_extension_and_padding_are_taken_off(packets: list[bytes]) -> None:
    agrees(packets)


@given(
    st.booleans(),
    st.integers(0, 127),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 0xFFFFFFFF),
)
def test_what_is_written_is_read(
    marker: bool, kind: int, sequence: int, timestamp: int, ssrc: int
) -> None:
    data, _ = batch([bytes(172)])
    stamps = rtp.Stamps(
        np.array([marker]),
        np.array([kind]),
        np.array([sequence]),
        np.array([timestamp]),
        np.array([ssrc]),
    )
    rtp.write(data, stamps)
    expected = struct.pack(">BBHII", 0x80, marker << 7 | kind, sequence, timestamp, ssrc)

    assert data[0, :12].tobytes() == expected
    agrees([data[0, :172].tobytes()])


@given(st.integers(-(2**31), 2**31 - 1), st.integers(0, 2**32 - 1))
def test_signed_undoes_wrapping(difference: int, start: int) -> None:
    end = (start + difference) % 2**32

    assert rtp.signed(np.array([end - start]), 32)[0] == difference


@given(st.sets(st.integers(0, 9)))
def test_a_span_picks_what_its_indices_do(chosen: set[int]) -> None:
    index = np.array(sorted(chosen), np.int64)
    whole = bool(chosen) and sorted(chosen) == list(range(min(chosen), max(chosen) + 1))

    assert np.arange(10)[rtp.span(index)].tolist() == sorted(chosen)
    assert isinstance(rtp.span(index), slice) is whole


@given(st.lists(st.integers(0, 5), max_size=30))
def test_rounds_hold_a_row_once_and_keep_its_order(rows: list[int]) -> None:
    row = np.array(rows, np.int64)
    turns = [np.arange(len(row))[turn] for turn in rtp.rounds(row)]

    for turn in turns:
        assert len(set(row[turn].tolist())) == len(turn)
    for one in set(rows):
        seen = [int(index) for turn in turns for index in turn if row[index] == one]
        assert seen == [index for index, other in enumerate(rows) if other == one]
