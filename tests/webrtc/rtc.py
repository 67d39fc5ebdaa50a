"""A browser by aiortc: the other side of ICE, DTLS and SRTP, with a voice and ears."""

import asyncio
import fractions
from collections.abc import Callable
from typing import Any

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from offhook.scopes import TaskOwner
from offhook.testing import sound
from offhook.testing.sound import Pcm

RATE_HZ = 8000
FRAME = 160
FRAME_S = 0.02


async def hears(heard: Callable[[], Pcm], hz: float, seconds: float = 0.5) -> None:
    """Wait until a tone has been heard for so long."""
    while not any(  # noqa: ASYNC110  # nobody tells when sound comes in
        span.duration_s >= seconds for span in sound.tones(heard(), hz)
    ):
        await asyncio.sleep(FRAME_S)


async def hears_something(heard: Callable[[], Pcm]) -> None:
    """Wait until there is any sound."""
    while not sound.sounds(heard()):  # noqa: ASYNC110  # nobody tells when sound comes in
        await asyncio.sleep(FRAME_S)


class Voice(MediaStreamTrack):
    """Says one tone for ever."""

    kind = "audio"

    def __init__(self, hz: float) -> None:
        super().__init__()
        self._pcm = sound.tone(hz, 1.0)
        self._frames = 0
        self._began = 0.0

    async def recv(self) -> AudioFrame:
        """Return the next 20 ms, when they are due."""
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(self._began + self._frames * FRAME_S - loop.time())
        at = self._frames * FRAME
        samples = np.take(self._pcm, np.arange(at, at + FRAME), mode="wrap")
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(samples.tobytes())
        frame.pts = at
        frame.sample_rate = RATE_HZ
        frame.time_base = fractions.Fraction(1, RATE_HZ)
        self._frames += 1
        return frame


class Rtc:
    """One peer connection."""

    def __init__(self, hz: float) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.addTrack(Voice(hz))
        self.connection.on("track", self._on_track)
        self._heard: list[Pcm] = []
        self._tasks = TaskOwner()

    def _on_track(self, track: Any) -> None:
        self._tasks.start(self._listen(track), "ears of a browser")

    async def _listen(self, track: Any) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            self._heard.append(np.asarray(frame.to_ndarray()).reshape(-1).astype(np.int16))

    def heard(self) -> Pcm:
        """Return all that came so far: int16, 8000 Hz."""
        return np.concatenate([np.zeros(0, np.int16), *self._heard])

    async def offer(self) -> str:
        """Return an offer, all candidates in it."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        sdp: str = self.connection.localDescription.sdp
        return sdp

    async def answered(self, sdp: str) -> None:
        """Take the answer."""
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def wait_heard(self, hz: float, seconds: float = 0.5) -> None:
        """Wait until a tone has been heard for so long."""
        await hears(self.heard, hz, seconds)

    async def close(self) -> None:
        """End the connection."""
        await self.connection.close()
        await self._tasks.close()
