"""What went wrong on a call that went on: its recordings, their texts, a REFER (errors.md 8.9)."""

from collections.abc import Callable, Iterator, Mapping

from offhook.errors import Entry, outcomes
from offhook.explain.finding import Finding
from offhook.explain.story import Story
from offhook.records import Event

Tell = Callable[[Event, Entry], str]


def symptoms(story: Story, cause: Finding) -> Iterator[Finding]:
    """Tell of each once, in the order of the log."""
    del cause
    for event in story.events:
        for entry in _failures(event):
            sentence = RULES[entry.id](event, entry)
            yield Finding(sentence, entry.fix, entry.who, entry, (event,))


def _failures(event: Event) -> Iterator[Entry]:
    """Return the entries that an event is a case of."""
    match event.kind:
        case "recording.made" | "recording.salvaged":
            yield from _of(outcomes.RECORDING, event.data.get("status"))
            yield from _of(outcomes.TRANSCRIPTION, event.data.get("transcription"))
        case "recording.transcribed":
            yield from _of(outcomes.TRANSCRIPTION, event.data.get("transcription"))
        case "refer.impossible":
            yield outcomes.REFER_FAILED
        case "refer.ended" if not _got_through(event):
            yield outcomes.REFER_FAILED


def _of(member: str, value: object) -> Iterator[Entry]:
    return (each for each in outcomes.ENTRIES if (each.member, each.type) == (member, value))


def _got_through(event: Event) -> bool:
    answered, notified = event.data.get("answered") or 0, event.data.get("notified") or 0
    return 200 <= answered < 300 and 200 <= notified < 300


def _recording(event: Event, entry: Entry) -> str:
    why = f": {event.data['why']}" if event.data.get("why") else ""
    return f"Recording {event.data['recording']} has status {entry.type}{why}."


def _text(event: Event, entry: Entry) -> str:
    why = event.data.get("without_text")
    reason = f"{why}." if why else _first(entry.meaning)
    return f"There is no text of recording {event.data['recording']}: {reason}"


def _refer(event: Event, entry: Entry) -> str:
    del entry
    answered, notified = event.data.get("answered"), event.data.get("notified")
    if event.kind == "refer.impossible":
        why = str(event.data.get("reason"))
    elif answered is None:
        why = "nothing was heard of the REFER"
    elif not 200 <= answered < 300:
        why = f"the caller's side refused the REFER with {answered}"
    elif notified is None:
        why = "the caller's side did not tell what became of its new call"
    else:
        why = f"the caller's new call ended with {notified}"
    return f"The caller was not sent elsewhere: {why}."


def _first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


RULES: Mapping[str, Tell] = {
    outcomes.REFER_FAILED.id: _refer,
    outcomes.RECORDING_PARTIAL.id: _recording,
    outcomes.RECORDING_ERROR.id: _recording,
    outcomes.TRANSCRIPTION_ERROR.id: _text,
    outcomes.TRANSCRIPTION_TOO_SHORT.id: _text,
    outcomes.TRANSCRIPTION_TOO_LONG.id: _text,
}
