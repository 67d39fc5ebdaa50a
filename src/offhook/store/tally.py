"""What has been written since the start, counted by kind: for whoever draws lines over time."""

from collections import Counter

from offhook.records import Event, Incident

ENDED = "call.ended"


class Tally:
    """Counters that only grow. Kinds and causes are ours, so there are not many of each."""

    def __init__(self) -> None:
        self.events: Counter[str] = Counter()  # by kind
        self.causes: Counter[str] = Counter()  # of calls that have ended
        self.incidents: Counter[str] = Counter()  # by kind

    def event(self, event: Event) -> None:
        """Count one entry of a log."""
        self.events[event.kind] += 1
        if event.kind == ENDED:
            self.causes[str(event.data.get("cause"))] += 1

    def incident(self, incident: Incident) -> None:
        """Count something that somebody was told an id of."""
        self.incidents[str(incident.kind)] += 1
