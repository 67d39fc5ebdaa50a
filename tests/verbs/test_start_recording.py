"""`<StartRecording>` (bxml.md 4.17)."""

from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs import RecordingOrder
from offhook.verbs.start_recording import StartRecording


def test_it_is_read_with_all_its_attributes() -> None:
    xml = """<StartRecording recordingAvailableUrl="/ra" recordingAvailableMethod="GET"
        username="u" tag="t" fileFormat="mp3" multiChannel="true" recordingName="n"
        transcribe="true" transcriptionAvailableUrl="/ta"/>"""
    login = Credentials("u")

    assert verb(xml) == StartRecording(
        available=Hook(Target("/ra", "GET", login)),
        tag="t",
        multi_channel=True,
        file_format="mp3",
        recording_name="n",
        transcribe=True,
        transcription_available=Hook(Target("/ta", credentials=login)),
    )


def test_credentials_need_https() -> None:
    xml = '<StartRecording recordingAvailableUrl="HTTP://a.test/x" username="u"/>'

    assert "https" in fault(xml)


def test_both_directions_go_into_one_channel_or_each_into_its_own() -> None:
    line = ScriptedLine()
    mono = StartRecording(available=Hook(Target("/ra")), tag="x")
    stereo = StartRecording(multi_channel=True, file_format="mp3", recording_name="n")

    assert line.run(mono, stereo) == (None, 0.0)
    assert line.orders == [
        RecordingOrder(("mixed",), available=Target("/ra")),
        RecordingOrder(("inbound", "outbound"), "mp3", "n"),
    ]
    assert (mono.answers, StartRecording.blocks, mono.new_tag) == (True, False, "x")
