"""Several workers are to their callers one: whoever meets, wherever they live."""

import random
from collections.abc import Callable
from typing import Final

import numpy as np
import pytest

from offhook.media.codecs.g711 import ULAW_DECODE
from offhook.media.messages import (
    Close,
    Closed,
    CloseRoom,
    Command,
    Connect,
    Ended,
    Forget,
    Heard,
    Join,
    Listen,
    Load,
    Look,
    Looked,
    Lost,
    Open,
    Opened,
    OpenFailed,
    OpenRoom,
    Part,
    Patch,
    Play,
    Report,
    Seat,
    Sink,
    Unseat,
    Voice,
)
from offhook.media.patches import Rings
from offhook.media.plane import TICK_S, Plane
from offhook.media.recorder import InlineWriter, Recorder
from offhook.media.rings import local_memory
from offhook.media.workers import FULL, Workers
from offhook.testing import sound
from offhook.testing.network import Network

HZ: Final = dict(zip("abcdef", range(600, 1800, 200), strict=True))  # what each far end says
FRAMES: Final = 20  # of what is heard that are looked at


class Desk:
    """A worker in this process; `dies` and `refuses` patches when it is told to."""

    def __init__(self, sink: Sink, ports: Network, host: str, rings: Rings) -> None:
        self.sink = sink
        self._ports = ports.ports(host)
        self._rings = rings
        self.load = 0.0
        self.sent: list[Command] = []
        self.legs: set[str] = set()
        self._renew()

    def _renew(self) -> None:
        recorder = Recorder(InlineWriter())
        self.plane = Plane(self._ports, random.Random(2), 32, recorder, self._rings)

    def send(self, command: Command) -> None:
        self.sent.append(command)
        if isinstance(command, Open | Patch):
            self.legs.add(command.leg)
        elif isinstance(command, OpenRoom):
            self.legs.add(command.room)
        self.plane.command(command, 0.0)

    def report(self, now: float) -> None:
        for report in self.plane.reports(now):
            if isinstance(report, Closed | OpenFailed):
                self.legs.discard(report.leg)
            self.sink(report)

    def die(self) -> None:
        """Be another worker, as `control` would have it."""
        legs, self.legs = self.legs, set()
        for leg in [*self.plane._places]:
            self.plane._places.give_back(leg)
        self._renew()
        for leg in sorted(legs):
            self.sink(Lost(leg, "it died"))


class House:
    """Workers, and phones on a network that each say a tone of their own for ever."""

    def __init__(self, workers: int, patches: int = 16, seed: int = 1) -> None:
        self.now = 0.0
        self.rng = random.Random(seed)
        self.network = Network(lambda: self.now, random.Random(1))
        memory = local_memory(patches)
        self.rings = Rings(memory)
        self.desks: list[Desk] = []
        self.reports: list[Report] = []
        make = [self._hire(f"192.0.2.{number}") for number in range(1, workers + 1)]
        self.media = Workers(self.reports.append, make, memory)
        phones = self.network.ports("192.0.2.99")
        self.phones = Plane(phones, random.Random(3), 16, Recorder(InlineWriter()))
        self._heard: dict[str, bytes] = {}

    def _hire(self, host: str) -> Callable[[Sink], Desk]:
        def make(sink: Sink) -> Desk:
            self.desks.append(Desk(sink, self.network, host, self.rings))
            return self.desks[-1]

        return make

    def send(self, *commands: Command) -> list[Report]:
        """Return what comes of them at once."""
        before = len(self.reports)
        for command in commands:
            self.media.send(command)
        for desk in self.desks:
            desk.report(self.now)
        return self.reports[before:]

    def tick(self, ticks: int = 1) -> None:
        """Let all workers tick, in any order, and the phones."""
        for _ in range(ticks):
            self.now += TICK_S
            for desk in self.rng.sample(self.desks, len(self.desks)):
                desk.plane.tick(self.now)
                desk.report(self.now)
            self.phones.tick(self.now)
            for report in self.phones.reports(self.now):
                if isinstance(report, Heard):
                    for number, (tap, _) in enumerate(report.lanes):
                        audio = report.audio[number * 160 : (number + 1) * 160]
                        self._heard[tap] = (self._heard[tap] + audio)[-FRAMES * 160 :]

    def open(self, leg: str, near: str = "", *, on: int | None = None) -> None:
        """Open a leg (on a certain worker) and connect it with its phone, which begins to speak."""
        loads = [desk.load for desk in self.desks]
        if on is not None:
            for number, desk in enumerate(self.desks):
                desk.load = 0.0 if number == on else FULL + 0.1
        (ours,) = self.send(Open(leg, near=near))
        for desk, load in zip(self.desks, loads, strict=True):
            desk.load = load
        assert isinstance(ours, Opened)
        self.phones.command(Open(leg), self.now)
        (theirs,) = (each for each in self.phones.reports(self.now) if isinstance(each, Opened))
        self.send(Connect(leg, theirs.host, theirs.rtp_port, theirs.rtcp_port))
        self._heard[leg] = b""
        for command in (
            Connect(leg, ours.host, ours.rtp_port, ours.rtcp_port),
            Load(leg, sound.tone(HZ[leg], 1.0, level=0.1).tobytes()),
            Play(leg, 1, leg, loop=True),
            Listen(leg, leg, ("inbound",)),
        ):
            self.phones.command(command, self.now)

    def hang_up(self, leg: str) -> None:
        self.send(Close(leg))
        self.phones.command(Close(leg), self.now)
        del self._heard[leg]

    def heard(self) -> dict[str, str]:
        """Whom each phone hears now."""
        self.tick(FRAMES + 15)  # what went before has gone
        return {leg: tones(self._heard[leg]) for leg in sorted(self._heard)}

    def home(self, leg: str) -> int:
        """Which worker a leg was opened on."""
        (home,) = (
            number
            for number, desk in enumerate(self.desks)
            if any(isinstance(each, Open) and each.leg == leg for each in desk.sent)
        )
        return home


def tones(audio: bytes) -> str:
    """Whose tones are in some frames of mu-law."""
    pcm = ULAW_DECODE[np.frombuffer(audio, np.uint8)].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))) / len(pcm)
    bins = {leg: round(hz * len(pcm) / 8000) for leg, hz in HZ.items()}
    return "".join(leg for leg, bin_ in bins.items() if spectrum[bin_ - 1 : bin_ + 2].max() > 150)


def house(*on: int, workers: int = 2, patches: int = 16) -> House:
    """Legs a, b … on workers of these numbers."""
    built = House(workers, patches)
    for leg, worker in zip("abcdef", on, strict=False):
        built.open(leg, on=worker)
    return built


def test_legs_of_different_workers_hear_each_other_until_they_part() -> None:
    there = house(0, 1, 1)
    there.send(Join("a", "b"))
    assert there.heard() == {"a": "b", "b": "a", "c": ""}
    there.send(Part("b", "a"))  # from the other side
    assert there.heard() == {"a": "", "b": "", "c": ""}
    there.send(Join("b", "a"), Part("a", "b"), Join("c", "a"))

    assert there.heard() == {"a": "c", "b": "", "c": "a"}


def test_a_room_has_members_of_all_workers() -> None:
    there = house(0, 1, 1, 2, workers=3)
    there.send(OpenRoom("r", near="a"))
    there.send(*(Seat(leg, "r") for leg in "abcd"))
    assert there.heard() == {"a": "bcd", "b": "acd", "c": "abd", "d": "abc"}
    there.send(Seat("b", "r", speaks=False), Seat("d", "r", speaks=False, hears=False))
    assert there.heard() == {"a": "c", "b": "ac", "c": "a", "d": ""}
    there.send(Seat("b", "r", coached=("d",)), Seat("d", "r"))
    assert there.heard() == {"a": "cd", "b": "acd", "c": "ad", "d": "abc"}
    there.send(Unseat("c", "r"))
    assert there.heard() == {"a": "d", "b": "ad", "c": "", "d": "ab"}
    there.send(CloseRoom("r"))

    assert there.heard() == dict.fromkeys("abcd", "")


def test_a_coached_leg_may_come_later_and_from_elsewhere() -> None:
    there = house(0, 1, 0)
    there.send(OpenRoom("r", near="a"))
    there.send(Seat("a", "r", coached=("b",)), Seat("c", "r"), Seat("b", "r"))

    assert there.heard() == {"a": "bc", "b": "ac", "c": "b"}


def test_a_room_plays_its_clips_to_members_elsewhere() -> None:
    there = house(0, 1)
    there.send(OpenRoom("r", near="a"), Load("tone", sound.tone(HZ["f"], 3.0).tobytes()))
    there.send(*(Seat(leg, "r") for leg in "ab"), Play("r", 9, "tone"))
    assert there.heard() == {"a": "bf", "b": "af"}
    there.tick(150)

    assert Ended("r", 9) in there.reports


def test_what_a_held_member_says_is_not_heard_by_who_listens_to_it() -> None:
    there = house(0, 1)
    there.send(OpenRoom("r", near="a"), Listen("b", "tap", ("inbound",)))
    for seat, loud in (
        (Seat("b", "r", speaks=False, hears=False), False),
        (Seat("b", "r", speaks=False), True),
        (Seat("b", "r", speaks=False, hears=False), False),
        (Unseat("b", "elsewhere"), False),
        (Unseat("b", "r"), True),
        (Seat("b", "r", speaks=False, hears=False), False),
        (CloseRoom("r"), True),
    ):
        there.send(seat)
        there.tick(20)
        frame = next(each for each in reversed(there.reports) if isinstance(each, Heard)).audio
        assert (len(set(frame)) > 1) is loud, seat


def test_a_leg_takes_part_in_several_things_at_once() -> None:
    there = house(0, 1, 1)
    there.send(OpenRoom("r", near="b"), Seat("a", "r"), Seat("b", "r"), Join("a", "c"))
    assert there.heard() == {"a": "bc", "b": "a", "c": "a"}
    there.send(Part("a", "c"))
    assert there.heard() == {"a": "b", "b": "a", "c": ""}
    there.send(OpenRoom("other", near="c"), Seat("a", "other"))
    assert there.heard() == {"a": "", "b": "", "c": ""}
    there.send(Seat("c", "other"))

    assert there.heard() == {"a": "c", "b": "", "c": "a"}


def test_one_voice_is_told_of_once_and_its_leg_keeps_its_counters() -> None:
    there = house(0, 1)
    there.send(Join("a", "b"))
    there.tick(50)
    voices = [each for each in there.reports if isinstance(each, Voice)]
    there.send(Look("a"))
    there.tick(1)
    (looked,) = (each for each in there.reports if isinstance(each, Looked))

    assert sorted(voice.leg for voice in voices) == ["a", "b"]
    assert looked.counters.packets_received > 40


def test_a_patch_is_free_again_when_both_its_ends_are() -> None:
    there = house(0, 1, patches=1)
    for _ in range(3):
        there.open("c", on=1)
        there.send(Join("c", "a"))
        assert there.heard()["c"] == "a"
        there.hang_up("c")
    there.open("d", on=0)
    there.send(Join("a", "b"), Join("d", "b"))  # for which there is no other one

    assert there.heard() == {"a": "b", "b": "a", "d": ""}
    assert len([each for each in there.reports if isinstance(each, Closed)]) == 3


def test_a_worker_without_a_row_left_for_a_patch_leaves_everybody_else_alone() -> None:
    there = house(0, 1)
    full = [f"r{number}" for number in range(31)]
    there.desks[1].load = 0.9
    for desk in there.desks:
        for room in full:
            desk.plane.command(OpenRoom(room), 0.0)
    there.send(Join("a", "b"))

    assert there.heard() == {"a": "", "b": ""}
    assert there.send(Close("a")) == [
        each for each in there.reports if isinstance(each, Closed) and each.leg == "a"
    ]


def test_the_legs_of_a_dead_worker_are_lost_and_nobody_elses() -> None:
    there = house(0, 1, 0, 1)
    there.send(OpenRoom("r", near="a"), Seat("a", "r"), Seat("b", "r"), Join("c", "d"))
    assert there.heard() == {"a": "b", "b": "a", "c": "d", "d": "c"}
    there.desks[0].die()
    lost = [each.leg for each in there.reports if isinstance(each, Lost)]
    assert lost == ["a", "c", "r"]
    assert there.heard() == {"a": "", "b": "", "c": "", "d": ""}
    there.send(Join("b", "d"))
    assert there.heard()["b"] == "d"
    there.open("e", on=0)
    there.send(Join("e", "b"))

    assert there.heard() == {"a": "", "b": "de", "c": "", "d": "b", "e": "b"}


def test_new_legs_go_where_fewest_are_and_to_whom_they_will_meet() -> None:
    there = House(3)
    for leg in "abc":
        there.open(leg)
    assert [there.home(leg) for leg in "abc"] == [0, 1, 2]
    there.open("d", near="b")
    assert there.home("d") == 1
    there.desks[1].load = FULL
    there.open("e", near="b")
    assert there.home("e") == 0
    there.desks[2].load = float("inf")  # it has died
    there.hang_up("e")
    there.open("f")

    assert there.home("f") == 0


def test_when_all_are_busy_the_least_busy_takes_a_leg() -> None:
    there = House(3)
    for desk, load in zip(there.desks, (0.95, 0.8, float("inf")), strict=True):
        desk.load = load
    there.open("a")

    assert there.home("a") == 1


def test_a_clip_is_loaded_once_by_each_worker_that_plays_it() -> None:
    there = house(0, 1)
    there.send(Load("tone", bytes(3200)), Load("other", bytes(320)))
    there.send(*(Play(leg, play, "tone") for play in (1, 2) for leg in "a"))
    loads = [[each for each in desk.sent if isinstance(each, Load)] for desk in there.desks]
    assert [[load.clip for load in each] for each in loads] == [["tone"], []]
    there.send(Forget("tone"), Play("b", 3, "tone"), Play("nobody", 3, "other"))

    assert Forget("tone") in there.desks[0].sent
    assert not [each for each in there.desks[1].sent if isinstance(each, Load | Forget)]


def test_commands_to_who_is_gone_have_no_effect() -> None:
    there = house(0, 1)
    there.send(OpenRoom("r", near="a"))
    there.hang_up("a")
    sent = [len(desk.sent) for desk in there.desks]
    there.send(Join("a", "b"), Join("b", "a"), Part("a", "b"), Seat("a", "r"), Unseat("a", "r"))
    there.send(Seat("b", "nowhere"), Close("a"), CloseRoom("nowhere"), Play("a", 1, "tone"))

    assert [len(desk.sent) for desk in there.desks] == sent


@pytest.mark.parametrize("seed", range(8))
def test_many_workers_do_what_one_does(seed: int) -> None:
    """Legs come, meet, part and go at random, once with one worker and once with three."""
    rng = random.Random(seed)
    story = list(_story(rng))
    one, three = House(1), House(3, seed=seed)
    for step, (doing, leg) in enumerate(story):
        for each in (one, three):
            match doing:
                case "open":
                    each.open(leg)
                case "close":
                    each.hang_up(leg)
                case str():
                    raise AssertionError(doing)
                case _:
                    each.send(doing)
        if step % 3 == 2 or step == len(story) - 1:
            assert one.heard() == three.heard(), story[: step + 1]
    lost = [each for each in three.reports if isinstance(each, OpenFailed | Lost)]

    assert not lost
    assert any(isinstance(each, Patch) for desk in three.desks for each in desk.sent)


def _story(rng: random.Random) -> list[tuple[Command | str, str]]:
    """Return 40 steps: a command, or to "open" or "close" a leg."""
    steps: list[tuple[Command | str, str]] = [("open", leg) for leg in "abcd"]
    legs, rooms = set("abcd"), ["r", "s"]
    steps += [(OpenRoom(room, near=rng.choice("abcd")), "") for room in rooms]
    joined: set[frozenset[str]] = set()
    for _ in range(40):
        leg, other = rng.sample(sorted(legs), 2) if len(legs) > 1 else ("", "")
        match rng.choice(["join", "part", "seat", "seat", "unseat", "open", "close"]):
            case "join" if leg:
                joined.add(frozenset((leg, other)))
                steps.append((Join(leg, other), ""))
            case "part" if joined:
                leg, other = rng.sample(sorted(pair := rng.choice(sorted(joined, key=sorted))), 2)
                joined.discard(pair)
                steps.append((Part(leg, other), ""))
            case "seat" if leg:
                speaks, hears = rng.choice([(True, True), (False, True), (False, False)])
                coached = tuple(rng.sample(sorted(legs), 1)) if rng.random() < 0.2 else ()
                steps.append((Seat(leg, rng.choice(rooms), speaks, hears, coached), ""))
            case "unseat" if leg:
                steps.append((Unseat(leg, rng.choice(rooms)), ""))
            case "open" if len(legs) < len(HZ):
                leg = min(set(HZ) - legs)
                legs.add(leg)
                steps.append(("open", leg))
            case "close" if len(legs) > 2:
                legs.discard(leg)
                joined = {pair for pair in joined if leg not in pair}
                steps.append(("close", leg))
    return steps
