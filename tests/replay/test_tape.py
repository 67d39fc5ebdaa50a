"""Tapes and their files."""

import pytest
from msgspec.structs import replace
from tests.replay.recorded import pressed, recorded

from offhook.hooks import Credentials, Hook, Target
from offhook.replay.tape import ReplayError, Tape, checked, read, write


@pytest.fixture(scope="module")
def tape() -> Tape:
    return recorded(pressed)


def test_a_file_holds_all_that_a_replay_needs(tape: Tape) -> None:
    again = read(write(tape, [], None))

    assert again == Tape(tape.call, list(tape.events))
    assert again.duration_s == tape.duration_s > 3


def test_a_file_holds_the_calls_that_the_call_has_placed(tape: Tape) -> None:
    leg = Tape(replace(tape.call, call_id="c-leg", parent_call_id=tape.call.call_id), tape.events)
    whole = Tape(tape.call, list(tape.events), (Tape(leg.call, list(leg.events)),))

    assert read(write(whole, [], None)) == whole
    assert whole.whole
    assert not tape.whole
    assert not Tape(tape.call, tape.events, (replace_to(leg, "sip:bob@pbx.test"),)).whole


def replace_to(leg: Tape, to: str) -> Tape:
    return Tape(replace(leg.call, to=to), leg.events)


def test_a_file_has_no_credentials(tape: Tape) -> None:
    pair = Credentials("shop", "hunter2")
    hook = Hook(Target("http://app.test/a", "POST", pair), Target("http://app.test/b", "GET", pair))
    secret = replace(tape.call, hook=hook, status=Target("http://app.test/c", "POST", pair))
    text = write(Tape(secret, tape.events), tape.events, {"step": 1})

    assert b"hunter2" not in text
    assert b"http://app.test/b" in text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "no file of"),
        (b"{}", "no file of"),
        (b"[1]", "no file of"),
        (b'{"format": 1}', "no file of"),
    ],
)
def test_other_files_are_refused(text: bytes, fault: str) -> None:
    with pytest.raises(ReplayError, match=fault):
        read(text)


def test_a_file_of_another_format_is_refused(tape: Tape) -> None:
    text = write(tape, [], None).replace(b'"format": 1', b'"format": 2')
    with pytest.raises(ReplayError, match="has format 2; this version reads format 1"):
        read(text)


def test_what_cannot_be_replayed_says_why(tape: Tape) -> None:
    call = tape.call
    for changes, fault in (
        ({"end_time": None}, "has not ended"),
        ({"parent_call_id": "c-1"}, "was placed by c-1"),
        ({"hook": None}, "has asked no app"),
    ):
        with pytest.raises(ReplayError, match=fault):
            checked(Tape(replace(call, **changes), tape.events))
