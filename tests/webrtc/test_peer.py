"""Sound of a device through its armour, both ways, byte for byte."""

import asyncio
import struct

import pytest
from tests.webrtc.rtc import Rtc

from offhook.testing import sound
from offhook.webrtc import Opened
from offhook.webrtc.gateway import WebRtcGateway

SSRC = 0x1234
PACKETS = 40


class Leg(asyncio.DatagramProtocol):
    """A leg of the media plane."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.put_nowait(data)


@pytest.mark.slow
def test_packets_go_through_unchanged() -> None:
    asyncio.run(story())


async def story() -> None:
    gateway, rtc = WebRtcGateway("127.0.0.1", None, None, "127.0.0.1"), Rtc(700.0)
    loop = asyncio.get_running_loop()
    transport, leg = await loop.create_datagram_endpoint(Leg, ("127.0.0.1", 0))
    reports: asyncio.Queue[object] = asyncio.Queue()
    try:
        async with asyncio.timeout(15.0):
            opened: Opened = await gateway.open("d-1", await rtc.offer(), reports.put_nowait)
            await rtc.answered(opened.answer)
            for _ in range(2):
                await reports.get()
            port = transport.get_extra_info("sockname")[1]
            gateway.attach("d-1", "127.0.0.1", port, port)
            first = await leg.heard.get()
            for number in range(PACKETS):
                head = struct.pack(">BBHII", 0x80, 0, number, number * 160, SSRC)
                transport.sendto(head + b"\x2a" * 160, (opened.plain.host, opened.plain.rtp_port))
                await leg.heard.get()  # at the pace of the device
            while not sound.sounds(rtc.heard()):  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.02)

        assert (first[0], first[1] & 0x7F, len(first)) == (0x80, 0, 172)
    finally:
        transport.close()
        gateway.close("d-1")
        await rtc.close()
        await gateway.stop()
