"""`<Gather>` (bxml.md 4.5, cases 83 to 108), to the exact second."""

import asyncio
from typing import Any

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import document, fault, verb

from offhook.errors import CallError
from offhook.hooks import Credentials, Hook, Target
from offhook.testing.loop import run, running_loop
from offhook.verbs import Goto
from offhook.verbs.gather import Gather
from offhook.verbs.pause import Pause

CLIPS = {"t1.wav": 1.0, "t3.wav": 3.0}
T1 = "<PlayAudio>t1.wav</PlayAudio>"
T3 = "<PlayAudio>t3.wav</PlayAudio>"


def gather(attributes: str, nested: str = "") -> Gather:
    found = verb(f'<Gather gatherUrl="/g" {attributes}>{nested}</Gather>')
    assert isinstance(found, Gather)
    return found


def result(line: ScriptedLine, found: Gather) -> tuple[dict[str, Any], float]:
    step, end_s = line.run(found)
    assert isinstance(step, Goto)
    assert (step.hook, step.event) == (Hook(Target("/g")), "gather")
    return dict(step.fields), end_s


@pytest.mark.parametrize(
    ("attributes", "nested", "keys", "digits", "terminator", "end_s"),
    [
        ('maxDigits="2"', "", [(1, "2"), (2, "5")], "25", "", 2),
        ('terminatingDigits="#"', "", [(1, "1"), (2, "2"), (3, "3"), (4, "#")], "123", "#", 4),
        ('terminatingDigits="*#"', "", [(1, "7"), (2, "*")], "7", "*", 2),
        ('terminatingDigits="#"', "", [(1, "#")], "", "#", 1),
        ("", "", [(1, "1"), (2, "#")], "1#", "", 7),
        ('interDigitTimeout="1"', "", [(1, "4"), (2.5, "5")], "4", "", 2),
        ('interDigitTimeout="2"', "", [(1, "4"), (2.5, "5"), (4, "6")], "456", "", 6),
        ('firstDigitTimeout="2"', "", [], "", "", 2),
        ('firstDigitTimeout="2"', T3, [], "", "", 5),
        ('firstDigitTimeout="0"', T1, [], "", "", 1),
        ('firstDigitTimeout="0"', "", [], "", "", 0),
        ('firstDigitTimeout="1" repeatCount="3"', T1, [], "", "", 6),
        ('firstDigitTimeout="1" repeatCount="3" maxDigits="1"', T1, [(2.5, "1")], "1", "", 2.5),
        ('firstDigitTimeout="1" repeatCount="3" maxDigits="1"', T1, [(5.5, "1")], "1", "", 5.5),
        ('firstDigitTimeout="0" repeatCount="3"', T1, [], "", "", 3),
        ('firstDigitTimeout="1" repeatCount="30"', "", [], "", "", 1),
        ('terminatingDigits="a" maxDigits="3"', "", [(1, "b"), (2, "A")], "B", "A", 2),
        ('maxDigits="1" terminatingDigits="1"', "", [(1, "1")], "", "1", 1),
        ('terminatingDigits="#" maxDigits="1"', T1, [(0.5, "#")], "", "#", 0.5),
        ('input="dtmf_speech" maxDigits="1"', "", [(3, "3")], "3", "", 3),
        ('maxDigits="2"', "", [(1, "1"), (1, "2")], "12", "", 1),
    ],
)
def test_it_collects(
    attributes: str,
    nested: str,
    keys: list[tuple[float, str]],
    digits: str,
    terminator: str,
    end_s: float,
) -> None:
    line = ScriptedLine(keys=keys, clips=CLIPS)
    fields = {"digits": digits, "terminatingDigit": terminator}

    assert result(line, gather(attributes, nested)) == (fields, end_s)


def test_the_first_key_silences_the_prompt_and_skips_the_rest() -> None:
    line = ScriptedLine(keys=[(1, "9")], clips=CLIPS)
    result(line, gather('repeatCount="2" interDigitTimeout="1"', T3 + T1))

    assert line.heard == [("t3.wav", 0.0, 1.0)]


def test_prompts_are_heard_in_rounds() -> None:
    line = ScriptedLine(clips=CLIPS)
    speech = "<SpeakSentence>press one</SpeakSentence>"
    result(line, gather('repeatCount="2" firstDigitTimeout="0.5"', T1 + speech))

    assert line.heard == [
        ("t1.wav", 0.0, 1.0),
        ("press one", 1.0, 2.0),
        ("t1.wav", 2.5, 3.5),
        ("press one", 3.5, 4.5),
    ]


def test_keys_pressed_before_do_not_count() -> None:
    line = ScriptedLine(keys=[(1, "5")])
    step, end_s = line.run(Pause(duration_s=3.0), gather('firstDigitTimeout="1"'))

    assert isinstance(step, Goto)
    assert (step.fields["digits"], end_s) == ("", 4.0)


def test_keys_pressed_after_go_elsewhere() -> None:
    line = ScriptedLine(keys=[(1, "1"), (1.5, "2")])
    line.run(Gather(max_digits=1), Pause(duration_s=1.0))

    assert line.missed == ["2"]


def test_without_a_url_the_next_verb_runs() -> None:
    line = ScriptedLine(keys=[(1, "1")], clips=CLIPS)
    verbs = document(f'<Gather maxDigits="1"/>{T1}').verbs

    assert line.run(*verbs) == (None, 2.0)


def test_a_prompt_that_cannot_be_played_fails_the_call() -> None:
    with pytest.raises(CallError, match=r"x\.ogg"):
        ScriptedLine(clips=CLIPS).run(gather("", T1 + "<PlayAudio>x.ogg</PlayAudio>"))


def test_cancelling_stops_the_prompt_and_gives_the_keys_back() -> None:
    line = ScriptedLine(clips=CLIPS)

    async def hang_up_at_two() -> None:
        loop = running_loop()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(gather("", T3).run(line))
            loop.call_at(2.0, task.cancel)
        line.press("1")

    run(hang_up_at_two())

    assert line.heard == [("t3.wav", 0.0, 2.0)]
    assert line.missed == ["1"]


def test_speech_without_a_recogniser_is_no_result_after_the_timeouts() -> None:
    line = ScriptedLine(keys=[(0.5, "1")], clips=CLIPS)
    fields = {"digits": "", "terminatingDigit": "", "text": ""}

    found = gather('input="speech" speechTimeout="2" repeatCount="2"', T1)

    assert result(line, found) == (fields, 6.0)
    assert line.missed == []


def test_all_attributes_are_read() -> None:
    found = verb(
        '<Gather gatherUrl="/g" gatherMethod="get" gatherFallbackUrl="/f" fallbackUsername="f"'
        ' username="u" password="p" tag="t" terminatingDigits="#a" maxDigits="2.0"'
        ' interDigitTimeout="1.5" firstDigitTimeout="60" repeatCount="2" input="DTMF_Speech"'
        ' hints="red, light blue,," language="de-DE" speechModel="Phone_Call" speechTimeout="3"'
        ' profanityFilter="False" partialResultCallback="/p" partialResultCallbackMethod="GET"/>'
    )

    assert found == Gather(
        hook=Hook(
            Target("/g", "GET", Credentials("u", "p")), Target("/f", "POST", Credentials("f"))
        ),
        tag="t",
        terminating_digits="#A",
        max_digits=2,
        inter_digit_timeout_s=1.5,
        first_digit_timeout_s=60.0,
        repeat_count=2,
        mode="dtmf_speech",
        hints=("red", "light blue"),
        language="de-DE",
        speech_model="phone_call",
        speech_timeout_s=3,
        profanity_filter=False,
        partial_result=Hook(Target("/p", "GET", Credentials("u", "p"))),
    )
    assert (found.new_tag, found.answers, Gather.blocks) == ("t", True, True)


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        ('maxDigits="0"', "maxDigits must be within [1, 50], but was 0"),
        ('maxDigits="51"', "maxDigits must be within [1, 50], but was 51"),
        ('maxDigits="0.9"', "maxDigits must be within [1, 50], but was 0.9"),
        ('maxDigits="many"', 'maxDigits must be a whole number, but was "many"'),
        ('interDigitTimeout="61"', "interDigitTimeout must be within [1, 60], but was 61"),
        ('interDigitTimeout="0.5"', "interDigitTimeout must be within [1, 60]"),
        ('firstDigitTimeout="60.1"', "firstDigitTimeout must be within [0, 60]"),
        ('firstDigitTimeout="-1"', "firstDigitTimeout must be within [0, 60], but was -1"),
        ('repeatCount="0"', "repeatCount must be at least 1, but was 0"),
        ('terminatingDigits="x"', "terminatingDigits must hold only 0-9, *, # and A-D"),
        ('input="voice"', "input must be one of dtmf, speech, dtmf_speech"),
        ('language="english!"', "language must be a language such as en-US"),
        ('speechModel="best"', "speechModel must be one of default, numbers_and_commands"),
        ('speechTimeout="0"', "speechTimeout must be at least 1, but was 0"),
        ('profanityFilter="2"', "profanityFilter must be true or false"),
        ('partialResultCallback="ws://a.test"', "must be an http, https or relative URL"),
    ],
)
def test_faults_are_named(attribute: str, reason: str) -> None:
    assert reason in fault(f"<Gather {attribute}/>")


def test_the_fault_reads_as_agreed() -> None:
    reason = "<Gather> attribute maxDigits must be within [1, 50], but was 51 (line 3)"

    assert fault('\n\n<Gather maxDigits="51"/>') == reason


@pytest.mark.parametrize(
    ("nested", "rounds", "valid"), [(20, 1, True), (21, 1, False), (5, 4, True), (5, 5, False)]
)
def test_prompts_times_rounds_are_at_most_twenty(nested: int, rounds: int, valid: bool) -> None:
    xml = f'<Gather repeatCount="{rounds}">{T1 * nested}</Gather>'
    if valid:
        assert isinstance(found := verb(xml), Gather)
        assert len(found.prompts) == nested
    else:
        assert f"must be at most 20, but was {rounds} x {nested}" in fault(xml)


@pytest.mark.parametrize("name", ["Pause", "Gather", "Transfer", "Nonsense", "playaudio"])
def test_only_clips_may_be_nested(name: str) -> None:
    reason = f"<{name}> is not allowed inside <Gather>: only PlayAudio and SpeakSentence are"

    assert reason in fault(f"<Gather><{name}/></Gather>")


def test_an_empty_set_of_terminating_digits_switches_them_off() -> None:
    assert gather('terminatingDigits=""').terminating_digits == ""
