"""What the API writes down and reads of refusals, in memory."""

from offhook.records import CallRecord, Event, Incident


class FakeStories:
    """Incidents by id, and one call with its log."""

    def __init__(self) -> None:
        self.refused: list[Incident] = []
        self.call: CallRecord | None = None
        self.log: list[Event] = []

    async def flushed(self) -> None:
        pass

    def incident(self, incident_id: str) -> Incident | None:
        return next((each for each in self.refused if each.id == incident_id), None)

    def any_call(self, call_id: str) -> CallRecord | None:
        return self.call if self.call and self.call.call_id == call_id else None

    def events(self, call_id: str, after: int = 0) -> list[Event]:
        return [e for e in self.log if e.call_id == call_id and e.number > after]
