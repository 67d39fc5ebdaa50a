"""Calls that ended as they may: who ended them, and with what (errors.md 8.2)."""

from offhook.errors import Cause
from offhook.explain.finding import Finding
from offhook.explain.story import Story
from offhook.records import Event


def ended(story: Story, event: Event) -> Finding:
    """Return how a call ended in which nothing failed."""
    cause = str(event.data.get("cause"))
    tell = {Cause.HANGUP: _hung_up, Cause.CANCEL: _cancelled, Cause.REJECTED: _rejected}
    known = tell.get(Cause(cause)) if cause in set(Cause) else None
    return known(story, event) if known else Finding(f"The call ended: {cause}.", evidence=(event,))


def running(story: Story) -> Finding:
    """Return what a call is doing that has not ended."""
    verb = story.last("verb.started")
    doing = f"; it runs <{verb.data.get('verb')}>" if verb else ""
    return Finding(
        f"The call is {story.record.state}{doing}.", evidence=story.some(verb or story.events[-1])
    )


def _hung_up(story: Story, event: Event) -> Finding:
    if completed := story.last("rest.completed"):
        return Finding("REST ended the call (state completed).", evidence=(completed, event))
    if bye := story.requests("sip.received", "BYE"):
        party = story.record.to if story.outbound else story.record.from_
        return Finding(f"{party} hung up.", evidence=(bye[-1], event))
    verb = story.last("verb.ended")
    if verb and verb.data.get("verb") == "Hangup":
        return Finding("The application hung up with <Hangup>.", evidence=(verb, event))
    document = story.last("bxml.accepted")
    if document and not str(document.data.get("text", "")).strip():
        said = "The application answered without a document, so the call was hung up."
        return Finding(said, evidence=story.some(story.last("webhook.answered"), event))
    after = f" after <{verb.data.get('verb')}>" if verb else ""
    return Finding(
        f"The document came to its end{after}, so the call was hung up.",
        evidence=story.some(verb, event),
    )


def _cancelled(story: Story, event: Event) -> Finding:
    if completed := story.last("rest.completed"):
        said = "REST ended the call before it was answered (state completed)."
        return Finding(said, evidence=(completed, event))
    if cancel := story.requests("sip.received", "CANCEL"):
        return Finding("The caller gave up before the answer.", evidence=(cancel[-1], event))
    if story.record.parent_call_id:
        parent = story.record.parent_call_id
        said = f"Call {parent}, which had placed this one, no longer needed it."
        return Finding(said, evidence=(event,))
    return Finding("The call was cancelled before it was answered.", evidence=(event,))


def _rejected(story: Story, event: Event) -> Finding:
    if completed := story.last("rest.completed"):
        said = "REST refused the caller (state completed before the answer)."
        return Finding(said, evidence=(completed, event))
    verb = story.last("verb.ended")
    why = f"<{verb.data.get('verb')}>" if verb else "its document"
    said = f"The application did not take the call: {why} ended it before it was answered."
    return Finding(said, evidence=story.some(verb, event))
