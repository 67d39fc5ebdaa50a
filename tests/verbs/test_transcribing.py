"""What Record and StartRecording ask for alike."""

from offhook.hooks import Hook, Target
from offhook.verbs import RecordingOrder
from offhook.verbs.start_recording import StartRecording
from offhook.verbs.transcribing import recording_order


def test_where_a_text_goes_counts_only_with_the_wish_for_one() -> None:
    text = Hook(Target("/ta"))
    silent = StartRecording(transcription_available=text)
    wishing = StartRecording(transcription_available=text, transcribe=True)

    assert recording_order(silent, ("mixed",)) == RecordingOrder(("mixed",))
    assert recording_order(wishing, ("mixed",)) == RecordingOrder(
        ("mixed",), transcribe=True, transcribed=text.primary
    )
