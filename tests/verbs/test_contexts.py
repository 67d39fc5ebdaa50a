"""Which verbs a document may hold, by where it comes from (the matrix of bxml.md 3)."""

import pytest

from offhook.verbs import registry
from offhook.verbs.contexts import Context, refusal
from offhook.verbs.document import InvalidBxml, parse

IN_CONFERENCE = {
    "PauseRecording",
    "PlayAudio",
    "ResumeRecording",
    "SpeakSentence",
    "StartRecording",
    "StopRecording",
}
BY_TELEPHONE = {"Forward", "Refer"}
NOT_BEFORE_BRIDGED = {"Bridge", "Conference", "Connect", "Forward", "Refer", "Transfer"}


@pytest.mark.parametrize("name", registry.verbs())
def test_the_matrix_holds(name: str) -> None:
    verb = registry.verbs()[name]

    assert refusal(verb, Context.CALL) is None
    assert refusal(verb, Context.UNANSWERED) is None
    assert (refusal(verb, Context.ENDPOINT) is None) == (name not in BY_TELEPHONE)
    assert (refusal(verb, Context.CONFERENCE) is None) == (name in IN_CONFERENCE)
    assert (refusal(verb, Context.TRANSFER_ANSWER) is None) == (name not in NOT_BEFORE_BRIDGED)


@pytest.mark.parametrize(
    ("context", "fault"),
    [
        (Context.CONFERENCE, "Hangup is not allowed in a conference (line 1)"),
        (Context.TRANSFER_ANSWER, "<Bridge> is not allowed before the leg is bridged (line 2)"),
    ],
)
def test_the_reader_refuses_by_context(context: Context, fault: str) -> None:
    with pytest.raises(InvalidBxml) as caught:
        parse(b"<Response><Hangup/>\n<Bridge>c-1</Bridge></Response>", context=context)

    assert str(caught.value) == fault
    assert caught.value.finding.rule.id == "verb-context"
