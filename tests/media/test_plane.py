"""The plane: commands, ticks and reports of engine, ports and recorder together."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.media.audio import decode
from offhook.media.messages import (
    Close,
    Closed,
    CloseRoom,
    Command,
    Connect,
    Counters,
    Dial,
    Digit,
    Ended,
    Forget,
    Load,
    Open,
    Opened,
    OpenFailed,
    OpenRoom,
    Play,
    Record,
    Recorded,
    Report,
    Seat,
    Stop,
    StopRecord,
    ToneStep,
    Unseat,
)
from offhook.media.plane import TICK_S, TICKS_AT_ONCE, Pace, Plane
from offhook.media.recorder import InlineWriter, Recorder
from offhook.testing import sound
from offhook.testing.network import Network


class Bench:
    """A plane on a virtual network, and its time."""

    def __init__(self, capacity: int = 4, legs_per_socket: int = 1) -> None:
        self.now = 0.0
        self.network = Network(lambda: self.now, random.Random(1))
        self.ports = self.network.ports("192.0.2.1", capacity=8)
        self.ports.legs_per_socket = legs_per_socket
        self.plane = Plane(self.ports, random.Random(2), capacity, Recorder(InlineWriter()))

    def send(self, *commands: Command) -> list[Report]:
        for command in commands:
            self.plane.command(command, self.now)
        return self.plane.reports(self.now)

    def run(self, seconds: float) -> list[Report]:
        reports: list[Report] = []
        for _ in range(round(seconds / TICK_S)):
            self.now += TICK_S
            self.plane.tick(self.now)
            reports += self.plane.reports(self.now)
        return reports

    def open(self, leg: str, host: str = "", rtp_port: int = 0) -> Opened:
        (opened,) = self.send(Open(leg, host, rtp_port))
        assert isinstance(opened, Opened)
        return opened

    def pair(self, dtmf: int | None = 101) -> None:
        """Connect legs a and b with each other."""
        a = self.open("a")
        b = self.open("b", a.host, a.rtp_port)
        for leg, far in (("a", b), ("b", a)):
            self.send(Connect(leg, far.host, far.rtp_port, far.rtcp_port, dtmf_payload_type=dtmf))


@pytest.fixture(params=[1, 8], ids=["per-leg", "shared"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(legs_per_socket=request.param)


def test_a_leg_hears_what_the_other_is_played(bench: Bench, tmp_path: Path) -> None:
    bench.pair()
    path = tmp_path / "b.wav"
    clip = sound.tone(450, 0.5)
    bench.send(Record("b", "b", str(path)), Load("tone", clip.tobytes()), Play("a", 1, "tone"))
    reports = bench.run(1.0)
    (recorded,) = bench.send(StopRecord("b", "b"))
    heard = decode(path.read_bytes(), "audio/wav", "")

    assert Ended("a", 1) in reports
    assert recorded == Recorded("b", "b", str(path), 1.0)
    (span,) = sound.tones(heard, 450)
    assert abs(span.duration_s - 0.5) < 0.05
    assert abs(sound.pitch(heard) - 450) < 2


def test_what_a_leg_hears_can_be_recorded_instead_of_what_it_says(
    bench: Bench, tmp_path: Path
) -> None:
    bench.pair()
    clip = sound.tone(450, 0.5)
    bench.send(Load("tone", clip.tobytes()), Play("a", 1, "tone"))
    bench.send(Record("a", "a", str(tmp_path / "a.wav"), tracks=("outbound",)))
    bench.run(1.0)
    bench.send(StopRecord("a", "a"))
    heard = decode((tmp_path / "a.wav").read_bytes(), "audio/wav", "")

    assert len(sound.tones(heard, 450)) == 1


def test_a_leg_that_is_opened_twice_is_refused_and_lives_on(bench: Bench) -> None:
    bench.open("a")

    assert bench.send(Open("a")) == [OpenFailed("a", "the leg is open already")]
    assert len(bench.plane) == 1


def test_when_all_rows_are_taken_opening_fails_and_its_ports_come_back(bench: Bench) -> None:
    for leg in range(4):
        bench.open(f"leg{leg}")
    for _ in range(10):  # more often than there are ports
        assert bench.send(Open("more")) == [OpenFailed("more", "all 4 rows are in use")]
    bench.send(Close("leg2"))

    assert bench.open("more").leg == "more"


def test_when_all_ports_are_taken_opening_fails_with_the_reason_of_the_system() -> None:
    bench = Bench(capacity=100)
    for leg in range(8):
        bench.open(f"leg{leg}")
    (failed,) = bench.send(Open("more"))

    assert isinstance(failed, OpenFailed)
    assert failed.reason


def test_commands_to_a_leg_that_is_gone_have_no_effect(bench: Bench, tmp_path: Path) -> None:
    """They may cross the Close."""
    path = tmp_path / "a.wav"
    reports = bench.send(
        Connect("a", "192.0.2.9", 4000, 4001),
        Play("a", 1, "nothing"),
        Record("a", "a", str(path)),
        StopRecord("a", "a"),
        Close("a"),
        Forget("nothing"),
    )

    assert reports == []
    assert not path.exists()
    assert not bench.plane.busy


def test_a_far_end_whose_address_is_a_name_is_nobody(bench: Bench) -> None:
    """Names are resolved before they come here; one that is not is no reason to stop a worker."""
    bench.open("a")
    bench.send(Connect("a", "phone.example", 4000, 4001), Connect("a", "192.0.2.9", 4000, 0))

    assert bench.run(0.1) == []


def test_close_tells_the_counters_and_finishes_the_recording_first(
    bench: Bench, tmp_path: Path
) -> None:
    bench.pair()
    bench.send(Record("a", "a", str(tmp_path / "a.wav")))
    bench.run(1.0)
    recorded, closed = bench.send(Close("a"))

    assert recorded == Recorded("a", "a", str(tmp_path / "a.wav"), 1.0)
    assert isinstance(closed, Closed)
    assert closed.counters.packets_sent == 50
    assert 48 <= closed.counters.packets_received <= 50
    assert len(bench.plane) == 1


def test_the_far_end_hears_that_a_leg_has_left(bench: Bench) -> None:
    """RTCP BYE (RFC 3550 6.6)."""
    at = {leg: bench.open(leg) for leg in "ab"}
    bench.send(Connect("a", at["b"].host, at["b"].rtp_port, at["b"].rtcp_port))
    bench.run(0.1)
    bench.ports.receive()
    bench.send(Close("a"))
    bench.now += 1.0
    arrived = bench.ports.receive()
    (last,), (length,) = arrived.data[arrived.rtcp], arrived.length[arrived.rtcp]
    packet_types, start = [], 0
    while start < length:  # a compound packet: each part tells its length (RFC 3550 6.4)
        packet_types.append(int(last[start + 1]))
        start += 4 + 4 * int.from_bytes(last[start + 2 : start + 4].tobytes())

    assert packet_types[-1] == 203


def test_closing_the_plane_closes_every_leg(bench: Bench, tmp_path: Path) -> None:
    bench.pair()
    bench.send(Record("a", "a", str(tmp_path / "a.wav")))
    bench.run(0.1)
    reports = bench.plane.close(bench.now)

    assert [type(report) for report in reports] == [Recorded, Closed, Closed]
    assert not bench.plane.busy


def test_a_recording_that_fails_is_told_once_and_the_call_goes_on(
    bench: Bench, tmp_path: Path
) -> None:
    bench.pair()
    (tmp_path / "file").touch()
    (failed,) = bench.send(Record("b", "b", str(tmp_path / "file" / "b.wav")))
    bench.run(0.1)

    assert isinstance(failed, Recorded)
    assert failed.failure == "File exists"
    assert bench.send(StopRecord("b", "b")) == []
    bench.send(Record("b", "b", str(tmp_path / "b.wav")))
    bench.run(0.1)
    assert bench.send(StopRecord("b", "b")) == [Recorded("b", "b", str(tmp_path / "b.wav"), 0.1)]


@given(st.lists(st.floats(0.0, 0.5), max_size=30))
def test_a_pace_owes_one_tick_per_20_ms_whenever_it_is_asked(steps: list[float]) -> None:
    now, run = 0.0, 0
    pace = Pace(now)
    for step in steps:
        now += step
        taken = pace.take(now)
        assert 0 <= taken <= TICKS_AT_ONCE
        run += taken

    assert abs((run + pace.skipped) - now / TICK_S) < 1.001
    assert now < pace.due <= now + TICK_S * 1.001


def test_a_pace_does_not_drift() -> None:
    pace = Pace(7.0)
    for _ in range(100_000):
        assert pace.take(pace.due) == 1

    assert pace.due == pytest.approx(7.0 + 2_000.02, abs=1e-9)
    assert pace.skipped == 0


def test_a_long_delay_is_made_up_for_in_part_and_the_rest_is_counted() -> None:
    pace = Pace(0.0)

    assert pace.take(1.0) == TICKS_AT_ONCE
    assert pace.skipped == 50 - TICKS_AT_ONCE
    assert pace.take(1.0) == 0
    assert pace.due == pytest.approx(1.02)


def test_keys_are_reported(bench: Bench) -> None:
    bench.pair()
    bench.send(Dial("a", 1, (ToneStep("5", 100), ToneStep("", 100), ToneStep("#", 100))))
    digits = [report for report in bench.run(1.0) if isinstance(report, Digit)]

    assert digits == [Digit("b", "5"), Digit("b", "#")]


def room(bench: Bench, *legs: str) -> None:
    """Open a room and seat legs, each with a phone that is a leg of the same plane."""
    bench.send(OpenRoom("room"))
    for leg in legs:
        near, far = bench.open(leg), bench.open(f"{leg} phone")
        for name, other in ((leg, far), (f"{leg} phone", near)):
            at = Connect(name, other.host, other.rtp_port, other.rtcp_port, dtmf_payload_type=101)
            bench.send(at)
        bench.send(Seat(leg, "room"))


def heard(bench: Bench, folder: Path, legs: Sequence[str], seconds: float) -> dict[str, str]:
    """Which of the tones 400, 900 and 1400 Hz each phone hears, as their first digits."""
    paths = {leg: folder / f"{leg} {bench.now:.2f}.wav" for leg in legs}
    for leg, path in paths.items():
        bench.send(Record(f"{leg} phone", leg, str(path)))
    bench.run(seconds)
    for leg in legs:
        bench.send(StopRecord(f"{leg} phone", leg))
    return {leg: pitches(path) for leg, path in paths.items()}


def pitches(path: Path) -> str:
    pcm = decode(path.read_bytes(), "audio/wav", "")
    spectrum = np.abs(np.fft.rfft(pcm[-1600:]))  # 5 Hz a bin
    return "".join(str(hertz)[0] for hertz in (400, 900, 1400) if spectrum[hertz // 5] > 1e5)


def tone(name: str, hertz: int, duration_s: float = 9.0) -> Load:
    return Load(name, sound.tone(hertz, duration_s).tobytes())


def test_members_of_a_room_hear_each_other_and_its_clips(tmp_path: Path) -> None:
    bench = Bench(capacity=7)
    room(bench, "a", "b", "c")
    bench.send(tone("4", 400), tone("9", 900), Play("a phone", 1, "4"), Play("b phone", 1, "9"))

    assert heard(bench, tmp_path, "abc", 0.5) == {"a": "9", "b": "4", "c": "49"}
    bench.send(tone("1", 1400), Play("room", 5, "1"), Seat("c", "room", False, False))
    assert heard(bench, tmp_path, "abc", 0.5) == {"a": "91", "b": "41", "c": ""}
    bench.send(Stop("room", 5), Seat("c", "room", False), Close("b"))
    assert heard(bench, tmp_path, "ac", 0.5) == {"a": "", "c": "4"}
    bench.send(Play("c", 6, "9"), Unseat("a", "room"))  # to one leg alone, seated or not
    assert heard(bench, tmp_path, "ac", 0.5) == {"a": "", "c": "9"}


def test_a_clip_of_a_room_ends_with_a_report_and_a_key_is_heard_by_nobody_else() -> None:
    bench = Bench(capacity=7)
    room(bench, "a", "b")
    reports = bench.send(
        tone("short", 400, 0.2),
        Play("room", 5, "short"),
        Play("room", 6, "none"),
        Play("room", 7, "short"),
        Dial("a phone", 1, (ToneStep("5", 100),)),
    )
    reports += bench.run(1.0)

    assert [each for each in reports if isinstance(each, Digit)] == [Digit("a", "5")]
    assert [each for each in reports if isinstance(each, Ended) and each.leg == "room"] == [
        Ended("room", 6),
        Ended("room", 7),
    ]


def test_a_room_is_recorded_with_its_clips_and_a_member_hears_the_room(tmp_path: Path) -> None:
    bench = Bench(capacity=7)
    room(bench, "a", "b", "c")
    bench.send(tone("4", 400), tone("9", 900), tone("1", 1400))
    bench.send(Play("a phone", 1, "4"), Play("b phone", 1, "9"), Play("room", 5, "1"))
    tracks = {"mixed": "room", "inbound": "room", "outbound": "a"}
    paths = {track: tmp_path / f"{track}.wav" for track in tracks}
    for track, leg in tracks.items():
        bench.send(Record(leg, track, str(paths[track]), (track,)))
    bench.run(0.5)
    for track, leg in tracks.items():
        bench.send(StopRecord(leg, track))

    assert pitches(paths["mixed"]) == "491"
    assert pitches(paths["inbound"]) == "49"
    assert pitches(paths["outbound"]) == "91"


def test_closing_a_room_ends_its_recordings_first_and_its_legs_live_on(tmp_path: Path) -> None:
    bench = Bench(capacity=5)
    room(bench, "a", "b")
    bench.send(tone("4", 400), Play("a phone", 1, "4"), Play("room", 5, "4", loop=True))
    bench.send(Record("room", "take", str(tmp_path / "room.wav"), ("mixed",)))
    bench.run(0.5)
    reports = bench.send(CloseRoom("room"))

    assert reports == [
        Recorded("room", "take", str(tmp_path / "room.wav"), 0.5),
        Closed("room", Counters()),
    ]
    assert heard(bench, tmp_path, "ab", 0.5) == {"a": "", "b": ""}
    assert len(bench.plane) == 4
    assert bench.send(CloseRoom("room"), Close("room"), Seat("a", "room")) == []


def test_a_room_needs_a_row_and_a_name_of_its_own() -> None:
    bench = Bench(capacity=2)
    bench.open("a")
    reports = bench.send(OpenRoom("a"), OpenRoom("r"), OpenRoom("r"), Open("r"), OpenRoom("s"))

    assert reports == [
        OpenFailed("a", "it is open already"),
        OpenFailed("r", "it is open already"),
        OpenFailed("r", "the leg is open already"),
        OpenFailed("s", "all 2 rows are in use"),
    ]
    assert bench.send(Close("r"), CloseRoom("a"), Connect("r", "192.0.2.9", 4000, 4001)) == []
    assert len(bench.plane) == 1


def test_an_empty_room_plays_its_clip_to_the_end_and_closing_the_plane_closes_it(
    tmp_path: Path,
) -> None:
    bench = Bench()
    bench.send(OpenRoom("r"), tone("4", 400, 0.2), Play("r", 1, "4"))
    assert bench.plane.busy
    assert bench.run(0.3) == [Ended("r", 1)]
    bench.send(Record("r", "take", str(tmp_path / "r.wav")))
    reports = bench.plane.close(bench.now)

    assert [type(report) for report in reports] == [Recorded, Closed]
    assert not bench.plane.busy
