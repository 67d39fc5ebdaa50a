"""Audio of applications: queued, mixed and played to a far end alone."""

import numpy as np
from tests.media.test_engine import World

from offhook.media.codecs import FRAME, RATE_HZ, Pcm, g711
from offhook.media.feeds import LONGEST_QUEUE, Feeds, Queue
from offhook.media.messages import Clear, Feed, Join, Record, Seat
from offhook.media.switch import Switch


def constant(value: int, samples: int) -> Pcm:
    return np.full(samples, value, np.int16)


def feed(stream: str, pcm: Pcm, leg: str = "0") -> Feed:
    return Feed(leg, stream, pcm.tobytes())


def frames(feeds: Feeds, count: int, rows: int = 1) -> list[list[int]]:
    """Return the first and last sample of row 0 in each of the next frames."""
    out = np.full((rows, FRAME), 9, np.int16)
    found = []
    for _ in range(count):
        out[:] = 9
        for row in feeds.tick(out):
            feeds.clear(row)
        found.append([int(out[0, 0]), int(out[0, -1])])
    return found


def made() -> Feeds:
    return Feeds(Switch(2, 5), 2)


def test_chunks_are_played_one_after_the_other_and_the_end_is_padded() -> None:
    feeds = made()
    for chunk in (constant(1, 100), constant(2, 100), constant(3, 60), constant(4, 80)):
        feeds.apply(0, feed("a", chunk))

    assert frames(feeds, 4) == [[1, 2], [2, 4], [4, 0], [9, 9]]  # untouched: nothing to play


def test_a_long_chunk_is_played_in_pieces() -> None:
    feeds = made()
    ramp = np.arange(3 * FRAME, dtype=np.int16)
    feeds.apply(0, feed("a", ramp))

    assert frames(feeds, 3) == [[0, 159], [160, 319], [320, 479]]


def test_streams_of_a_leg_sound_together_and_are_clipped() -> None:
    feeds = made()
    feeds.apply(0, feed("a", constant(30_000, FRAME)))
    feeds.apply(0, feed("b", constant(3_000, 2 * FRAME)))
    feeds.apply(0, feed("c", constant(5, FRAME)))

    assert frames(feeds, 3) == [[32_767, 32_767], [3_000, 3_000], [9, 9]]


def test_clear_drops_one_stream_at_once() -> None:
    feeds = made()
    feeds.apply(0, feed("a", constant(100, 10 * FRAME)))
    feeds.apply(0, feed("b", constant(3, 10 * FRAME)))
    assert frames(feeds, 1) == [[103, 103]]
    feeds.apply(0, Clear("0", "a"))
    feeds.apply(0, Clear("0", "nobody"))
    assert frames(feeds, 1) == [[3, 3]]
    feeds.apply(0, Clear("0", "b"))

    assert frames(feeds, 1) == [[9, 9]]


def test_a_queue_holds_ten_minutes_and_no_more_than_it_may() -> None:
    queue = Queue()
    queue.push(constant(1, 600 * RATE_HZ))
    assert len(queue) == 600 * RATE_HZ
    queue.push(constant(2, 100 * RATE_HZ))

    assert len(queue) == LONGEST_QUEUE


def test_nothing_is_nothing() -> None:
    feeds = made()
    feeds.apply(0, feed("a", constant(1, 0)))

    assert frames(feeds, 1) == [[9, 9]]


# in the engine


def tone(value: int) -> int:
    """Return what is left of a value that has been coded."""
    return int(g711.ULAW_DECODE[g711.ULAW_ENCODE[np.uint16(value)]])


def test_the_far_end_hears_it_and_so_do_recordings_of_what_it_hears() -> None:
    world = World().call()
    world.near.engine.apply(Record("0", "r", "unused.wav", ("outbound",)), world.now)
    world.far.engine.apply(Record("0", "r", "unused.wav"), world.now)
    world.near.engine.apply(feed("a", constant(1000, 10 * FRAME)), world.now)
    world.run(30)

    assert int((world.near.sound() == 1000).sum()) == 10 * FRAME
    assert int((world.far.sound() == tone(1000)).sum()) == 10 * FRAME


def test_whom_the_leg_is_joined_with_does_not_hear_it() -> None:
    world = World(2).call()
    world.connect(world.near, 1)
    world.connect(world.far, 1)
    engine = world.near.engine
    engine.apply(Join("0", "1"), world.now)
    for leg in ("0", "1"):
        engine.apply(Record(leg, leg, "unused.wav", ("outbound",)), world.now)
    engine.apply(feed("a", constant(1000, 10 * FRAME)), world.now)
    world.run(30)

    assert (world.near.sound(0) == 1000).any()
    assert not world.near.sound(1).any()


def test_in_a_room_only_its_own_far_end_hears_it() -> None:
    world = World(3)
    engine = world.near.engine
    engine.close("2", world.now)
    engine.open_room("room", world.now)
    for leg in ("0", "1"):
        engine.apply(Seat(leg, "room"), world.now)
        engine.apply(Record(leg, leg, "unused.wav", ("outbound",)), world.now)
    engine.apply(feed("a", constant(1000, 10 * FRAME)), world.now)
    world.run(12)

    assert int((world.near.sound(0) == 1000).sum()) == 10 * FRAME
    assert not world.near.sound(1).any()


def test_a_row_that_is_used_again_has_no_old_sound() -> None:
    world = World()
    engine = world.near.engine
    engine.apply(feed("a", constant(1000, 10 * FRAME)), world.now)
    world.run(1)
    engine.close("0", world.now)
    engine.open("1", 0, world.now)
    engine.apply(Record("1", "r", "unused.wav", ("outbound",)), world.now)
    engine.apply(feed("a", constant(7, FRAME), leg="gone"), world.now)
    world.near.heard.clear()
    world.run(3)

    assert not world.near.sound().any()
