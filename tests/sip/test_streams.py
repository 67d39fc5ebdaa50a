"""One TCP connection, without a network: its transport is a list."""

import asyncio

from tests.sip.peer import Peer

from offhook.sip.streams import BACKLOG_BYTES, IDLE_S, SILENT_S, Stream
from offhook.sip.transport import Address
from offhook.testing.loop import run

OPTIONS = bytes(Peer().request("OPTIONS"))


class Pipe(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self, stream: Stream) -> None:
        super().__init__({"peername": ("192.0.2.9", 40000)})
        self.stream = stream
        self.written: list[bytes] = []
        self.backlog = 0
        self.closed = ""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return self.backlog

    def is_closing(self) -> bool:
        return bool(self.closed)

    def close(self) -> None:
        self._end("closed")

    def abort(self) -> None:
        self._end("aborted")

    def _end(self, how: str) -> None:
        if not self.closed:
            self.closed = how
            asyncio.get_running_loop().call_soon(self.stream.connection_lost, None)


class House:
    """Holds one stream."""

    def __init__(self, room: int = 1) -> None:
        self.room = room
        self.streams: list[Stream] = []
        self.messages: list[tuple[bytes, Address]] = []
        self.stream = Stream(self, 7, asyncio.get_running_loop().time)
        self.pipe = Pipe(self.stream)
        self.stream.connection_made(self.pipe)

    def stream_opened(self, stream: Stream) -> bool:
        self.streams.append(stream)
        return len(self.streams) <= self.room

    def stream_received(self, data: bytes, source: Address) -> None:
        self.messages.append((data, source))

    def stream_closed(self, stream: Stream) -> None:
        self.streams.remove(stream)


def test_messages_are_cut_out_whatever_the_segments() -> None:
    async def story() -> None:
        house = House()
        text = OPTIONS + OPTIONS
        for at in range(0, len(text), 100):
            house.stream.data_received(text[at : at + 100])

        assert house.messages == [(OPTIONS, Address("tcp", "192.0.2.9", 40000, 7))] * 2
        house.stream.close()
        await asyncio.sleep(1)

    run(story())


def test_ping_gets_a_pong_and_is_no_message() -> None:
    async def story() -> None:
        house = House()
        house.stream.data_received(b"\r\n\r\n")

        assert house.pipe.written == [b"\r\n"]
        assert house.messages == []
        house.stream.close()
        await asyncio.sleep(1)

    run(story())


def test_stream_that_cannot_be_cut_is_closed_and_let_go() -> None:
    async def story() -> None:
        house = House()
        house.stream.data_received(OPTIONS.replace(b"Content-Length: 0", b"Content-Length: x"))
        await asyncio.sleep(0)

        assert house.pipe.closed == "closed"
        assert house.streams == []
        assert not house.stream.send(b"late")

    run(story())


def test_stream_that_never_says_anything_whole_is_closed() -> None:
    async def story() -> None:
        house = House()
        await asyncio.sleep(SILENT_S - 1)
        house.stream.data_received(OPTIONS[:20])
        await asyncio.sleep(2)

        assert house.pipe.closed == "closed"

    run(story())


def test_used_stream_lives_until_it_has_been_idle() -> None:
    async def story() -> None:
        house = House()
        house.stream.data_received(OPTIONS)
        await asyncio.sleep(IDLE_S - 1)

        assert house.stream.send(b"x")

        await asyncio.sleep(IDLE_S - 1)
        assert house.streams
        await asyncio.sleep(2)
        assert house.pipe.closed == "closed"

    run(story())


def test_peer_that_does_not_read_is_given_up() -> None:
    async def story() -> None:
        house = House()
        house.pipe.backlog = BACKLOG_BYTES + 1

        assert not house.stream.send(b"x")
        assert house.pipe.closed == "aborted"
        await asyncio.sleep(1)

    run(story())


def test_stream_that_is_not_wanted_is_aborted() -> None:
    async def story() -> None:
        house = House(room=0)
        await asyncio.sleep(SILENT_S * 2)

        assert house.pipe.closed == "aborted"

    run(story())
