"""The media plane of several workers: who carries which leg, and where legs meet.

A new leg goes to the worker of whoever it will meet, or to the one that has least to do. Legs that
meet on different workers are patched: one is extended to the other's worker (`extensions`), where
from then on all commands about the two mean the same as if it lived there.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from offhook.media.extensions import Extensions
from offhook.media.messages import (
    Close,
    Closed,
    CloseRoom,
    Command,
    Forget,
    Join,
    Load,
    Lost,
    Open,
    OpenFailed,
    OpenRoom,
    Part,
    Play,
    Report,
    Seat,
    Sink,
    Unseat,
    subject,
)
from offhook.media.rings import Memory

FULL = 0.7  # of a core: nobody is put there only to be near another


class Hand(Protocol):
    """One worker."""

    @property
    def load(self) -> float:
        """The share of a core that it uses; infinite when it takes no legs."""
        ...

    def send(self, command: Command) -> None:
        """Carry out a command; never blocks."""
        ...


class Workers:
    """The MediaPlane of several workers."""

    def __init__(self, sink: Sink, make: Sequence[Callable[[Sink], Hand]], memory: Memory) -> None:
        self._sink = sink
        self._hands = [each(partial(self._on_report, index)) for index, each in enumerate(make)]
        self._home: dict[str, int] = {}  # of legs and rooms
        self._rows = [0] * len(make)  # of legs and rooms, on each worker
        self._clips: dict[str, Load] = {}
        self._lent: list[set[str]] = [set() for _ in make]  # clips that a worker has
        self._extensions = Extensions(memory, self._command)
        self._joined: dict[str, dict[str, tuple[str, int]]] = {}  # both ways: the guest, and where
        self._seat_of: dict[str, str] = {}  # the room of each leg
        self._seated: dict[str, set[str]] = {}  # the legs of each room
        self._routes: dict[type, Callable[[Any], None]] = {
            Open: self._place,
            OpenRoom: self._place,
            Load: self._keep,
            Forget: self._forget,
            Play: self._play,
            Join: self._join,
            Part: self._part,
            Seat: self._seat,
            Unseat: self._unseat,
            CloseRoom: self._close,
            Close: self._close,
        }

    def send(self, command: Command) -> None:
        """Carry out a command; never blocks."""
        self._routes.get(type(command), self._pass_on)(command)

    def _command(self, worker: int, command: Command) -> None:
        self._hands[worker].send(command)

    def _pass_on(self, command: Any) -> None:
        """Let the worker of a leg or room know; one that is gone hears nothing."""
        home = self._home.get(subject(command))
        if home is not None:
            self._command(home, command)

    # Places.

    def _place(self, command: Open | OpenRoom) -> None:
        worker = self._choose(command.near)
        self._home[subject(command)] = worker
        self._rows[worker] += 1
        self._command(worker, command)

    def _choose(self, near: str) -> int:
        """Return the worker for whoever will meet a leg, which may be nobody."""
        home = self._home.get(near)
        if home is not None and self._hands[home].load < FULL:
            return home
        loads = [hand.load for hand in self._hands]
        able = [index for index, load in enumerate(loads) if load < FULL or load == min(loads)]
        return min(able, key=self._used)

    def _used(self, worker: int) -> int:
        return self._rows[worker] + self._extensions.rows[worker]

    # Clips, which are loaded where they are first played.

    def _keep(self, command: Load) -> None:
        self._clips[command.clip] = command

    def _play(self, command: Play) -> None:
        home, load = self._home.get(command.leg), self._clips.get(command.clip)
        if home is not None and load is not None and load.clip not in self._lent[home]:
            self._lent[home].add(load.clip)
            self._command(home, load)
        self._pass_on(command)

    def _forget(self, command: Forget) -> None:
        self._clips.pop(command.clip, None)
        for worker, lent in enumerate(self._lent):
            if command.clip in lent:
                lent.discard(command.clip)
                self._command(worker, command)

    # Meetings.

    def _join(self, command: Join) -> None:
        leg, other = command.leg, command.other
        here, there = self._home.get(leg), self._home.get(other)
        if here is None or there is None or other in self._joined.get(leg, ()):
            return
        if here != there:
            if not self._extensions.use(leg, here, there, other):
                return
            self._joined.setdefault(leg, {})[other] = leg, there
            self._joined.setdefault(other, {})[leg] = leg, there
        self._command(there, command)

    def _part(self, command: Part) -> None:
        leg, other = command.leg, command.other
        joined = self._joined.get(leg, {}).pop(other, None)
        if joined is None:
            self._pass_on(command)
            return
        self._joined[other].pop(leg)
        guest, there = joined
        self._command(there, command)
        self._extensions.unuse(guest, there, other if guest == leg else leg)

    def _seat(self, command: Seat) -> None:
        leg, room = command.leg, command.room
        here, there = self._home.get(leg), self._home.get(room)
        if here is None or there is None:
            return
        before = self._seat_of.get(leg, room)
        if before != room:
            self._unseat(Unseat(leg, before))
        self._seat_of[leg] = room
        self._seated.setdefault(room, set()).add(leg)
        self._command(here, command)
        if here != there and self._extensions.use(leg, here, there, room):
            self._command(there, command)

    def _unseat(self, command: Unseat) -> None:
        leg, room = command.leg, command.room
        if self._seat_of.get(leg) != room:
            return
        del self._seat_of[leg]
        self._seated[room].discard(leg)
        self._pass_on(command)
        there = self._home.get(room)
        if there is not None and there != self._home.get(leg):
            self._command(there, command)
            self._extensions.unuse(leg, there, room)

    # Ends.

    def _close(self, command: Close | CloseRoom) -> None:
        self._leave(subject(command))
        self._pass_on(command)

    def _leave(self, name: str) -> None:
        """Let a leg or room meet nobody any more."""
        for other in list(self._joined.pop(name, ())):
            guest, there = self._joined[other].pop(name)
            if guest == other:
                self._extensions.unuse(guest, there, name)
        if name in self._seat_of:
            self._unseat(Unseat(name, self._seat_of[name]))
        for leg in list(self._seated.get(name, ())):
            self._unseat(Unseat(leg, name))
        self._seated.pop(name, None)
        self._extensions.withdraw(name)

    def _on_report(self, worker: int, report: Report) -> None:
        if isinstance(report, OpenFailed | Closed | Lost):
            if self._extensions.gone((worker, report.leg)):
                return
            self._leave(report.leg)
            if self._home.pop(report.leg, None) is not None:
                self._rows[worker] -= 1
        self._sink(report)
