"""Which socket a leg speaks through: one that it shares with others, or one of its own.

A shared socket is good for a leg whose far end is known by an address that no other far end of the
same socket has. If it has made its offer we know that address and choose a socket where it is new;
if the offer is ours we learn it from the answer, and a leg for which it is not new has to move to a
socket of its own (`move`): a far end of sense answers two offers from one address only if they
named two of ours. Few sockets are filled before another one is bound, as each costs a call a tick.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from offhook.media.latches import NOBODY
from offhook.media.messages import Open
from offhook.media.packets import Ports


@dataclass(frozen=True, slots=True)
class Place:
    """A pair of ports, as `Ports.open` returns it."""

    socket: int
    host: str
    rtp_port: int
    rtcp_port: int
    shared: bool = False


@dataclass(slots=True)
class _Socket:
    """A shared socket and who uses it."""

    place: Place
    legs: dict[str, int] = field(default_factory=dict)  # the peer that its offer named, or NOBODY


class Places:
    """The places of all legs. `meant` tells whether a socket has a leg for a peer."""

    def __init__(self, ports: Ports, meant: Callable[[int, int], bool]) -> None:
        self._ports = ports
        self._meant = meant
        self._places: dict[str, Place] = {}  # by leg
        self._sockets: dict[int, _Socket] = {}  # that are shared, by key

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __contains__(self, leg: object) -> bool:
        return leg in self._places

    def take(self, command: Open) -> Place:
        """Find a leg a place; raises OSError when no port is free."""
        sharing = self._ports.legs_per_socket > 1 and not command.alone
        place = self._share(command) if sharing else None
        place = place or Place(*self._ports.open())
        self._places[command.leg] = place
        return place

    def move(self, leg: str) -> int:
        """Give a leg a socket of its own, and return its key; raises OSError."""
        place = Place(*self._ports.open())
        self.give_back(leg)
        self._places[leg] = place
        return place.socket

    def give_back(self, leg: str) -> None:
        """Free the place of a leg."""
        place = self._places.pop(leg)
        if place.shared:
            shared = self._sockets[place.socket]
            del shared.legs[leg]
            if shared.legs:
                return
            del self._sockets[place.socket]
        self._ports.close(place.socket)

    def _share(self, command: Open) -> Place | None:
        """Return a place on a shared socket, if there can be one more."""
        peer = self._peer(command)
        for each in self._sockets.values():
            if self._has_room(each, peer):
                each.legs[command.leg] = peer
                return each.place
        try:
            place = Place(*self._ports.open_shared(), shared=True)
        except OSError:  # the other kind has its own limits, and a better reason
            return None
        self._sockets[place.socket] = _Socket(place, {command.leg: peer})
        return place

    def _has_room(self, shared: _Socket, peer: int) -> bool:
        if len(shared.legs) >= self._ports.legs_per_socket:
            return False
        if peer == NOBODY:
            return True
        place = shared.place
        if peer == self._ports.peer(place.host, place.rtp_port):
            return False  # a call to ourselves: its legs must differ
        return peer not in shared.legs.values() and not self._meant(place.socket, peer)

    def _peer(self, command: Open) -> int:
        """Return the key of the far end's address, NOBODY if there is none yet."""
        try:
            return self._ports.peer(command.host, command.rtp_port) if command.host else NOBODY
        except (OSError, ValueError):
            return NOBODY
