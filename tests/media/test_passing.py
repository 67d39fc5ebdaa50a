"""Whoever hears one source alone gets its bytes, and that sounds like what the switch made."""

import random

import numpy as np
import pytest

from offhook.media import codecs
from offhook.media.codecs import CODECS, FRAME, Bytes, Flags, Ints, Pcm
from offhook.media.messages import Connect, Seat, Unseat
from offhook.media.passing import Passing
from offhook.media.players import Arena, Players
from offhook.media.rooms import Rooms
from offhook.media.rows import NO_SOCKET, Rows
from offhook.media.switch import Switch

LEGS, CAPACITY = 6, 8
NAMES = [f"leg {number}" for number in range(LEGS)]
SOURCES = 2 * CAPACITY + 1


class Crossbar:
    """What an engine has around it: far ends that say noise, players, a switch and a room."""

    def __init__(self, seed: int) -> None:
        self.random, self.noise = random.Random(seed), np.random.default_rng(seed)
        self.rows = Rows(CAPACITY)
        self.switch = Switch(CAPACITY, SOURCES)
        self.rooms = Rooms(self.rows, CAPACITY, SOURCES - 1)
        self.players = Players(CAPACITY, Arena(1 << 14))
        self.passing = Passing(self.rows, self.switch, self.rooms, self.players, CAPACITY)
        for row, name in enumerate(NAMES):
            self.rows.take(name, row)
            self.rows.agree(row, self.spoken(name))
        self.rows.take("room", NO_SOCKET)
        self.rooms.open("room")
        for clip in ("short", "long"):
            self.players.load(clip, self.sound(200 if clip == "short" else 3000))
        self.sources: Pcm = np.zeros((SOURCES, FRAME), np.int16)
        self.out: Pcm = np.zeros((CAPACITY, FRAME), np.int16)
        self.coded: Bytes = np.zeros((CAPACITY, FRAME), np.uint8)

    def spoken(self, name: str) -> Connect:
        return Connect(name, "192.0.2.1", 1, 2, self.random.choice([*CODECS[:2], "PCMU"]))

    def sound(self, length: int) -> Pcm:
        return self.noise.integers(-32768, 32768, length, np.int16)

    def change(self) -> None:
        """Let something happen to one leg."""
        row, other = self.random.sample(range(LEGS), 2)
        match self.random.randrange(8):
            case 0 | 1:
                self.switch.connect(row, other)
            case 2:
                self.switch.clear(row, (row, CAPACITY + row))
            case 3 | 4:
                loop, clip = self.random.random() < 0.5, self.random.choice(["short", "long"])
                self.players.play(row, 1, clip, loop, int(self.rows.codec[row]))
                self.switch.connect(row, CAPACITY + row)
            case 5:
                self.rows.agree(row, self.spoken(NAMES[row]))
            case 6:
                self.rooms.seat(Seat(NAMES[row], "room", hears=self.random.random() < 0.8))
            case 7:
                self.rooms.seat(Unseat(NAMES[row], "room"))
        self.passing.stale = True

    def tick(self) -> Flags:
        """Let 20 ms pass; return who was heard."""
        self.passing.look(LEGS)
        came = self.noise.integers(0, 256, (LEGS, FRAME), np.uint8)
        heard = self.noise.random(LEGS) < self.random.choice([0.7, 1.0])
        codec = self.rows.codec[:LEGS]
        codecs.decode(came, codec, self.sources[:LEGS])
        self.sources[:LEGS][~heard] //= 2  # concealed somehow
        ended = self.players.tick(self.sources[CAPACITY : 2 * CAPACITY])
        self.switch.route(self.sources, self.out, [slice(None)])
        self.rooms.mix(self.sources, self.out)
        for row, _ in ended:
            self.switch.disconnect(row, CAPACITY + row)
        self.passing.stale = bool(ended)
        self.passing.encode(heard, came, self.out[:LEGS], self.coded[:LEGS])
        self.came = came
        return heard

    def plainly(self) -> Pcm:
        """What everybody should hear: the switch's sound, coded and decoded."""
        coded, pcm = np.zeros((LEGS, FRAME), np.uint8), np.zeros((LEGS, FRAME), np.int16)
        codecs.encode(self.out[:LEGS], self.rows.codec[:LEGS], coded)
        codecs.decode(coded, self.rows.codec[:LEGS], pcm)
        return pcm

    def sounding(self) -> Pcm:
        pcm = np.zeros((LEGS, FRAME), np.int16)
        codecs.decode(self.coded[:LEGS], self.rows.codec[:LEGS], pcm)
        return pcm


@pytest.mark.parametrize("seed", range(40))
def test_it_sounds_as_the_switch_says_whatever_happens(seed: int) -> None:
    world = Crossbar(seed)

    for _ in range(60):
        for _ in range(world.random.randrange(3)):
            world.change()
        world.tick()
        assert (world.sounding() == world.plainly()).all()


def test_bridged_legs_of_one_codec_get_each_others_very_bytes() -> None:
    world = Crossbar(1)
    for row in range(LEGS):
        world.rows.agree(row, Connect(NAMES[row], "192.0.2.1", 1, 2))
    for row in range(0, LEGS, 2):
        world.switch.connect(row, row + 1)
        world.switch.connect(row + 1, row)
    heard = world.tick()
    swapped = world.came[[1, 0, 3, 2, 5, 4]]

    passed = heard[[1, 0, 3, 2, 5, 4]]
    assert passed.any()
    assert (world.coded[:LEGS][passed] == swapped[passed]).all()
    assert (swapped == 0x7F).any()  # a zero that coding anew would turn into another one


@pytest.mark.parametrize("codec", CODECS[:2])
def test_a_clip_played_again_is_coded_no_more(codec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = Crossbar(2)
    for row in range(LEGS):
        world.rows.agree(row, Connect(NAMES[row], "192.0.2.1", 1, 2, codec))
        world.players.play(row, 1, "long", False, int(world.rows.codec[row]))
        world.switch.connect(row, CAPACITY + row)
    coded: list[int] = []  # rows
    encode = codecs.encode

    def counted(pcm: Pcm, kinds: Ints, payload: Bytes) -> None:
        coded.append(len(pcm))
        encode(pcm, kinds, payload)

    monkeypatch.setattr(codecs, "encode", counted)
    world.tick()

    assert coded == []
    assert (world.sounding() == world.plainly()).all()
