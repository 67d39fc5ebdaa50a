"""Where stories are found: what an id names, and the log that belongs to it."""

from dataclasses import replace
from typing import NamedTuple, Protocol

from offhook.explain import Explanation, Story, explain, explain_call
from offhook.records import CallRecord, Event, Incident


class Stories(Protocol):
    """The store, as far as explaining needs it; reading blocks."""

    def incident(self, incident_id: str) -> Incident | None:
        """Return what an id opens."""
        ...

    def any_call(self, call_id: str) -> CallRecord | None:
        """Return a call, whoever it belongs to."""
        ...

    def events(self, call_id: str, after: int = 0) -> list[Event]:
        """Return a call's log."""
        ...


class Told(NamedTuple):
    """An explanation, and whose business it is: an account's, or (None) anybody's."""

    account_id: str | None
    explanation: Explanation


def tell(stories: Stories, asked: str, asker: str | None = None) -> Told | None:
    """Explain an X-Request-Id, an errorId, an incident of the log or a call id; None: unknown.

    `asker` is the name of a user; None is whoever runs the server, who may know everything.
    """
    incident = stories.incident(asked)
    if incident is not None and asker is not None:
        incident = _discreet(incident, asker)
    call_id = asked if incident is None else incident.call_id
    record = stories.any_call(call_id) if call_id else None
    story = Story(record, tuple(stories.events(record.call_id))) if record else None
    if incident is not None:
        return Told(incident.account_id, explain(incident, story))
    return Told(story.record.account_id, explain_call(story)) if story else None


def _discreet(incident: Incident, asker: str) -> Incident:
    """Leave out why a login failed, but for the user whom it names: users are not to be guessed."""
    named = incident.data.get("user")
    if incident.account_id is not None or named in (None, asker):
        return incident
    return replace(incident, data={**incident.data, "why": None})
