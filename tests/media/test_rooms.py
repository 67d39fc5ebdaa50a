"""Rooms against the matrix written out in full, and against the table of bxml.md 4.2."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.media.codecs import FRAME, Pcm
from offhook.media.messages import Seat, Unseat
from offhook.media.rooms import Rooms
from offhook.media.rows import NO_SOCKET, Rows

LEGS, ROOMS = tuple("abcdef"), ("red", "blue")
NAMES = (*LEGS, *ROOMS)
SILENCE = 2 * len(NAMES)

Members = dict[str, Seat]  # by leg


@dataclass
class House:
    """Rows for all legs and rooms, all open; leg "a" has row 0 and so on."""

    rows: Rows = field(default_factory=lambda: Rows(len(NAMES)))

    def __post_init__(self) -> None:
        self.rooms = Rooms(self.rows, len(NAMES), SILENCE)
        for number, name in enumerate(LEGS):
            self.rows.take(name, number)
        for name in reversed(ROOMS):  # as rooms get the highest rows first
            self.rows.take(name, NO_SOCKET)
        for room in ROOMS:
            self.rooms.open(room)

    def seat(self, *commands: Seat | Unseat) -> "House":
        for command in commands:
            self.rooms.seat(command)
        return self

    def mix(self, said: Pcm, heard: Pcm) -> dict[str, list[int]]:
        """What each leg hears, and what is said in each room."""
        said, heard = said.copy(), heard.copy()
        self.rooms.mix(said, heard)
        rows = {name: heard[row] for row, name in enumerate(LEGS)}
        rows |= {name: said[len(LEGS) + row] for row, name in enumerate(ROOMS)}
        return {name: row.tolist() for name, row in rows.items()}


def sound(seed: int, loudest: int = 32767) -> tuple[Pcm, Pcm]:
    """Sources with silence at their end, and what the switch lets each row hear (clips)."""
    rng = np.random.default_rng(seed)
    said = rng.integers(-loudest - 1, loudest + 1, (SILENCE + 1, FRAME), np.int16)
    said[len(LEGS) : len(NAMES)] = said[-1] = 0  # nobody is at the far end of a room
    return said, rng.integers(-loudest - 1, loudest + 1, (len(NAMES), FRAME), np.int16)


def matrix(members: Members) -> dict[str, dict[str, int]]:
    """Who [speaker] hears whom [listener]: ones less the diagonal, with the zeros of the table."""
    ones = {listener: dict.fromkeys(LEGS, 0) for listener in NAMES}
    for speaker, seat in members.items():
        if not seat.speaks:
            continue
        ones[seat.room][speaker] = 1  # its recording
        for listener, other in members.items():
            shared = seat.room == other.room and speaker != listener and other.hears
            meant = not seat.coached or listener in seat.coached
            ones[listener][speaker] = int(shared and meant)
    return ones


def plain(members: Members, said: Pcm, heard: Pcm) -> dict[str, list[int]]:
    """M @ in, and what each hears beside it, clipped."""
    weights = [list(speakers.values()) for speakers in matrix(members).values()]
    sums = np.array(weights, np.int64) @ said[: len(LEGS)].astype(np.int64)
    sums[: len(LEGS)] += heard[: len(LEGS)]
    for leg, seat in members.items():
        if seat.hears:
            sums[LEGS.index(leg)] += heard[NAMES.index(seat.room)]  # its clip
    return dict(zip(NAMES, np.clip(sums, -32768, 32767).tolist(), strict=True))


SEATS = st.builds(
    Seat,
    st.sampled_from(LEGS),
    st.sampled_from(ROOMS),
    st.booleans(),
    st.booleans(),
    st.just(()) | st.lists(st.sampled_from([*LEGS, "unknown"]), max_size=3).map(tuple),
)
UNSEATS = st.builds(Unseat, st.sampled_from(LEGS), st.sampled_from(ROOMS))


@settings(max_examples=60)
@given(st.lists(SEATS | SEATS | SEATS | UNSEATS, max_size=14), st.integers(0, 99))
def test_any_seats_give_the_matrix_product(commands: list[Seat | Unseat], seed: int) -> None:
    house, members = House(), Members()
    said, heard = sound(seed)
    for number, command in enumerate(commands):
        house.seat(command)
        if isinstance(command, Seat):
            members[command.leg] = command
        elif command.leg in members and members[command.leg].room == command.room:
            del members[command.leg]
        if number % 5 == 0:
            assert house.mix(said, heard) == plain(members, said, heard)

    assert house.mix(said, heard) == plain(members, said, heard)


KINDS = {
    "M": Seat("a", "red"),
    "U": Seat("b", "red", speaks=False),
    "H": Seat("c", "red", speaks=False, hears=False),
    "C": Seat("d", "red", coached=("e",)),
    "K": Seat("e", "red"),
}


@pytest.mark.parametrize(
    ("speaker", "listeners"),
    [("M", "UCK"), ("K", "MUC"), ("U", ""), ("H", ""), ("C", "K")],
)
def test_who_hears_whom(speaker: str, listeners: str) -> None:
    """The table of bxml.md 4.2, a row a case."""
    house = House().seat(*KINDS.values())
    said, heard = sound(1)
    said[:] = heard[:] = 0
    said[LEGS.index(KINDS[speaker].leg)] = 1000
    mixed = house.mix(said, heard)

    assert "".join(kind for kind, seat in KINDS.items() if any(mixed[seat.leg])) == listeners
    assert any(mixed["red"]) is (speaker not in "UH")
    assert not any(mixed["blue"])


def test_a_muted_leg_hears_its_coach_and_a_held_one_does_not() -> None:
    house = House().seat(Seat("d", "red", coached=("e", "f")))
    house.seat(Seat("e", "red", speaks=False), Seat("f", "red", speaks=False, hears=False))
    said, heard = sound(1)
    mixed = house.mix(said, heard * 0)

    assert mixed["e"] == said[LEGS.index("d")].tolist()
    assert not any(mixed["f"])


def test_whom_a_coach_has_named_may_come_later_and_it_may_leave_and_come_back() -> None:
    house = House().seat(Seat("d", "red", coached=("e",)), Seat("a", "red"), Seat("e", "blue"))
    said, heard = sound(1, 3000)
    voice = said[LEGS.index("d")].tolist()
    both = (said[LEGS.index("d")] + said[0]).tolist()
    assert not any(house.mix(said, heard * 0)["e"])
    house.seat(Seat("e", "red"))
    assert house.mix(said, heard * 0)["e"] == both
    house.seat(Unseat("d", "red"), Unseat("a", "red"))
    assert not any(house.mix(said, heard * 0)["e"])
    house.seat(Seat("d", "red", coached=("e",)))
    assert house.mix(said, heard * 0)["e"] == voice
    house.seat(Seat("d", "red"), Seat("a", "red"))  # and is one like all others

    assert house.mix(said, heard * 0)["e"] == both
    assert house.mix(said, heard * 0)["a"] == (said[LEGS.index("d")] + said[4]).tolist()


def test_a_coach_that_has_left_with_its_leg_is_heard_by_nobody() -> None:
    house = House().seat(Seat("d", "red", coached=("a",)), Seat("a", "red"), Seat("e", "red"))
    other = Seat("f", "blue", coached=("b",))
    house.seat(Unseat("d", "red"), Unseat("a", "red"), other)
    said, heard = sound(1)

    assert house.mix(said, heard) == plain({"e": Seat("e", "red"), "f": other}, said, heard)


@pytest.mark.parametrize("loud", [32767, -32768])
def test_a_loud_room_is_clipped_and_not_wrapped(loud: int) -> None:
    house = House().seat(*(Seat(leg, "red") for leg in LEGS))
    said, heard = sound(1)
    said[: len(LEGS)] = heard[:] = loud
    mixed = house.mix(said, heard)

    assert all(set(mixed[name]) == {loud} for name in (*LEGS, "red"))


def test_a_leg_or_room_that_is_gone_leaves_nothing_behind() -> None:
    house = House().seat(*(Seat(leg, "red") for leg in "abc"), Seat("d", "red", coached=("a",)))
    said, heard = sound(1)
    for name in ("b", "d", "red"):
        row = house.rows.row(name)
        assert row is not None
        house.rooms.leave(row)
        house.rows.give_back(name)
        if name == "d":
            left = {leg: Seat(leg, "red") for leg in "ac"}
            assert house.mix(said, heard) == plain(left, said, heard)
    house.seat(Seat("a", "red"), Unseat("c", "red"), Unseat("b", "blue"))

    assert house.mix(said, heard) == plain({}, said, heard)
    assert house.rows.take("next", 99) == 1
    house.seat(Seat("next", "blue"), Seat("e", "blue"))  # where "b" was
    assert house.mix(said, heard * 0)["e"] == said[1].tolist()


def test_a_leg_is_no_room_and_a_room_sits_in_none() -> None:
    house = House().seat(Seat("a", "b"), Seat("blue", "red"), Seat("c", "unknown"))
    said, heard = sound(1)

    assert house.mix(said, heard) == plain({}, said, heard)
    assert house.rooms.among(0, 6)
    assert not house.rooms.among(0, 1)


@pytest.mark.parametrize(("rooms", "members"), [(1, 100), (20, 20), (100, 3)])
def test_many_and_large_rooms(rooms: int, members: int) -> None:
    """Each hears the sum of the others, whichever rows they have."""
    size = rooms * (members + 1)
    rows = Rows(size)
    house = Rooms(rows, size, 2 * size)
    rng = random.Random(rooms)
    order = [(room, member) for room in range(rooms) for member in range(members)]
    rng.shuffle(order)
    for room in range(rooms):
        rows.take(f"room{room}", NO_SOCKET)
        house.open(f"room{room}")
    for number, (room, member) in enumerate(order):
        rows.take(f"{room}.{member}", number)
        house.seat(Seat(f"{room}.{member}", f"room{room}"))
    said = np.zeros((2 * size + 1, FRAME), np.int16)
    said[: size - rooms] = np.random.default_rng(1).integers(-300, 300, (size - rooms, FRAME))
    out = np.zeros((size, FRAME), np.int16)
    own = said.copy()
    house.mix(said, out)
    for room in range(rooms):
        there = [number for number, (its, _) in enumerate(order) if its == room]
        total = own[there].sum(axis=0)
        assert (out[there] == total - own[there]).all()
        assert (said[size - 1 - room] == total).all()


def test_who_is_held_in_a_room_of_another_worker_is_held() -> None:
    house = House().seat(Seat("a", "red"), Seat("b", "red", speaks=False, hears=False))
    house.seat(Seat("a", "far", speaks=False, hears=False), Seat("c", "far", speaks=False))
    assert np.flatnonzero(house.rooms.held()).tolist() == [0, 1]
    house.seat(Unseat("a", "elsewhere"))
    assert np.flatnonzero(house.rooms.held()).tolist() == [0, 1]
    house.seat(Unseat("a", "far"), Seat("b", "far"))
    assert not house.rooms.held().any()
    house.seat(Seat("a", "far", speaks=False, hears=False), Seat("a", "red"))
    house.seat(Seat("b", "far", speaks=False, hears=False))
    house.rooms.leave(1)

    assert not house.rooms.held().any()


def test_who_goes_to_a_room_of_another_worker_has_left_the_one_here() -> None:
    house = House().seat(Seat("a", "red"), Seat("b", "red"), Seat("a", "far"))
    said, heard = sound(5, 1000)
    alone = House().seat(Seat("b", "red"))

    assert house.mix(said, heard) == alone.mix(said, heard)
