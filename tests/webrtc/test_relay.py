"""The plain side of a device."""

import asyncio
import socket

import pytest

from offhook.webrtc.relay import EVENTS_TYPE, Relay, retyped

KEY = bytes([0x80, 0x80 | 126, 0, 1]) + bytes(12)  # a telephone event with the marker
VOICE = bytes([0x80, 0, 0, 1]) + bytes(168)


@pytest.mark.parametrize(
    ("data", "old", "new", "byte"),
    [
        (KEY, 126, EVENTS_TYPE, 0x80 | EVENTS_TYPE),
        (KEY, EVENTS_TYPE, 126, KEY[1]),
        (KEY, None, EVENTS_TYPE, KEY[1]),
        (KEY, 126, None, KEY[1]),
        (VOICE, 126, EVENTS_TYPE, 0),
    ],
)
def test_only_telephone_events_get_another_type(
    data: bytes, old: int | None, new: int | None, byte: int
) -> None:
    changed = retyped(data, old, new)

    assert changed[1] == byte
    assert (changed[:1], changed[2:]) == (data[:1], data[2:])


def test_what_is_no_packet_stays_as_it_is() -> None:
    assert retyped(b"", 1, 2) == b""
    assert retyped(b"\x80", 1, 2) == b"\x80"


def test_it_talks_to_its_far_end_alone() -> None:
    asyncio.run(two_legs())


async def two_legs() -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    relay = await Relay.open("127.0.0.1", 126, heard.put_nowait)
    loop = asyncio.get_running_loop()
    with socket.socket(type=socket.SOCK_DGRAM) as leg, socket.socket(type=socket.SOCK_DGRAM) as out:
        for each in (leg, out):
            each.bind(("127.0.0.1", 0))
            each.setblocking(False)
        here = ("127.0.0.1", relay.rtp.port)
        relay.from_device(VOICE)  # nobody is there
        out.sendto(VOICE, here)
        relay.attach("127.0.0.1", leg.getsockname()[1], 9)
        relay.from_device(KEY)
        got = await loop.sock_recv(leg, 1000)
        out.sendto(VOICE, here)  # a stranger
        leg.sendto(bytes([0x80, EVENTS_TYPE]) + KEY[2:], here)
        async with asyncio.timeout(5.0):
            back = await heard.get()
        relay.detach()
        relay.from_device(KEY)
        leg.sendto(VOICE, here)
        await asyncio.sleep(0)

        assert got[1] == 0x80 | EVENTS_TYPE
        assert (back[1], heard.empty()) == (126, True)
    relay.close()
