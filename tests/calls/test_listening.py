"""Who listens gets its own frames, in order."""

from offhook.calls.listening import FRAME_BYTES, Listening
from offhook.media.messages import Command, Heard, Listen, Unlisten


class Plane:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def send(self, command: Command) -> None:
        self.commands.append(command)


def frame(byte: int) -> bytes:
    return bytes([byte]) * FRAME_BYTES


def test_each_gets_its_own_tracks() -> None:
    plane, got = Plane(), list[tuple[str, int, bytes, int]]()
    listening = Listening(plane)
    one = listening.begin("c-1", ("inbound",), lambda *heard: got.append(("one", *heard)))
    two = listening.begin("c-2", ("inbound", "outbound"), lambda *h: got.append(("two", *h)))
    lanes = ((one.tap, 0), ("stranger", 0), (two.tap, 0), (two.tap, 1))
    listening.on_heard(Heard(5, lanes, frame(1) + frame(2) + frame(3) + frame(4)))

    assert got == [("one", 0, frame(1), 0), ("two", 0, frame(3), 0), ("two", 1, frame(4), 0)]
    assert plane.commands == [
        Listen("c-1", one.tap, ("inbound",)),
        Listen("c-2", two.tap, ("inbound", "outbound")),
    ]


def test_frames_that_were_lost_on_the_way_are_counted_once() -> None:
    got = list[tuple[int, bytes, int]]()
    listening = Listening(Plane())
    ear = listening.begin("c-1", ("inbound", "outbound"), lambda *heard: got.append(heard))
    for tick in (100, 101, 105):
        lanes = ((ear.tap, 0), (ear.tap, 1))
        listening.on_heard(Heard(tick, lanes, frame(tick) * 2))

    assert [(track, lost) for track, _, lost in got] == [
        (0, 0), (1, 0), (0, 0), (1, 0), (0, 3), (1, 0)
    ]  # fmt: skip


def test_who_has_ended_hears_nothing_of_what_was_under_way() -> None:
    plane, got = Plane(), list[bytes]()
    listening = Listening(plane)
    ear = listening.begin("c-1", ("inbound",), lambda _, audio, __: got.append(audio))
    listening.end(ear)
    listening.end(ear)
    listening.on_heard(Heard(1, ((ear.tap, 0),), frame(1)))

    assert got == []
    assert plane.commands[1:] == [Unlisten("c-1", ear.tap)]
    assert not listening
