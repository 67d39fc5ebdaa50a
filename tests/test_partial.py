"""Media: whole, in part, in pieces."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.partial import PIECE_BYTES, Media, MediaResponse, span


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-9", (0, 9)),
        ("bytes=5-", (5, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-1000", (0, 99)),
        ("bytes=90-1000", (90, 99)),
        (" bytes = 1 - 2 ", (1, 2)),
        ("bytes=99-99", (99, 99)),
        # ignored: RFC 9110 14.2 lets a server do so
        ("bytes=100-", None),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=-0", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-9", None),
        ("bytes=a-b", None),
    ],
)
def test_ranges_of_a_hundred_bytes(header: str | None, expected: tuple[int, int] | None) -> None:
    assert span(header, 100) == expected


def test_of_nothing_there_is_no_part() -> None:
    assert span("bytes=0-0", 0) is None


@given(st.text(), st.integers(0, 1000))
def test_whatever_the_header_the_range_lies_within(header: str, size: int) -> None:
    found = span("bytes=" + header, size)

    assert found is None or 0 <= found[0] <= found[1] < size


def sent(data: bytes, media: Media, method: str = "GET") -> list[dict[str, Any]]:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is expected of the client")

    response = MediaResponse(media, 200, "audio/mpeg")
    asyncio.run(response({"type": "http", "method": method}, receive, send))
    return messages


def media(data: bytes, start: int, length: int) -> Media:
    async def read(at: int, size: int) -> bytes:
        assert size <= PIECE_BYTES
        return data[at : at + size]

    return Media(start, length, read)


def test_a_long_file_goes_in_pieces() -> None:
    data = bytes(range(256)) * 2000
    first, *rest = sent(data, media(data, 7, len(data) - 7))

    headers = dict(first["headers"])
    assert headers[b"content-length"] == str(len(data) - 7).encode()
    assert headers[b"content-type"] == b"audio/mpeg"
    assert b"".join(message["body"] for message in rest) == data[7:]
    assert [message.get("more_body", False) for message in rest] == [True, True, False]


def test_head_gets_the_length_and_no_byte() -> None:
    first, last = sent(b"", media(b"x" * 10, 0, 10), "HEAD")

    assert dict(first["headers"])[b"content-length"] == b"10"
    assert last["body"] == b""


def test_a_file_that_shrank_breaks_the_answer_off() -> None:
    with pytest.raises(OSError, match="shorter"):
        sent(b"", media(b"x" * 10, 0, 11))
