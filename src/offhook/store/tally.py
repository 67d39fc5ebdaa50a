"""What has been written since the start, counted by kind: for whoever draws lines over time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from offhook.records import Event, Incident

ENDED, CLOSED = "call.ended", "media.closed"
MOS = {"heard": "mos_heard", "sent": "mos_sent"}  # by direction: its place in CLOSED
MOS_STEPS = (1.5, 2.0, 2.5, 3.0, 3.5, 3.8, 4.0, 4.2, 4.4)


class Spread:
    """How often values were at most so large, for each of some steps."""

    def __init__(self, steps: Sequence[float]) -> None:
        self.steps = steps
        self.counts = [0] * (len(steps) + 1)  # the last: of those that were larger
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.steps, value)] += 1
        self.total += value


class Tally:
    """Counters that only grow. Kinds and causes are ours, so there are not many of each."""

    def __init__(self) -> None:
        self.events: Counter[str] = Counter()  # by kind
        self.causes: Counter[str] = Counter()  # of calls that have ended
        self.incidents: Counter[str] = Counter()  # by kind
        self.mos = {direction: Spread(MOS_STEPS) for direction in MOS}  # of legs that have ended

    def event(self, event: Event) -> None:
        """Count one entry of a log."""
        self.events[event.kind] += 1
        if event.kind == ENDED:
            self.causes[str(event.data.get("cause"))] += 1
        elif event.kind == CLOSED:
            for direction, name in MOS.items():
                if (score := event.data.get(name)) is not None:
                    self.mos[direction].add(score)

    def incident(self, incident: Incident) -> None:
        """Count something that somebody was told an id of."""
        self.incidents[str(incident.kind)] += 1
