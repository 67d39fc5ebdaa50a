"""Calls that were to talk to an endpoint, and what became of that (bxml.md 4.3)."""

from collections.abc import Iterator

from offhook.errors import Who
from offhook.explain.finding import Finding
from offhook.explain.story import Story

FIX = "Let a device of the endpoint connect and send sound before a call comes: docs/endpoints.md."


def symptoms(story: Story, cause: Finding) -> Iterator[Finding]:
    """Each Connect that found nobody."""
    del cause
    for event in story.all("connect.failed"):
        sentence = (
            f"A <Connect> to endpoint {event.data['endpoint']} failed: {event.data['reason']}."
        )
        yield Finding(sentence, FIX, Who.APP, evidence=(event,))
