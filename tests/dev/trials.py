"""What every persona is held to, in virtual time and over real sockets: one trial for each.

A trial calls one number of a persona, with a document for its answer, and looks at what became of
the call: the same checks in both worlds, so nothing here is about exact times.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import soundfile

from offhook.records import CallRecord, Event
from offhook.testing.fixtures import T1_HZ
from offhook.testing.sound import Pcm, is_silent, tone, tones

VOICE_HZ = 500.0
VOICE_S = 1.0


def speak(_: str) -> Pcm:
    """The voice of everybody: a second of a tone."""
    return tone(VOICE_HZ, VOICE_S)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a call that is over."""

    record: CallRecord
    events: list[Event]
    webhooks: list[dict[str, Any]]
    heard: Pcm | None  # by the server, if it recorded

    @property
    def sound(self) -> Pcm:
        """What the server heard."""
        assert self.heard is not None
        return self.heard

    @property
    def counters(self) -> Mapping[str, Any]:
        """What the media plane counted."""
        return next(e.data for e in self.events if e.kind == "media.closed")

    @property
    def digits(self) -> str:
        """The keys that a Gather got."""
        return next(str(e["digits"]) for e in self.webhooks if e["eventType"] == "gather")

    @property
    def rang_s(self) -> float:
        """How long it took to be answered."""
        assert self.record.answer_time is not None
        assert self.record.start_time is not None
        return self.record.answer_time - self.record.start_time

    @property
    def talked_s(self) -> float:
        """How long the call was answered."""
        assert self.record.answer_time is not None
        assert self.record.end_time is not None
        return self.record.end_time - self.record.answer_time


Check = Callable[[Evidence], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """A call to one of a persona's numbers."""

    line: int
    document: str
    check: Check
    fields: dict[str, object] = field(default_factory=dict)  # of createCall
    give_up_s: float | None = None  # then the application ends the call


def record(seconds: int) -> str:
    """Return a document that records and hangs up."""
    return (
        f'<Record recordCompleteUrl="/rc" recordingAvailableUrl="/ra" maxDuration="{seconds}" '
        'silenceTimeout="0"/>'
    )


def loaded(path: str) -> Pcm:
    """Return a recording."""
    sound, rate = soundfile.read(path, dtype="int16")
    assert rate == 8000
    return np.asarray(sound, np.int16)


def _speaks(it: Evidence) -> None:
    (span,) = tones(it.sound, VOICE_HZ)
    assert span.duration_s == pytest.approx(VOICE_S, abs=0.15)


def _is_silent(it: Evidence) -> None:
    assert is_silent(it.sound)
    assert it.counters["packets_received"] > 50


def _repeats(it: Evidence) -> None:
    (span,) = tones(it.sound, T1_HZ)
    assert span.duration_s == pytest.approx(1.0, abs=0.2)


def _is_slow(it: Evidence) -> None:
    assert it.rang_s > 9.5


def _hangs_up_after(seconds: float) -> Check:
    def check(it: Evidence) -> None:
        assert it.record.disconnect_cause == "hangup"
        assert seconds - 0.2 < it.talked_s < seconds + 5

    return check


def _is_a_machine(it: Evidence) -> None:
    (welcome,), (beep,) = tones(it.sound, VOICE_HZ), tones(it.sound, 1000.0)
    assert welcome.end_s <= beep.start_s
    assert beep.duration_s == pytest.approx(0.5, abs=0.1)


def _sends_nothing(it: Evidence) -> None:
    assert it.counters["packets_received"] == 0
    assert it.counters["packets_sent"] > 50


def _has_a_bad_line(it: Evidence) -> None:
    """One call of 6 s has 300 packets each way: with a tenth lost, at least a few are."""
    assert it.counters["packets_lost"] > 5
    assert it.counters["packets_received"] > 150
    assert tones(it.sound, VOICE_HZ, gap_s=0.5)


def _is_a_fax(it: Evidence) -> None:
    (ced,) = tones(it.sound, 2100.0)
    assert ced.duration_s == pytest.approx(3.0, abs=0.2)


def _ends_with(cause: str, code: int | None) -> Check:
    def check(it: Evidence) -> None:
        assert it.record.disconnect_cause == cause
        assert it.record.sip_response_code == code
        assert it.record.answer_time is None

    return check


def _presses(key: str) -> Check:
    def check(it: Evidence) -> None:
        assert it.digits == key

    return check


def _presses_tones(key: str) -> Check:
    def check(it: Evidence) -> None:
        assert it.digits == key
        (digit,) = [e.data for e in it.events if e.kind == "media.digit"]
        assert digit["inband"]

    return check


MENU = '<Gather gatherUrl="/g" maxDigits="1"><PlayAudio>t3.wav</PlayAudio></Gather>'
TRIALS: Mapping[str, Trial] = {
    "speaks": Trial(101, record(3), _speaks),
    "silent": Trial(102, record(2), _is_silent),
    "repeats": Trial(103, f"<PlayAudio>t1.wav</PlayAudio>{record(4)}", _repeats),
    "slow": Trial(104, "<Hangup/>", _is_slow),
    "impatient": Trial(105, '<Pause duration="30"/>', _hangs_up_after(3.0)),
    "machine": Trial(106, record(4), _is_a_machine),
    "one-way": Trial(107, '<Pause duration="2"/>', _sends_nothing),
    "bad-line": Trial(108, record(6), _has_a_bad_line),
    "fax": Trial(109, record(5), _is_a_fax),
    "busy": Trial(110, "", _ends_with("busy", 486)),
    "declines": Trial(111, "", _ends_with("rejected", 603)),
    "absent": Trial(112, "", _ends_with("timeout", None), {"callTimeout": 2}),
    "dead": Trial(113, "", _ends_with("cancel", None), give_up_s=2.0),
    "presses": Trial(127, MENU, _presses("7")),
    "leaves": Trial(132, '<Pause duration="30"/>', _hangs_up_after(2.0)),
    "presses-tones": Trial(143, MENU, _presses_tones("3")),
    "rejects": Trial(433, "", _ends_with("rejected", 433)),
}
