"""Server-sent events: what is sent, and when a stream ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from offhook.console.stream import SEND_S, EventStream, Message, Streams
from offhook.testing.loop import running_loop, virtual


def test_a_message_is_written_as_the_standard_says() -> None:
    assert Message("row", "a\nb", "7").encode() == b"event: row\nid: 7\ndata: a\ndata: b\n\n"
    assert Message("place", "").encode() == b"event: place\ndata: \n\n"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_data_can_begin_another_field(text: str) -> None:
    lines = Message("x", text).encode().decode()[:-2].split("\n")

    assert lines[0] == "event: x"
    assert all(line.startswith("data: ") for line in lines[1:])
    assert not any("\r" in line for line in lines)


class Ear:
    """The other end of a stream: takes what is sent, as quickly as it likes."""

    def __init__(self, *, slow: bool = False) -> None:
        self.left = asyncio.Event()
        self.sent: list[bytes] = []
        self.over = False
        self._slow = slow

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            if self._slow and self.sent:
                await asyncio.Event().wait()
            self.sent.append(message["body"])
            self.over = not message.get("more_body")


async def run(ear: Ear, news: AsyncIterator[list[Message]], streams: Streams) -> None:
    await EventStream(news, streams)({"type": "http", "method": "GET"}, ear.receive, ear.send)


@virtual
async def test_a_stream_ends_when_there_is_nothing_more_to_tell() -> None:
    async def news() -> AsyncIterator[list[Message]]:
        yield [Message("row", "a"), Message("row", "b")]
        yield []

    ear, streams = Ear(), Streams()
    await run(ear, news(), streams)

    assert ear.sent[1:] == [
        b"event: row\ndata: a\n\nevent: row\ndata: b\n\n",
        b": still here\n\n",
        b"",
    ]
    assert ear.over
    assert streams.count == 0


@virtual
async def test_a_browser_that_leaves_ends_its_stream() -> None:
    closed = False

    async def news() -> AsyncIterator[list[Message]]:
        nonlocal closed
        try:
            while True:
                yield []
                await asyncio.sleep(1)
        finally:
            closed = True

    ear, streams = Ear(), Streams()
    async with asyncio.TaskGroup() as group:
        group.create_task(run(ear, news(), streams))
        await asyncio.sleep(5.5)
        assert streams.count == 1
        ear.left.set()

    assert closed
    assert streams.count == 0


@virtual
async def test_a_browser_that_does_not_read_is_given_up() -> None:
    async def news() -> AsyncIterator[list[Message]]:
        while True:
            yield [Message("row", "x")]

    began = running_loop().time()
    ear = Ear(slow=True)
    await run(ear, news(), Streams())

    assert running_loop().time() - began == SEND_S
    assert len(ear.sent) == 1


@virtual
async def test_to_head_nothing_is_told() -> None:
    async def news() -> AsyncIterator[list[Message]]:
        yield [Message("row", "x")]

    ear, streams = Ear(), Streams()
    await EventStream(news(), streams)({"type": "http", "method": "HEAD"}, ear.receive, ear.send)

    assert ear.sent == [b""]
