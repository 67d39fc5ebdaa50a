"""Bodies: the limit, and JSON without forgiveness."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from offhook.api import bodies
from offhook.errors import ApiError


class Shape(msgspec.Struct):
    """Something to decode into."""

    number: int | float | None = None
    text: str | None = None


def read(chunks: list[bytes], limit: int) -> bytes | None:
    messages: list[Any] = [
        {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
    ]
    messages.append({"type": "http.request"})

    async def receive() -> Any:
        return messages.pop(0)

    return asyncio.run(bodies.read(receive, limit))


def test_a_body_is_read_to_the_end_or_the_limit() -> None:
    assert read([b"ab", b"", b"c"], 3) == b"abc"
    assert read([b"ab", b"cd"], 3) is None
    assert read([], 0) == b""


def test_a_client_that_leaves_is_noticed() -> None:
    async def receive() -> Any:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        asyncio.run(bodies.read(receive, 1))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "number": st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.none(),
            "text": st.text() | st.none(),
            "more": st.recursive(st.none() | st.text(), st.lists),
        },
    )
)
def test_valid_json_of_the_right_types_is_decoded(value: dict[str, Any]) -> None:
    decoded = bodies.decode(json.dumps(value).encode(), Shape)

    assert decoded == Shape(value.get("number"), value.get("text"))


@given(st.binary())
def test_any_bytes_are_decoded_or_a_bad_request(data: bytes) -> None:
    try:
        bodies.decode(data, Shape)
    except ApiError as error:
        assert error.description == "Bad Request"


def test_numbers_beyond_a_double_stay_numbers() -> None:
    """They are out of any range, which is another text than Bad Request (errors.md 4.2)."""
    assert bodies.decode(b'{"number":1e999}', Shape).number == 1.7976931348623157e308
    assert bodies.decode(b'{"number":-1e999}', Shape).number == -1.7976931348623157e308
