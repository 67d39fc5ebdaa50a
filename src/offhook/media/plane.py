"""A media plane that is driven from outside: engine, ports and recorder under one roof.

`LocalMedia` drives it from an event loop and the worker process from a loop of its own; neither
has anything to say about media. A tick is: receive, compute, hand recorded audio over, send.
"""

import random
from collections.abc import Callable

from offhook.media.engine import Engine
from offhook.media.latches import NOBODY
from offhook.media.messages import (
    Close,
    CloseRoom,
    Command,
    Connect,
    Open,
    Opened,
    OpenFailed,
    OpenRoom,
    Patch,
    PauseRecord,
    Record,
    Recorded,
    Report,
    StopRecord,
)
from offhook.media.packets import Ports
from offhook.media.patches import Rings
from offhook.media.places import Places
from offhook.media.recorder import Recordings
from offhook.media.rows import NoRowError

TICK_S = 0.02
TICKS_AT_ONCE = 5  # made up for after a delay; a longer one leaves a gap in what we send


class Pace:
    """When ticks are due: at fixed distances from the first, however late each one runs."""

    def __init__(self, now: float) -> None:
        self._origin = now
        self._taken = 0
        self.skipped = 0  # ticks that were given up

    @property
    def due(self) -> float:
        """The moment of the next tick."""
        return self._origin + (self._taken + 1) * TICK_S

    def take(self, now: float) -> int:
        """Return how many ticks to run now, and count them and those given up as run."""
        owed = int((now - self.due) / TICK_S + 1.000001)  # a timer may be early by a rounding
        if owed <= 0:
            return 0
        run = min(owed, TICKS_AT_ONCE)
        self.skipped += owed - run
        self._taken += owed
        return run


class Plane:
    """Takes commands and ticks, gives reports; blocks nowhere."""

    def __init__(
        self,
        ports: Ports,
        rng: random.Random,
        capacity: int,
        recorder: Recordings,
        rings: Rings | None = None,
    ) -> None:
        self._ports = ports
        self._engine = Engine(capacity, rng, rings)
        self._recorder = recorder
        self._places = Places(ports, self._engine.meant)
        self._rooms: set[str] = set()
        self._patches: set[str] = set()
        self._reports: list[Report] = []

    def __len__(self) -> int:
        """Return the number of open legs."""
        return len(self._places)

    @property
    def busy(self) -> bool:
        """Whether there is anything to do for a tick."""
        return len(self._engine) > 0 or len(self._recorder) > 0

    def command(self, command: Command, now: float) -> None:
        """Carry out a command; one to a leg or room that is gone has no effect."""
        match command:
            case Open():
                self._open(command, now)
            case Connect(leg) if leg in self._places:
                self._connect(command, now)
            case Close(leg) if leg in self._places or leg in self._patches:
                self._close(leg, now)
            case OpenRoom() | Patch():
                self._open_inner(command, now)
            case CloseRoom(room) if room in self._rooms:
                self._close(room, now)
            case Connect() | Close() | CloseRoom():
                pass
            case Record() | PauseRecord() | StopRecord():
                self._record(command, now)
            case _:
                self._engine.apply(command, now)

    def _record(self, command: Record | PauseRecord | StopRecord, now: float) -> None:
        if command.leg not in self._places and command.leg not in self._rooms:
            return
        self._engine.apply(command, now)
        match command:
            case Record(leg, recording, path, tracks):
                self._recorder.start(leg, recording, path, len(tracks))
            case PauseRecord(_, recording, paused):
                self._recorder.pause(recording, paused)
            case StopRecord(_, recording):
                self._recorder.stop(recording)

    def tick(self, now: float, ready: Callable[[], None] = lambda: None) -> None:
        """Let 20 ms of all calls pass; `ready` is called before anything is sent."""
        self._engine.receive(self._ports.receive(), now)
        packets = self._engine.tick(now)
        lanes, pcm = self._engine.taps()
        if lanes:
            self._recorder.write(lanes, pcm)
        ready()
        self._ports.send(packets)

    def reports(self, now: float) -> list[Report]:
        """Return what has happened since the last call, in order of each leg."""
        for recorded in self._recorder.finished():
            self._recorded(recorded, now)
        reports = self._engine.reports() + self._reports
        self._reports = []
        return reports

    def close(self, now: float) -> list[Report]:
        """Close all legs and rooms, finish their recordings and return the last reports."""
        for leg in [*self._places, *self._rooms, *self._patches]:
            self._close(leg, now)
        self._reports += self._recorder.close()
        return self.reports(now)

    def _open(self, command: Open, now: float) -> None:
        leg = command.leg
        if self._is_open(leg):
            self._reports.append(OpenFailed(leg, "the leg is open already"))
            return
        try:
            place = self._places.take(command)
        except OSError as error:
            self._reports.append(OpenFailed(leg, error.strerror or str(error)))
            return
        try:
            self._engine.open(leg, place.socket, now, place.shared)
        except NoRowError as error:
            self._places.give_back(leg)
            self._reports.append(OpenFailed(leg, str(error)))
            return
        self._reports.append(Opened(leg, place.host, place.rtp_port, place.rtcp_port))

    def _open_inner(self, command: OpenRoom | Patch, now: float) -> None:
        """Open what needs no ports: a room or an end of a patch."""
        name = command.room if isinstance(command, OpenRoom) else command.leg
        if self._is_open(name):
            self._reports.append(OpenFailed(name, "it is open already"))
            return
        try:
            if isinstance(command, OpenRoom):
                self._engine.open_room(name, now)
                self._rooms.add(name)
            else:
                self._engine.open_patch(command, now)
                self._patches.add(name)
        except NoRowError as error:
            self._reports.append(OpenFailed(name, str(error)))

    def _is_open(self, name: str) -> bool:
        return name in self._places or name in self._rooms or name in self._patches

    def _connect(self, command: Connect, now: float) -> None:
        rtp_peer = self._peer(command.host, command.rtp_port)
        rtcp_peer = self._peer(command.host, command.rtcp_port)
        if self._engine.ambiguous(command.leg, rtp_peer, rtcp_peer):
            try:
                self._engine.move(command.leg, self._places.move(command.leg))
            except OSError:  # no port is free: better mute than mistaken for another
                rtp_peer = rtcp_peer = NOBODY
        self._engine.connect(command, rtp_peer, rtcp_peer, now)

    def _peer(self, host: str, port: int) -> int:
        """Return the key of an address; a name that needs DNS is nobody's."""
        try:
            return self._ports.peer(host, port) if port else NOBODY
        except (OSError, ValueError):
            return NOBODY

    def _close(self, leg: str, now: float) -> None:
        if leg in self._places:
            self._ports.send(self._engine.bye(leg, now))
            self._places.give_back(leg)
        self._rooms.discard(leg)
        self._patches.discard(leg)
        self._recorder.leave(leg)
        closed = self._engine.close(leg, now)
        for recorded in self._recorder.finished():  # before Closed where the writer is so fast
            self._recorded(recorded, now)
        self._reports.append(closed)

    def _recorded(self, recorded: Recorded, now: float) -> None:
        if recorded.failure is not None and recorded.recording not in self._recorder:
            self._engine.apply(StopRecord(recorded.leg, recorded.recording), now)
        self._reports.append(recorded)
