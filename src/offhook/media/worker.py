"""The media worker: a process of its own that does nothing but tick and carry out commands.

It is started by `control` with one end of a socket pair, waits for commands until the next tick is
due, ticks, and tells what happened. It has no event loop. When the other end of the socket goes,
it finishes its recordings and exits; signals meant for the whole group are control's business.
"""

import contextlib
import gc
import random
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from offhook.clock import Monotonic
from offhook.media import frames, mmsg
from offhook.media.departure import Departure
from offhook.media.frames import Beat
from offhook.media.messages import Command, Heard, Report
from offhook.media.patches import Rings
from offhook.media.plane import TICK_S, Pace, Plane
from offhook.media.ports import UdpPorts
from offhook.media.recorder import Recorder, ThreadWriter
from offhook.media.rings import shared_memory
from offhook.media.shared import SharedPorts
from offhook.media.urgency import hurry
from offhook.media.work import WorkerSettings

BEAT_S = 1.0
READ_BYTES = 1 << 18  # of commands at once: a long clip must not hold up a tick
BACKLOG_BYTES = 1 << 24  # of reports that control does not read
STALE_BYTES = 1 << 22  # of them, beyond which what was heard is left out
OBEY_S = TICK_S / 5  # for commands when ticks are later than that: what ends legs helps most then
THREAD_SWITCH_S = 0.0005  # the recorder's thread must not hold up a tick


class Link:
    """The worker's end of the socket to control; never blocks."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._stream.setblocking(False)
        self._unpacker = frames.commands()
        self._unsent = bytearray()
        self.open = True

    def wait(self, timeout_s: float) -> list[Command]:
        """Wait for commands, at most so long; return those that came."""
        # select() and not poll(): a tick needs a finer timeout than milliseconds
        readable, _, _ = select.select([self._stream], [], [], max(0.0, timeout_s))
        if not readable:
            return []
        try:
            data = self._stream.recv(READ_BYTES)
        except ConnectionError:
            data = b""
        self.open = bool(data)
        return self._unpacker.feed(data)

    def send(self, messages: Sequence[Report | Beat]) -> None:
        """Send what fits, keep the rest; raises BufferError when control has stopped reading."""
        for message in messages:
            if isinstance(message, Heard) and len(self._unsent) > STALE_BYTES:
                continue
            self._unsent += frames.pack(message)
        if self._unsent:
            with contextlib.suppress(BlockingIOError, ConnectionError):
                del self._unsent[: self._stream.send(self._unsent)]
        if len(self._unsent) > BACKLOG_BYTES:
            raise BufferError("control does not read its reports")

    def finish(self) -> None:
        """Send the rest, blocking."""
        self._stream.settimeout(BEAT_S)
        with contextlib.suppress(OSError):
            self._stream.sendall(self._unsent)
        self._stream.close()


class Worker:
    """The loop: commands until a tick is due, then the tick."""

    def __init__(
        self,
        link: Link,
        plane: Plane,
        now: Monotonic = time.monotonic,
        ports: Callable[[], float] = lambda: 0.0,  # the share that is used
    ) -> None:
        self._link = link
        self._plane = plane
        self._ports = ports
        self._now = now
        self._commands: deque[Command] = deque()  # read and not yet carried out
        self._pace: Pace | None = None  # while there is something to tick for
        self._ticks = 0
        self._skipped = 0
        self._late_s: list[float] = []  # of the ticks since the last beat
        self._busy_s = 0.0
        self._departure = Departure(now, time.sleep)  # noqa: TID251 no event loop here

    def run(self) -> None:
        """Serve until control goes."""
        next_beat = self._now()
        while self._link.open or self._commands:
            if self._now() >= next_beat:
                self._beat()
                next_beat += BEAT_S
            deadline = min(next_beat, self._pace.due) if self._pace else next_beat
            self._obey(deadline)
            self._tick()
            self._link.send(self._plane.reports(self._now()))
        self._link.send(self._plane.close(self._now()))
        self._link.finish()

    def _obey(self, deadline: float) -> None:
        """Carry out commands until the deadline; a burst of them must not hold up a tick."""
        if not self._commands:
            self._commands += self._link.wait(deadline - self._now())
        now = self._now()
        if now - deadline > OBEY_S:  # not just woken late: there is too much to do
            deadline = now + OBEY_S
        deadline = min(deadline, now + TICK_S)
        while self._commands:
            self._plane.command(self._commands.popleft(), self._now())
            if self._now() >= deadline:
                break

    def _tick(self) -> None:
        if self._pace is None:
            self._pace = Pace(self._now()) if self._plane.busy else None
            return
        began = self._now()
        due = self._pace.due
        owed = self._pace.take(began)
        if not owed:
            return
        waited_s = self._departure.waited_s
        for _ in range(owed - 1):  # what is made up for is late already
            self._plane.tick(began)
        self._plane.tick(began, partial(self._departure.wait, due))
        self._ticks += owed
        self._late_s.append(began - due)
        self._busy_s += self._now() - began - (self._departure.waited_s - waited_s)
        if not self._plane.busy:
            self._skipped += self._pace.skipped
            self._pace = None

    def _beat(self) -> None:
        """Tell that we live and how well; sweep up what the disabled collector left."""
        late = self._late_s or [0.0]
        skipped = self._skipped + (self._pace.skipped if self._pace else 0)
        self._link.send(
            [
                Beat(
                    legs=len(self._plane),
                    ticks=self._ticks,
                    skipped=skipped,
                    late_ms_max=max(late) * 1000,
                    late_ms_mean=sum(late) / len(late) * 1000,
                    busy_ms=self._busy_s * 1000,
                    ports=self._ports(),
                )
            ]
        )
        self._ticks, self._late_s, self._busy_s = 0, [], 0.0
        self._skipped = -self._pace.skipped if self._pace else 0
        gc.collect(0)


def make_ports(settings: WorkerSettings, rng: random.Random) -> UdpPorts | SharedPorts:
    """Return the sockets of a worker: shared ones if that is wanted and possible here."""
    possible = mmsg.AVAILABLE and ":" not in settings.host
    kind = SharedPorts if possible and settings.sockets == "shared" else UdpPorts
    return kind(settings.host, settings.advertised, settings.first_port, settings.last_port, rng)


def main() -> None:
    """Run a worker: `python -m offhook.media.worker FD SETTINGS`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    settings = msgspec.json.decode(sys.argv[2], type=WorkerSettings)
    hurry(settings.realtime)
    sys.setswitchinterval(THREAD_SWITCH_S)
    rng = random.SystemRandom()
    ports = make_ports(settings, rng)
    patches = settings.patches
    rings = Rings(shared_memory(settings.patch_file, patches)) if patches else None
    plane = Plane(ports, rng, settings.capacity, Recorder(ThreadWriter()), rings)
    link = Link(socket.socket(fileno=int(sys.argv[1])))
    gc.collect()
    gc.freeze()
    gc.disable()
    Worker(link, plane, ports=ports.used).run()
    ports.close_all()


if __name__ == "__main__":
    main()
