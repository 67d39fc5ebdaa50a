"""The gateway of a node: all its devices, on an event loop and a thread of their own.

So a burst of packets, or the arithmetic of a handshake, keeps no call waiting. The libraries are
loaded with the first device; without them no device is connected, and told why.
"""

import asyncio
import importlib.util
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from offhook.ids import SystemRandom
from offhook.scopes import TaskOwner
from offhook.webrtc import Gateway, GatewayError, NoGateway, Opened, Report, Sink

if TYPE_CHECKING:
    from aiortc import RTCCertificate

    from offhook.webrtc.peer import Peer, Place

MISSING = "this server has no WebRTC: install offhook[webrtc]"
CLOSING_S = 2.0  # for goodbyes to devices


def make_gateway(
    host: str, advertised: str | None, stun: tuple[str, int] | None, media_host: str
) -> "Gateway | WebRtcGateway":
    """Return the gateway that can be had here."""
    if importlib.util.find_spec("aiortc") is None:
        return NoGateway(MISSING)
    return WebRtcGateway(host, advertised, stun, media_host)


class WebRtcGateway:
    """Devices by id (webrtc/__init__.py: Gateway)."""

    def __init__(
        self, host: str, advertised: str | None, stun: tuple[str, int] | None, media_host: str
    ) -> None:
        self.missing: str | None = None
        self._where = (host, advertised, stun, media_host)
        self._rng = SystemRandom()
        self._loop: asyncio.AbstractEventLoop  # once it is used
        self._thread = threading.Thread(target=self._run, name="webrtc", daemon=True)
        self._tasks: TaskOwner
        self._peers: dict[str, Peer] = {}
        self._place: Place | None = None
        self._certificate: RTCCertificate | None = None
        self._started = False

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._tasks = TaskOwner()
        self._loop.run_forever()

    async def open(self, device_id: str, offer: str, sink: Sink) -> Opened:
        """Take a device's SDP offer; raises GatewayError."""
        if not self._started:
            self._started = True
            self._loop = asyncio.new_event_loop()
            self._thread.start()
        here = asyncio.get_running_loop()

        def tell(report: Report) -> None:
            here.call_soon_threadsafe(sink, report)

        work = self._open(device_id, offer, tell)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _open(self, device_id: str, offer: str, sink: Sink) -> Opened:
        from aiortc import RTCCertificate

        from offhook.webrtc.peer import Peer, Place

        if self._place is None or self._certificate is None:
            self._place = Place(*self._where)
            self._certificate = RTCCertificate.generateCertificate()
        peer = Peer(self._place, self._certificate, sink)
        try:
            opened = await peer.open(offer, self._rng.getrandbits(62))
        except BaseException as error:
            await peer.close()
            if isinstance(error, OSError):
                why = f"the server cannot open a port: {error.strerror}"
                raise GatewayError(why) from error
            raise
        self._peers[device_id] = peer
        return opened

    def hint(self, device_id: str, candidate: Mapping[str, Any]) -> None:
        """Take a candidate that came after the offer."""
        self._do(device_id, lambda peer: self._start(peer.hint(candidate)))

    def attach(self, device_id: str, host: str, rtp_port: int, rtcp_port: int) -> None:
        """Relay between the device and a leg of the media plane."""
        self._do(device_id, lambda peer: peer.attach(host, rtp_port, rtcp_port))

    def detach(self, device_id: str) -> None:
        """Relay no more."""
        self._do(device_id, lambda peer: peer.detach())

    def close(self, device_id: str) -> None:
        """End the connection."""
        self._do(device_id, lambda _: self._start(self._peers.pop(device_id).close()))

    async def stop(self) -> None:
        """End all connections, and the thread."""
        if not self._started:
            return
        done = asyncio.run_coroutine_threadsafe(self._close_all(), self._loop)
        await asyncio.wrap_future(done)
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def _close_all(self) -> None:
        for device_id in list(self._peers):
            self._start(self._peers.pop(device_id).close())
        await self._tasks.close(CLOSING_S)

    def _do(self, device_id: str, work: "Callable[[Peer], object]") -> None:
        def run() -> None:
            if (peer := self._peers.get(device_id)) is not None:
                work(peer)

        if self._started:
            self._loop.call_soon_threadsafe(run)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(work, "webrtc")
