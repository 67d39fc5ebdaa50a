"""Stretches in which nobody says anything are passed over: an hour of hold costs little.

In virtual time a tick of 20 ms costs the same whether something is said or not. While nothing is,
all that happens is that every number counts on: sequence numbers, timestamps, packets, positions.
So the state of a later tick is known without the ticks between: it is this one, moved on.

That this is so is not assumed but seen: `translate` tells what one tick would do to the whole state
of an engine, two real ticks must have done just that, in every engine of the world, and only then
time is passed over, by the same rule, up to shortly before anything else is due: a timer, or an
RTCP report. What the rule does not know is a difference, and then nothing is passed over. The
estimate of jitter alone is taken as equal within a timestamp unit, because it rounds.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import FRAME
from offhook.media.local import LocalMedia
from offhook.media.messages import Sink
from offhook.media.outgoing import Outgoing
from offhook.media.packets import Ports
from offhook.media.plane import TICK_S
from offhook.media.players import Arena
from offhook.media.recorder import Recordings
from offhook.testing.damage import DamagedPorts
from offhook.testing.ears import Ears
from offhook.testing.loop import VirtualLoop
from offhook.testing.wire import Wire

PROOFS: Final = 2  # ticks in a row that did what the rule says
MARGIN_TICKS: Final = 1  # before anything else is due
WORTH_TICKS: Final = 6
SLOW_TICKS: Final = 25  # of quiet, before anybody looks closer
MOST_ROWS: Final = 256  # of larger engines the state is too large to be compared each time
PACKET_BYTES: Final = 12 + FRAME
HALF, WHOLE = 0xFFFF, 0xFFFFFFFF
ROUGH: Final = {"_reception.jitter": 1.0}  # timestamp units
NEARLY: Final = 1e-6

KNOWN: Final = {  # what `translate` moves
    "_senders.timestamp",
    "_senders._sequence",
    "_senders.packets",
    "_senders.octets",
    "_reception.highest",
    "_reception._counted",
    "_reception.jitter",
    "_latches._heard_at",
    "_voice._quiet",
    "_jitter._state",
    "_jitter._played",
    "_jitter._filled",
    "_jitter._ring",
    "_jitter._ticks",
    "_ears._tick",
}

State = dict[str, Any]  # path -> array or number
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Streams:
    """Which rows of an engine send, and which receive."""

    count: int
    sending: Mask
    receiving: Mask


def collect(thing: object, path: str = "", seen: set[int] | None = None) -> State:
    """Return all arrays and numbers of an engine: the arrays themselves, no copies."""
    seen = set() if seen is None else seen
    state: State = {}
    for name, value in vars(thing).items():
        place = f"{path}{name}"
        if isinstance(value, np.ndarray):
            if value.base is None:  # a view shows what another array holds
                state[place] = value
        elif isinstance(value, bool | int | float):
            state[place] = value
        elif isinstance(value, dict | list):
            state[place] = len(value)
        elif _is_media(value) and id(value) not in seen:
            seen.add(id(value))
            state |= collect(value, f"{place}.", seen)
    return state


def _is_media(value: object) -> bool:
    module = type(value).__module__
    exempt = isinstance(value, Outgoing | Arena)  # what is sent, and clips that nobody plays
    return module.startswith("offhook.media.") and hasattr(value, "__dict__") and not exempt


def copied(state: State) -> State:
    """Return a state that does not change any more."""
    return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in state.items()}


def streams(before: State, after: State, count: int) -> Streams | None:
    """See in one tick who sends and who receives; None if it was not one packet each."""
    sent = after["_senders.packets"] - before["_senders.packets"]
    received = after["_reception._counted"] - before["_reception._counted"]
    if not (np.isin(sent, (0, 1)).all() and np.isin(received, (0, 1)).all()):
        return None
    return Streams(count, sent == 1, received == 1)


def translate(state: State, ticks: int, who: Streams) -> None:
    """Move a state on by so many ticks in which nothing is said; arrays are changed in place."""
    live = np.arange(len(who.sending)) < who.count
    samples = ticks * FRAME
    stamp = state["_senders.timestamp"]
    stamp[live] = stamp[live] + samples & WHOLE
    sequence = state["_senders._sequence"]
    sequence[who.sending] = sequence[who.sending] + ticks & HALF
    state["_senders.packets"][who.sending] += ticks
    state["_senders.octets"][who.sending] += samples
    for name in ("highest", "_counted"):
        state[f"_reception.{name}"][who.receiving] += ticks
    state["_reception.jitter"][who.receiving] *= (15 / 16) ** ticks  # RFC 3550 A.8
    state["_latches._heard_at"][who.receiving] += ticks * TICK_S
    state["_voice._quiet"][live] += ticks
    _move_buffers(state, ticks, who, live)
    for counter in ("_jitter._ticks", "_ears._tick"):
        state[counter] += ticks


def _move_buffers(state: State, ticks: int, who: Streams, live: Mask) -> None:
    """Move positions, and the slots that wait to be played, of the jitter buffers."""
    samples, rows = ticks * FRAME, who.receiving
    buffers = state["_jitter._state"]  # newest, stamp, least, most, next, missing
    buffers[0, rows] += samples
    buffers[1, rows] = buffers[1, rows] + samples & WHOLE
    buffers[4, live] += samples
    buffers[5, live & ~rows] += ticks
    state["_jitter._played"][rows] += samples
    filled = state["_jitter._filled"].reshape(-1, len(rows))  # [slot, row]
    ring = state["_jitter._ring"].reshape(*filled.shape, FRAME)
    filled[:, rows] = np.roll(filled[:, rows], ticks, axis=0)
    ring[:, rows] = np.roll(ring[:, rows], ticks, axis=0)


def same(expected: State, found: State) -> bool:
    """Whether two states are the same, but for the rounding of times and jitter."""
    return expected.keys() == found.keys() and all(
        _equal(value, found[path], ROUGH.get(path, NEARLY)) for path, value in expected.items()
    )


def _equal(expected: Any, found: Any, tolerance: float) -> bool:
    if isinstance(expected, float) or getattr(expected, "dtype", None) == np.float64:
        return bool(np.isclose(expected, found, rtol=0, atol=tolerance, equal_nan=True).all())
    if isinstance(expected, np.ndarray):
        alike = expected.shape == found.shape and expected.tobytes() == found.tobytes()
        return bool(alike)
    return bool(expected == found)


class House:
    """All media planes of a virtual world, which only together can pass time over."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.planes: list[StillMedia] = []
        self.passed_s = 0.0  # so far
        self.open = False  # every tick is taken until somebody opens it
        self._glances: dict[asyncio.Future[None], asyncio.TimerHandle] = {}

    async def glance(self, seconds: float, end: float) -> None:
        """Wait so long, or for as long as time is passed over, but not past the end."""
        loop = asyncio.get_running_loop()
        limit = loop.call_at(end, _nothing)  # it is due, and so nothing passes it over
        future: asyncio.Future[None] = loop.create_future()
        self._glances[future] = loop.call_later(seconds, future.set_result, None)
        try:
            await future
        finally:
            limit.cancel()
            self._glances.pop(future).cancel()

    def room(self, loop: VirtualLoop) -> int:
        """Return how many ticks there are until something else is due."""
        own = {id(plane.timer) for plane in self.planes} | set(map(id, self._glances.values()))
        dues = [each.when() for each in loop.timers if id(each) not in own]
        dues += [plane.engine._reporting._next_due for plane in self.planes]
        until = min(dues, default=loop.time())
        return int((until - loop.time()) / TICK_S) - MARGIN_TICKS if until < np.inf else 0

    def pass_over(self, first: "StillMedia", loop: VirtualLoop) -> bool:
        """Pass time over if that can be, at a tick of one of the planes."""
        if not self.open:
            return False
        busy = [plane for plane in self.planes if plane is first or plane.timer is not None]
        if loop._ready or not all(each.proofs >= PROOFS for each in busy):  # type: ignore[attr-defined]
            return False
        ticks = self.room(loop)  # which takes a look at every timer
        if ticks < WORTH_TICKS or not (self._is_wire_still() and self.has_good_paths()):
            return False
        for ports in self.wire.hosts.values():
            for batch in ports._queue:
                _move_packets(batch.packets.data, ticks)
                batch.arrival[:] = np.round(batch.arrival + ticks * TICK_S, 9)
        busy.sort(key=lambda plane: -1.0 if plane.timer is None else plane.timer.when())
        for plane in busy:
            plane.move(ticks)
        for future, handle in self._glances.items():  # whoever looks, looks after that
            handle.cancel()
            later = loop.time() + ticks * TICK_S
            self._glances[future] = loop.call_at(later, future.set_result, None)
        self.passed_s += ticks * TICK_S
        return True

    def is_calm(self) -> bool:
        """Whether all planes have been quiet for a while, so that it is worth to look closer."""
        return all(each.is_calm for each in self.planes if each.timer is not None)

    def has_good_paths(self) -> bool:
        """Whether nothing happens to packets on their way."""
        hosts, paths = [each.host for each in self.wire.hosts.values()], self.wire.paths
        between = (paths.quality("rtp", one, other) for one in hosts for other in hosts)
        return not any(each.loss or each.jitter_s or each.duplicate for each in between)

    def _is_wire_still(self) -> bool:
        """Whether nothing but sound is under way."""
        batches = [each.packets for ports in self.wire.hosts.values() for each in ports._queue]
        return all((each.length == PACKET_BYTES).all() and not each.rtcp.any() for each in batches)


def _nothing() -> None:
    """Be due."""


def _move_packets(data: npt.NDArray[np.uint8], ticks: int) -> None:
    """Let RTP packets that are under way be those of so many ticks later."""
    sequence = data[:, 2:4].copy().view(">u2").astype(np.int64) + ticks & HALF
    stamp = data[:, 4:8].copy().view(">u4").astype(np.int64) + ticks * FRAME & WHOLE
    data[:, 2:4] = sequence.astype(">u2").view(np.uint8)
    data[:, 4:8] = stamp.astype(">u4").view(np.uint8)


@dataclass(slots=True)
class _Proof:
    """What has been seen of the ticks so far."""

    before: State | None = None
    who: Streams | None = None
    expected: State | None = None
    seen: int = 0
    quiet: int = field(default=0)  # ticks in a row


class StillMedia(LocalMedia):
    """A media plane in virtual time that can be moved on."""

    def __init__(
        self,
        house: House,
        ports: Ports,
        sink: Sink,
        rng: random.Random,
        capacity: int = 64,
        recorder: Recordings | None = None,
    ) -> None:
        super().__init__(ports, sink, rng, capacity, recorder)
        self._house = house
        self._proof = _Proof()
        house.planes.append(self)

    @property
    def engine(self) -> Any:
        """The engine: this module knows all of its state."""
        return self._plane._engine

    @property
    def timer(self) -> asyncio.TimerHandle | None:
        """What wakes it for its next tick."""
        return self._timer

    @property
    def is_calm(self) -> bool:
        """Whether nobody has said anything for a while."""
        return self._proof.quiet >= SLOW_TICKS

    @property
    def proofs(self) -> int:
        """How many of the latest ticks did what `translate` says."""
        return self._proof.seen

    async def close(self) -> None:
        """Close all legs."""
        if self in self._house.planes:
            self._house.planes.remove(self)
        await super().close()

    def move(self, ticks: int) -> None:
        """Be so many ticks later."""
        state = collect(self.engine)
        assert self._proof.who is not None
        translate(state, ticks, self._proof.who)
        self.engine._jitter._ticks = state["_jitter._ticks"]
        self.engine._ears._tick = state["_ears._tick"]
        recorder = self._plane._recorder
        if isinstance(recorder, Ears):
            recorder.hear_nothing(ticks)
        self._proof = _Proof(quiet=SLOW_TICKS, who=self._proof.who)
        loop = self._running()
        if self._timer is not None:
            self._timer.cancel()
        self._pace._taken += ticks
        self._timer = loop.call_at(self._pace.due, self._tick)

    def _tick(self) -> None:
        loop = self._running()
        if isinstance(loop, VirtualLoop):
            self._timer = None  # it has just gone off
            if self._house.pass_over(self, loop):
                return
            super()._tick()
            self._see(loop)
        else:
            super()._tick()

    def _see(self, loop: VirtualLoop) -> None:
        """Compare what the tick did with what the rule says."""
        proof = self._proof
        if not (self._house.open and self._is_quiet() and self._house.has_good_paths()):
            self._proof = _Proof()
            return
        proof.quiet += 1
        worth = self._house.is_calm() and self._house.room(loop) >= WORTH_TICKS
        if not worth or not self._is_steady():
            self._proof = _Proof(quiet=proof.quiet, who=proof.who)
            return
        now = collect(self.engine)
        if KNOWN - now.keys():
            return  # an engine that is made otherwise: every tick is taken
        if proof.expected is not None:
            if not same(proof.expected, now):
                self._proof = _Proof(quiet=proof.quiet, before=copied(now))
                return
            proof.seen += 1
        elif proof.before is not None and proof.who is None:
            proof.who = streams(proof.before, now, self._count())
        if proof.who is None:
            proof.before = copied(now)
        else:
            proof.expected = copied(now)
            translate(proof.expected, 1, proof.who)

    def _is_steady(self) -> bool:
        """Whether the jitter buffers wait for nothing to change: as long as in the last second."""
        jitter = self.engine._jitter
        rows = np.flatnonzero(jitter._active[: self._count()])
        return bool(
            not len(jitter._ample)
            and not jitter._short.any()
            and (jitter._spare[rows] == jitter._least[rows]).all()
            and (jitter._depth[rows] == jitter._most[rows]).all()
        )

    def _count(self) -> int:
        return int(self.engine._rows.count)

    def _is_quiet(self) -> bool:
        """Whether nobody says anything, plays, dials or listens, and no buffer is to change."""
        engine = self.engine
        if len(engine._senders.packets) > MOST_ROWS:
            return False
        makes_sound = engine._players._playing.any() or engine._dials._dialing.any()
        streamed = engine._feeds._queues or engine._ears._taps._taps
        return bool(
            not makes_sound
            and not streamed
            and not self._plane._rooms
            and not engine._sources[: self._count()].any()
            and not engine._out[: self._count()].any()
            and not engine._voice.active.any()
            and self._is_unrecorded()
            and self._has_good_lines()
        )

    def _is_unrecorded(self) -> bool:
        recorder = self._plane._recorder
        return isinstance(recorder, Ears) or not len(recorder)

    def _has_good_lines(self) -> bool:
        ports = self._plane._ports
        return not isinstance(ports, DamagedPorts) or ports.is_sound
