"""Which leg has which row, and what was agreed with its far end."""

import heapq

import numpy as np

from offhook.media.codecs import CODECS, Ints
from offhook.media.messages import Connect

NO_EVENTS = -1  # no payload type was agreed for RFC 4733
NO_SOCKET = -1  # a room's


class NoRowError(Exception):
    """All rows are taken."""


class Rows:
    """Legs use the lowest free row and rooms the highest, so that those of a kind lie together."""

    def __init__(self, capacity: int) -> None:
        self.count = 0  # rows from 0 that legs may be in
        self.rooms = capacity  # the first of those, up to the last one, that rooms may be in
        self.socket: Ints = np.zeros(capacity, np.int64)
        self.codec: Ints = np.zeros(capacity, np.int64)  # index into CODECS
        self.audio_type: Ints = np.zeros(capacity, np.int64)  # payload types
        self.event_type: Ints = np.full(capacity, NO_EVENTS)
        self.sending = np.zeros(capacity, np.bool_)
        self.receiving = np.zeros(capacity, np.bool_)
        self._row_of: dict[str, int] = {}
        self._leg_of: list[str] = [""] * capacity
        self._by_socket: Ints = np.full(64, -1)
        self._free = list(range(capacity))

    def __len__(self) -> int:
        return len(self._row_of)

    def take(self, leg: str, socket: int, shared: bool = False) -> int:
        """Give a leg (or a room: NO_SOCKET) a row; raises NoRowError.

        Whose socket is shared is not found by it, but by `Origins`.
        """
        if leg in self._row_of:
            raise ValueError(f"leg {leg} has a row already")
        if not self._free:
            raise NoRowError(f"all {len(self.socket)} rows are in use")
        row = self._highest() if socket == NO_SOCKET else heapq.heappop(self._free)
        self._row_of[leg], self._leg_of[row] = row, leg
        self.socket[row] = socket
        if not shared:
            self._own(row, socket)
        self._measure()
        return row

    def _highest(self) -> int:
        row = max(self._free)
        self._free.remove(row)
        heapq.heapify(self._free)
        return row

    def _measure(self) -> None:
        """Find out where legs end and rooms begin."""
        used = np.fromiter(self._row_of.values(), np.int64, len(self._row_of))
        room = self.socket[used] == NO_SOCKET
        self.count = int(used[~room].max(initial=-1)) + 1
        self.rooms = int(used[room].min(initial=len(self.socket)))

    def move(self, row: int, socket: int) -> None:
        """Give a row that shared its socket one of its own."""
        self.socket[row] = socket
        self._own(row, socket)

    def _own(self, row: int, socket: int) -> None:
        while socket >= len(self._by_socket) - 1:
            self._by_socket = np.concatenate([self._by_socket, np.full_like(self._by_socket, -1)])
        if socket != NO_SOCKET:
            self._by_socket[socket] = row

    def give_back(self, leg: str) -> None:
        """Free the row of a leg."""
        row = self._row_of.pop(leg)
        heapq.heappush(self._free, row)
        if self.socket[row] != NO_SOCKET:
            self._by_socket[self.socket[row]] = -1
        self.sending[row] = self.receiving[row] = False
        self.event_type[row] = NO_EVENTS
        self._measure()

    def row(self, leg: str) -> int | None:
        """Return a leg's row, None when it is gone (commands may cross a Close)."""
        return self._row_of.get(leg)

    def leg(self, row: int) -> str:
        """Return the leg of a row."""
        return self._leg_of[row]

    def at(self, sockets: Ints) -> Ints:
        """Return the row of each socket, -1 for one that has none."""
        return self._by_socket.take(sockets, mode="clip")  # beyond the table is its end: nobody

    def agree(self, row: int, command: Connect) -> bool:
        """Set what SDP agreed; tell whether the audio format is another one."""
        codec = CODECS.index(command.codec)
        changed = codec != self.codec[row] or command.payload_type != self.audio_type[row]
        self.codec[row], self.audio_type[row] = codec, command.payload_type
        events = command.dtmf_payload_type
        self.event_type[row] = NO_EVENTS if events is None else events
        self.sending[row], self.receiving[row] = command.send, command.receive
        return bool(changed)
