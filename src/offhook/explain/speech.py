"""Speech that nobody understood or wrote down: no recogniser, or it failed (bxml.md 4.5, 4.19)."""

from collections.abc import Iterator
from typing import Final

from offhook.errors import Entry, Who, transcriptions
from offhook.explain.finding import Finding
from offhook.explain.story import Story
from offhook.records import Event

INSTALL = (
    "Install one with: pip install 'offhook[recognition]', and leave speech.recognizer at auto; it "
    "understands English."
)


FOREIGN = "does not understand"
SPEAK_ENGLISH = "Ask for English (en-US, en-GB …), or leave the language out."


def live(story: Story, cause: Finding) -> Iterator[Finding]:
    """Tell of each live transcription that was refused, broke or has no text (errors.md 8.8)."""
    del cause
    told = (
        ("transcription.rejected", "cause", transcriptions.REJECTED, "was not started"),
        ("transcription.stopped", "cause", transcriptions.STOPPED, "broke"),
        ("transcription.written", "status", transcriptions.AVAILABLE, "has no text"),
    )
    for kind, key, member, what in told:
        for event in story.all(kind):
            for entry in transcriptions.ENTRIES:
                if (entry.member, entry.type) == (member, event.data.get(key)):
                    yield _failure(event, entry, what)


def _failure(event: Event, entry: Entry, what: str) -> Finding:
    why = event.data.get("why") or event.data.get("message")
    reason = str(why).rstrip(".") if why else entry.meaning.rstrip(".")
    where = event.data.get("destination")
    name = f"{event.data.get('transcription')}{f' to {where}' if where else ''}"
    sentence = f"Transcription {name} {what}: {reason}."
    if FOREIGN in reason:
        return Finding(sentence, SPEAK_ENGLISH, Who.APP, entry, (event,))
    return Finding(sentence, entry.fix, entry.who, entry, (event,))


RULES: Final = frozenset(entry.id for entry in transcriptions.ENTRIES)  # those told above


def symptoms(story: Story, cause: Finding) -> Iterator[Finding]:
    """Tell once why nothing was understood."""
    del cause
    if deaf := story.last("speech.deaf"):
        sentence = f"Nobody listened to what the caller said: {deaf.data['reason']}."
        foreign = FOREIGN in str(deaf.data["reason"])
        fix, who = (SPEAK_ENGLISH, Who.APP) if foreign else (INSTALL, Who.OPERATOR)
        yield Finding(sentence, fix, who, evidence=(deaf,))
    if failed := story.last("speech.failed"):
        sentence = f"Something that was said could not be recognised: {failed.data['reason']}."
        fix = "Look in the log for why; a machine that is too slow or short of memory is likely."
        yield Finding(sentence, fix, Who.OPERATOR, evidence=(failed,))
