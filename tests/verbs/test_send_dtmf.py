"""`<SendDtmf>` (bxml.md 4.14 and 7)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.verbs import Tone
from offhook.verbs.send_dtmf import PAUSES_MS, SendDtmf


def schedule(tones: tuple[Tone, ...]) -> tuple[list[int], int]:
    """Return when the tones start and when all is over, in milliseconds."""
    starts, now = [], 0
    for tone in tones:
        if tone.digit:
            starts.append(now)
        now += tone.duration_ms
    return starts, now


@pytest.mark.parametrize(
    ("text", "timing", "starts", "end"),
    [
        ("12", {}, [0, 600], 1200),
        ("1w2", {}, [0, 700], 1300),
        ("1W2", {}, [0, 1200], 1800),
        ("1ww,2", {}, [0, 1700], 2300),
        ("w1", {}, [500], 1100),
        ("12", {"tone_duration_ms": 100, "tone_interval_ms": 100}, [0, 200], 400),
        ("1W", {}, [0], 1200),
        ("w,W", {}, [], 2000),
    ],
)
def test_tones_start_when_the_contract_says(
    text: str, timing: dict[str, int], starts: list[int], end: int
) -> None:
    assert schedule(SendDtmf(digits=text, **timing).tones()) == (starts, end)


def test_it_sends_and_waits_to_the_end() -> None:
    line = ScriptedLine()

    assert line.run(SendDtmf(digits="*#aD0")) == (None, 3.0)
    assert [tone.digit for tone in line.tones if tone.digit] == ["*", "#", "A", "D", "0"]


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<SendDtmf> 1w2 </SendDtmf>", SendDtmf(digits="1w2")),
        (f"<SendDtmf>{'5' * 50}</SendDtmf>", SendDtmf(digits="5" * 50)),
        (
            '<SendDtmf toneDuration="50" toneInterval="5000.0">1</SendDtmf>',
            SendDtmf(digits="1", tone_duration_ms=50, tone_interval_ms=5000),
        ),
    ],
)
def test_it_is_read(xml: str, expected: SendDtmf) -> None:
    assert verb(xml) == expected


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (f"<SendDtmf>{'5' * 51}</SendDtmf>", "text must be at most 50 characters, but has 51"),
        ("<SendDtmf>12x</SendDtmf>", "text must hold only 0-9, *, #, A-D and pauses"),
        ("<SendDtmf>1 2</SendDtmf>", 'but was "1 2"'),
        ("<SendDtmf>٣</SendDtmf>", "text must hold only"),
        ("<SendDtmf/>", "<SendDtmf> needs text: what to send"),
        ('<SendDtmf toneDuration="49">1</SendDtmf>', "must be within [50, 5000], but was 49"),
        ('<SendDtmf toneDuration="5001">1</SendDtmf>', "must be within [50, 5000]"),
        ('<SendDtmf toneInterval="49">1</SendDtmf>', "must be within [50, 5000]"),
        ('<SendDtmf toneInterval="1e3">1</SendDtmf>', 'must be a whole number, but was "1e3"'),
    ],
)
def test_faults_are_named(xml: str, reason: str) -> None:
    assert reason in fault(xml)


@given(st.text("0123456789*#ABCDabcd,wW", min_size=1, max_size=50))
def test_every_key_is_sent_once_in_order_and_apart(text: str) -> None:
    tones = SendDtmf(digits=text).tones()
    keys = [char.upper() for char in text if char not in PAUSES_MS]

    assert [tone.digit for tone in tones if tone.digit] == keys
    assert not any(a.digit and b.digit for a, b in pairwise(tones))
