"""`<Record>` (bxml.md 4.10)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs import Goto, RecordingOrder
from offhook.verbs.record import Record

HOOK = Hook(Target("/rc"))
COMPLETE = Goto(HOOK, "recordComplete", {"recordingId": "r-1"})


def ended(line: ScriptedLine, record: Record) -> float:
    """Run it; return the second in which the recording was told to end."""
    assert line.run(record)[0] == (COMPLETE if record.hook else None)
    assert line.captured is not None
    assert line.captured.ended_s is not None
    return round(line.captured.ended_s, 3)


def test_it_is_read_with_all_its_attributes() -> None:
    xml = """<Record recordCompleteUrl="https://a.test/rc" recordCompleteMethod="GET"
        recordCompleteFallbackUrl="https://b.test/rc" recordingAvailableUrl="/ra"
        username="u" password="p" fallbackUsername="v" tag="t" terminatingDigits="12"
        maxDuration="90" silenceTimeout="2.5" fileFormat="mp3" recordingName="greet"
        transcribe="true" detectLanguage="true" transcriptionAvailableUrl="/ta"/>"""
    login = Credentials("u", "p")

    assert verb(xml) == Record(
        hook=Hook(
            Target("https://a.test/rc", "GET", login),
            Target("https://b.test/rc", credentials=Credentials("v")),
        ),
        available=Hook(Target("/ra", credentials=login)),
        tag="t",
        terminating_digits="12",
        max_duration_s=90,
        silence_timeout_s=2.5,
        file_format="mp3",
        recording_name="greet",
        transcribe=True,
        detect_language=True,
        transcription_available=Hook(Target("/ta", credentials=login)),
    )


def test_it_ends_with_hash_or_after_a_minute_unless_told_otherwise() -> None:
    assert verb("<Record/>") == Record(terminating_digits="#", max_duration_s=60)
    assert (Record().answers, Record.blocks, Record(tag="x").new_tag) == (True, True, "x")


@pytest.mark.parametrize(
    ("attribute", "named"),
    [
        ('maxDuration="0.5"', "maxDuration"),
        ('maxDuration="10801"', "maxDuration"),
        ('silenceTimeout="-1"', "silenceTimeout"),
        ('fileFormat="ogg"', "fileFormat"),
        ('recordCompleteUrl="http://pub.test/x" username="u"', "https"),
        (
            'recordCompleteFallbackUrl="http://b.test" recordCompleteUrl="/x" fallbackUsername="u"',
            "https",
        ),
    ],
)
def test_what_is_wrong_is_named(attribute: str, named: str) -> None:
    assert named in fault(f"<Record {attribute}/>")


def test_a_terminating_key_ends_it_and_others_do_not() -> None:
    line = ScriptedLine(keys=[(1, "5"), (2, "a"), (3, "#")])

    assert ended(line, Record(hook=HOOK, terminating_digits="A")) == 2
    assert line.orders == [RecordingOrder(("inbound",))]
    assert line.tape == ["captured"]


def test_without_terminating_keys_only_time_ends_it() -> None:
    line = ScriptedLine(keys=[(1, "#")])

    assert ended(line, Record(hook=HOOK, terminating_digits="", max_duration_s=7)) == 7


@pytest.mark.parametrize(
    ("voices", "ends_s"),
    [
        ([], 2.0),  # silence counts from the start
        ([(1.0, True), (4.0, False)], 6.0),
        ([(1.9, True), (3.0, False), (4.5, True), (5.0, False)], 7.0),
        ([(1.0, True)], 60.0),
    ],
)
def test_silence_ends_it(voices: list[tuple[float, bool]], ends_s: float) -> None:
    line = ScriptedLine(voices=voices)

    assert ended(line, Record(hook=HOOK, silence_timeout_s=2)) == ends_s


def test_without_a_timeout_silence_does_not_end_it() -> None:
    assert ended(ScriptedLine(voices=[(1, True), (2, False)]), Record(hook=HOOK)) == 60


def test_a_recording_that_ends_by_itself_is_reported() -> None:
    assert ended(ScriptedLine(breaks_s=3.0), Record(hook=HOOK)) == 3


def test_without_a_url_the_next_verb_runs() -> None:
    available, text = Hook(Target("/ra")), Hook(Target("/ta"))
    record = Record(
        available=available,
        file_format="mp3",
        recording_name="x",
        transcribe=True,
        transcription_available=text,
    )
    line = ScriptedLine(keys=[(1, "#")])

    assert ended(line, record) == 1
    assert line.orders == [
        RecordingOrder(("inbound",), "mp3", "x", available.primary, True, text.primary)
    ]
