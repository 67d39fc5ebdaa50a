"""Legs with coders beside legs of tables: what is heard, what is said, and nonsense."""

from collections.abc import Iterator

import numpy as np
import pytest

from offhook.media import coders
from offhook.media.codecs import CODECS, FRAME, Pcm
from offhook.media.coders import BOXED, LARGEST, Coders, box

G722 = CODECS.index("G722")


class Counting:
    """A coder whose packets are numbers: each byte is a frame of that value."""

    def decode(self, payload: bytes) -> Pcm:
        if 0xEE in payload:
            raise ValueError("nonsense")
        return np.repeat(np.frombuffer(payload, np.uint8)[: LARGEST // 20], FRAME).astype(np.int16)

    def encode(self, pcm: Pcm) -> bytes:
        return bytes([int(pcm[0])] * 3)


class Framing(Counting):
    """The same, in frames of 160 bytes."""

    def decode(self, payload: bytes) -> Pcm:
        return np.frombuffer(payload, np.uint8).astype(np.int16)

    def encode(self, pcm: Pcm) -> bytes:
        return bytes([int(pcm[0])] * FRAME)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Coders]:
    """Row 1 speaks a codec of packets, row 3 one of frames."""
    monkeypatch.setattr(coders, "MAKE", {"OPUS": Counting, "G722": Framing})
    found = Coders()
    found.set(0, 0)
    found.set(1, BOXED)
    found.set(3, G722)
    yield found


def frames(*packets: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Frames as the jitter buffer gives them."""
    payload = np.zeros((len(packets), FRAME), np.uint8)
    for row, packet in enumerate(packets):
        payload[row, : len(packet)] = np.frombuffer(packet, np.uint8)
    size = np.array([len(packet) for packet in packets])
    boxed = box(payload, size)
    boxed[3] = 7
    return boxed


def test_only_rows_with_coders_are_heard_by_them(there: Coders) -> None:
    heard = np.array([True, True, False, True])
    rows, pcm = there.hear(frames(b"\x09", b"\x05", b"\x09", b""), heard)

    assert (list(rows), pcm[:, 0].tolist(), pcm[:, -1].tolist()) == ([1, 3], [5, 7], [5, 7])
    assert len(there) == 2


def test_the_rest_of_a_long_packet_is_heard_when_nothing_else_comes(there: Coders) -> None:
    silent = frames(b"", b"", b"", b"")
    told = []
    for payload, came in (
        (frames(b"", b"\x01\x02\x03", b"", b""), True),
        *((silent, False),) * 3,
        (frames(b"", b"\x04\x05", b"", b""), True),
        (frames(b"", b"\x06", b"", b""), True),
        (silent, False),
    ):
        heard = np.array([False, came, False, False])
        _, pcm = there.hear(payload, heard)
        told.append((int(pcm[0, 0]), bool(heard[1])))

    assert told == [(1, True), (2, True), (3, True), (0, False), (4, True), (6, True), (0, False)]


def test_nonsense_is_silence(there: Coders) -> None:
    heard = np.array([False, True, False, False])
    _, pcm = there.hear(frames(b"", b"\xee", b"", b""), heard)

    assert not pcm.any()
    assert heard[1]


def test_what_is_said_comes_as_frames_or_as_packets(there: Coders) -> None:
    out = np.repeat(np.arange(10, 14, dtype=np.int16)[:, None], FRAME, axis=1)
    coded = np.zeros((4, FRAME), np.uint8)
    rest, others = there.say(np.array([0, 1, 2, 3]), out, coded)
    ((row, payload),) = others

    assert rest.tolist() == [0, 2, 3]
    assert (row.tolist(), payload.tolist()) == ([1], [[11, 11, 11]])
    assert coded[:, 0].tolist() == [0, 0, 0, 13]
    quiet, nothing = there.say(np.array([0, 2]), out, coded)
    assert (quiet.tolist(), nothing) == ([0, 2], [])


def test_a_row_that_is_cleared_has_none(there: Coders) -> None:
    there.clear(1)
    there.set(3, 1)

    assert len(there) == 0


def test_a_payload_is_boxed_with_its_length_and_one_too_long_comes_empty() -> None:
    payload = np.full((3, 200), 9, np.uint8)
    boxed = box(payload, np.array([5, LARGEST, LARGEST + 1]))

    assert boxed[:, FRAME - 1].tolist() == [5, LARGEST, 0]
    assert boxed[0, :8].tolist() == [9] * 5 + [0] * 3
    assert not boxed[2].any()
