"""Listening to legs."""

import numpy as np
from tests.media.test_engine import World

from offhook.media.codecs import FRAME, Flags, g711
from offhook.media.ears import Ears
from offhook.media.messages import Clear, Feed, Heard, Listen, Seat, Unlisten

SAID = np.repeat(np.array([[0], [1000], [-2000]], np.int16), FRAME, axis=1)
OUT = SAID * np.int16(2)


def nobody() -> Flags:
    return np.zeros(3, np.bool_)


def levels(heard: Heard | None) -> list[int]:
    """Return the first sample of each lane."""
    assert heard is not None
    coded = np.frombuffer(heard.audio, np.uint8).reshape(-1, FRAME)
    return [int(g711.ULAW_DECODE[frame[0]]) for frame in coded]


def near(value: int) -> int:
    return int(g711.ULAW_DECODE[g711.ULAW_ENCODE[np.int16(value).view(np.uint16)]])


def test_each_tap_hears_its_tracks_in_mu_law() -> None:
    ears = Ears()
    ears.apply(1, Listen("1", "a", ("inbound",)))
    ears.apply(2, Listen("2", "b", ("inbound", "outbound")))
    heard = ears.tick(SAID, OUT, nobody)

    assert levels(heard) == [near(1000), near(-2000), near(-4000)]
    assert heard is not None
    assert heard.lanes == (("a", 0), ("b", 0), ("b", 1))
    assert len(heard.audio) == 3 * FRAME


def test_ticks_are_counted_also_while_nobody_listens() -> None:
    ears = Ears()
    assert ears.tick(SAID, OUT, nobody) is None
    ears.apply(1, Listen("1", "a", ("inbound",)))
    heard = ears.tick(SAID, OUT, nobody)

    assert heard is not None
    assert heard.tick == 2


def test_nothing_is_heard_of_who_is_on_hold() -> None:
    ears = Ears()
    ears.apply(1, Listen("1", "a", ("inbound", "outbound")))
    ears.apply(2, Listen("2", "b", ("inbound",)))

    assert levels(ears.tick(SAID, OUT, lambda: np.array([False, True, False]))) == [
        0,
        0,
        near(-2000),
    ]


def test_who_does_not_listen_any_more_hears_nothing() -> None:
    ears = Ears()
    ears.apply(1, Listen("1", "a", ("inbound",)))
    ears.apply(1, Listen("1", "b", ("inbound",)))
    ears.apply(1, Unlisten("1", "a"))
    heard = ears.tick(SAID, OUT, nobody)
    assert heard is not None
    assert heard.lanes == (("b", 0),)
    ears.clear(1)

    assert ears.tick(SAID, OUT, nobody) is None


def test_a_leg_is_heard_by_name_with_what_an_application_plays_to_it() -> None:
    world = World().call()
    engine = world.near.engine
    engine.apply(Listen("0", "a", ("outbound",)), world.now)
    engine.apply(Listen("gone", "b", ("outbound",)), world.now)
    engine.apply(Feed("0", "s", SAID[1].tobytes()), world.now)
    world.run(2)
    engine.apply(Clear("0", "s"), world.now)
    heard = [report for report in world.near.of(Heard) if isinstance(report, Heard)]

    assert [levels(each) for each in heard] == [[near(1000)], [0]]


def test_a_member_on_hold_is_silent_on_both_tracks_and_a_muted_one_is_not() -> None:
    world = World(3)
    engine = world.near.engine
    engine.close("2", world.now)
    engine.open_room("room", world.now)
    engine.apply(Listen("0", "a", ("outbound",)), world.now)
    for held in (True, False):
        engine.apply(Seat("0", "room", speaks=False, hears=not held), world.now)
        engine.apply(Feed("0", "s", SAID[1].tobytes()), world.now)
        world.run(1)
    first, second = (each for each in world.near.of(Heard) if isinstance(each, Heard))

    assert (levels(first), levels(second)) == ([0], [near(1000)])
