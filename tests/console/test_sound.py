"""What was to be heard, as spans of the strip, and the numbers beside it."""

from typing import Any

import pytest
from tests.media.test_mos import counters as counted

from offhook.calls.gauges import FIELDS
from offhook.console.sound import Plot, Sound, counters, line, plots, sound
from offhook.records import Event


def log(*events: tuple[float, str, dict[str, Any]]) -> list[Event]:
    return [Event("c-1", n, 100 + at, kind, data) for n, (at, kind, data) in enumerate(events, 1)]


OPENED = (0.0, "media.opened", {"host": "127.0.0.1", "rtp_port": 20_000})
CONNECTED = (1.0, "media.connected", {"codec": "PCMU", "host": "192.0.2.1", "rtp_port": 4000})
ENDED = (10.0, "call.ended", {"cause": "hangup"})


def heard(*events: tuple[float, str, dict[str, Any]], now: float = 110.0) -> Sound:
    found = sound(log(OPENED, CONNECTED, *events), now)
    assert found is not None
    return found


def test_a_call_that_never_had_media_has_no_strip() -> None:
    assert sound(log(ENDED), 110) is None


def test_spans_are_percent_of_the_call() -> None:
    found = heard(
        (2.0, "speech.played", {"duration_s": 3.0}),
        (4.0, "media.voice", {"active": True}),
        (6.0, "media.voice", {"active": False}),
        (7.0, "media.digit", {"digit": "5", "inband": False}),
        ENDED,
    )

    assert [(each.left, each.width) for each in found.played] == [(20, 30)]
    assert [(each.left, each.width) for each in found.spoken] == [(40, 20)]
    assert [(each.left, each.title) for each in found.keys] == [(70, "5")]
    assert (found.codec, found.far_end, found.length_s) == ("PCMU", "192.0.2.1:4000", 10)


def test_a_sound_that_is_cut_short_ends_with_its_verb_or_the_next_one() -> None:
    found = heard(
        (1.0, "speech.played", {"duration_s": 60.0}),
        (3.0, "verb.ended", {"verb": "SpeakSentence", "outcome": "goto"}),
        (4.0, "audio.played", {"duration_s": 5.0, "url": "http://app.test/a.wav"}),
        (5.0, "audio.played", {"duration_s": 60.0, "url": "http://app.test/b.wav"}),
        ENDED,
    )

    assert [(each.left, each.width) for each in found.played] == [(10, 20), (40, 10), (50, 50)]
    assert found.played[1].title == "http://app.test/a.wav"


def test_what_goes_on_lasts_until_now() -> None:
    found = heard(
        (5.0, "media.voice", {"active": True}),
        (5.0, "recording.started", {"recording": "r-1", "tracks": ["mixed"]}),
        now=120.0,
    )

    assert [(each.left, each.width) for each in found.spoken] == [(25, 75)]
    assert [(each.left, each.width) for each in found.recorded] == [(25, 75)]
    assert not found.final


def test_paused_time_is_not_recorded() -> None:
    found = heard(
        (1.0, "recording.started", {}),
        (2.0, "recording.paused", {}),
        (4.0, "recording.resumed", {}),
        (5.0, "recording.stopped", {}),
        ENDED,
    )

    assert [(each.left, each.width) for each in found.recorded] == [(10, 10), (40, 10)]


@pytest.mark.parametrize(
    ("length_s", "last"), [(1, "1 s"), (10, "10 s"), (100, "90 s"), (3600, "1:00:00"), (9e6, None)]
)
def test_there_are_never_many_ticks(length_s: float, last: str | None) -> None:
    found = sound(log(OPENED, (length_s, "call.ended", {})), 0)

    assert found is not None
    assert 2 <= len(found.ticks) <= 51
    if last and last.endswith("s"):
        assert found.ticks[-1].title == last


def row(at_s: float, loudest_dbfs: float = -20.0, **changes: Any) -> list[Any]:
    values = {"at_s": at_s, "loudest_dbfs": loudest_dbfs, "packets_refused": 0}
    values |= counted(**changes)
    return [values[name] for name in FIELDS]


def looked(*rows: list[Any], **closed: Any) -> dict[str, Plot]:
    event = (10.0, "media.closed", {**counted(**closed), "samples": list(rows)})
    return {each.title: each for each in plots(counters(log(event), ()))}


def test_numbers_are_of_the_whole_call_and_lines_of_its_course() -> None:
    found = looked(
        row(5, packets_received=250, packets_lost=0),
        row(10, packets_received=300, packets_lost=200),
        row(15, packets_received=550, packets_lost=200),
        packets_received=800,
        packets_lost=200,
        jitter_ms=40.0,
    )

    assert (found["Loss"].latest, found["Loss"].mood) == ("20.00", "bad")
    assert found["Loss"].points == line([0, 80, 0, 0], 0, 80)
    assert (found["Jitter"].latest, found["Jitter"].mood) == ("40.0", "bad")
    assert found["MOS here"].mood == "bad"
    assert found["MOS there"].mood == "good"
    assert (found["Level"].latest, len(found["Level"].points.split())) == ("-20", 3)


def test_a_live_call_is_drawn_from_what_was_seen_so_far() -> None:
    found = sound(log(OPENED, CONNECTED), 110, [row(5, packets_received=250), row(10)])

    assert found is not None
    assert next(each.title for each in found.plots) == "MOS here"
    assert not found.final


def test_a_call_without_packets_has_no_numbers() -> None:
    empty = counted(packets_sent=0, packets_received=0)

    assert list(plots([])) == []
    assert list(plots(counters(log((1.0, "media.closed", empty)), ()))) == []
    assert list(plots(counters(log((1.0, "media.closed", {})), ()))) == []


def test_numbers_that_are_not_known_are_not_made_up() -> None:
    found = looked(round_trip_ms=None, remote_lost=None)

    assert found["Round trip"] == Plot("Round trip", "ms", "-", "", "")
    assert found["MOS there"].latest == "-"
    assert "Level" not in found


def test_a_line_stays_in_its_box() -> None:
    assert line([1.0], 0, 1) == ""
    assert line([0, 5, 10], 0, 10) == "0.0,29.0 50.0,15.0 100.0,1.0"
    assert line([-99, 99], 0, 1) == "0.0,29.0 100.0,1.0"
