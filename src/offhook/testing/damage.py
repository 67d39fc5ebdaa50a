"""Ports that lose and delay: what a bad line does to RTP, both ways, on any network.

A telephone whose line is bad names its RTP port and the damage; all others pay nothing. Delays come
to an end at the ticks of the media plane, every 20 ms, as the ports are asked then.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from offhook.media.packets import Packets, Ports, join, take
from offhook.testing.wire import Floats


@dataclass(frozen=True, slots=True)
class Damage:
    """What a line does to each packet of sound."""

    loss: float = 0.0  # share of packets
    jitter_s: float = 0.0  # up to so much later, evenly spread; packets may overtake each other


SOUND = Damage()


@dataclass(slots=True)
class _Held:
    """Packets that wait; all that is held is in no order."""

    packets: Packets
    due: Floats  # float64 [n] seconds


class DamagedPorts:
    """The Ports of telephones, some of whose lines are bad."""

    def __init__(self, ports: Ports, rng: random.Random, now: Callable[[], float]) -> None:
        self._ports = ports
        self._rng = np.random.default_rng(rng.getrandbits(64))
        self._now = now
        self._sockets: dict[int, int] = {}  # RTP port -> socket
        self._damages: dict[int, Damage] = {}  # by socket
        self._coming: list[_Held] = []
        self._going: list[_Held] = []

    @property
    def is_sound(self) -> bool:
        """Whether no line is bad, and nothing is held back."""
        return not (self._damages or self._coming or self._going)

    def damage(self, rtp_port: int, damage: Damage) -> None:
        """Let the line of a port be bad from now on, or sound again."""
        socket = self._sockets[rtp_port]
        self._damages.pop(socket, None)
        if damage != SOUND:
            self._damages[socket] = damage

    @property
    def legs_per_socket(self) -> int:
        """Each telephone has a pair of ports of its own, and so a line that can be bad."""
        return 1

    def open_shared(self) -> tuple[int, str, int, int]:
        """Open a pair of ports; raises OSError."""
        return self.open()

    def open(self) -> tuple[int, str, int, int]:
        """Open a pair of ports; raises OSError."""
        socket, host, rtp_port, rtcp_port = self._ports.open()
        self._sockets[rtp_port] = socket
        return socket, host, rtp_port, rtcp_port

    def close(self, socket: int) -> None:
        """Give a pair of ports back, and forget what is held for it."""
        self._damages.pop(socket, None)
        self._sockets = {port: each for port, each in self._sockets.items() if each != socket}
        for way in (self._coming, self._going):
            for held in way:
                _keep(held, held.packets.socket != socket)
        self._ports.close(socket)

    def peer(self, host: str, port: int) -> int:
        """Return the key of an address."""
        return self._ports.peer(host, port)

    def receive(self) -> Packets:
        """Return what has arrived and is neither lost nor late."""
        return self._pass(self._ports.receive(), self._coming)

    def send(self, packets: Packets) -> None:
        """Send what is neither lost nor late."""
        self._ports.send(self._pass(packets, self._going))

    def _pass(self, packets: Packets, way: list[_Held]) -> Packets:
        if self._damages and len(packets):
            packets = self._damaged(packets, way)
        if not way:
            return packets
        now, ready = self._now(), [packets]
        for held in way:
            ripe = held.due <= now
            if ripe.any():
                ready.append(take(held.packets, ripe))
                _keep(held, ~ripe)
        way[:] = [held for held in way if len(held.packets)]
        return join(ready)

    def _damaged(self, packets: Packets, way: list[_Held]) -> Packets:
        """Return what survives and is not held back; reports (RTCP) are not harmed."""
        harmed = [self._damages.get(each, SOUND) for each in packets.socket.tolist()]
        loss = np.array([each.loss for each in harmed]) * ~packets.rtcp
        jitter_s = np.array([each.jitter_s for each in harmed]) * ~packets.rtcp
        alive = self._rng.random(len(packets)) >= loss
        late = alive & (jitter_s > 0)
        if late.any():
            due = self._now() + self._rng.uniform(0, jitter_s[late])
            way.append(_Held(take(packets, late), due))
        return take(packets, alive & ~late)


def _keep(held: _Held, chosen: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> None:
    held.packets, held.due = take(held.packets, chosen), held.due[chosen]
