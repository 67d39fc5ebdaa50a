"""Speech that nobody understood: there is no recogniser, or it failed (bxml.md 4.5)."""

from collections.abc import Iterator

from offhook.errors import Who
from offhook.explain.finding import Finding
from offhook.explain.story import Story

INSTALL = (
    "Install one with: pip install 'offhook[recognition]', and leave speech.recognizer at auto; it "
    "understands English."
)


def symptoms(story: Story, cause: Finding) -> Iterator[Finding]:
    """Tell once why nothing was understood."""
    del cause
    if deaf := story.last("speech.deaf"):
        sentence = f"Nobody listened to what the caller said: {deaf.data['reason']}."
        yield Finding(sentence, INSTALL, Who.OPERATOR, evidence=(deaf,))
    if failed := story.last("speech.failed"):
        sentence = f"Something that was said could not be recognised: {failed.data['reason']}."
        fix = "Look in the log for why; a machine that is too slow or short of memory is likely."
        yield Finding(sentence, fix, Who.OPERATOR, evidence=(failed,))
