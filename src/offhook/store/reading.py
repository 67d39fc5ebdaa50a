"""What can be read of the store: blocks, from any thread, and sees what is committed.

All of it raises StoreError while the database cannot be reached.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from offhook.clock import Clock
from offhook.records import (
    CallRecord,
    ConferenceRecord,
    Delivery,
    EndpointRecord,
    Event,
    Incident,
    KeptAnswer,
    Recording,
    Transcript,
)
from offhook.requests import (
    CallFilter,
    CallSearch,
    ConferenceFilter,
    DeliveryFilter,
    EndpointFilter,
    EndpointPage,
    RecordingFilter,
)
from offhook.store import (
    answers,
    browsing,
    calls,
    conferences,
    deliveries,
    directory,
    endpoints,
    events,
    incidents,
    recordings,
    transcripts,
)
from offhook.store.directory import Parts
from offhook.store.feed import Feed, News

T = TypeVar("T")


class Reading:
    """The reading half of a store; whoever has a database says how a query runs."""

    feed: Feed
    _clock: Clock

    def _read(self, query: Callable[[Connection], T]) -> T:
        raise NotImplementedError

    def _catch_up(self) -> None:
        raise NotImplementedError

    def call(self, account_id: str, call_id: str) -> CallRecord | None:
        """Return the account's call."""
        return self._read(lambda connection: calls.find(connection, account_id, call_id))

    def any_call(self, call_id: str) -> CallRecord | None:
        """Return a call, whoever it belongs to: for whoever runs the server."""
        return self._read(lambda connection: calls.any_account(connection, call_id))

    def calls(self, account_id: str, wanted: CallFilter) -> list[CallRecord]:
        """Return the account's calls that pass the filter, oldest first."""
        return self._read(lambda connection: calls.matching(connection, account_id, wanted))

    def search_calls(self, account_id: str, wanted: CallSearch) -> list[CallRecord]:
        """Return the account's calls that match, newest first."""
        return self._read(lambda connection: browsing.search(connection, account_id, wanted))

    def some_calls(self, account_id: str, call_ids: Sequence[str]) -> list[CallRecord]:
        """Return those of the account's calls, oldest first."""
        return self._read(lambda connection: browsing.some(connection, account_id, call_ids))

    def open_calls(self) -> list[CallRecord]:
        """Return all calls that have not ended, oldest first."""
        return self._read(calls.unfinished)

    def conference(self, account_id: str, conference_id: str) -> ConferenceRecord | None:
        """Return the account's conference."""
        return self._read(lambda found: conferences.find(found, account_id, conference_id))

    def conferences(self, account_id: str, wanted: ConferenceFilter) -> list[ConferenceRecord]:
        """Return the account's conferences that pass the filter, oldest first."""
        return self._read(lambda found: conferences.matching(found, account_id, wanted))

    def open_conferences(self) -> list[ConferenceRecord]:
        """Return all conferences that have not ended, oldest first."""
        return self._read(conferences.unfinished)

    def endpoint(self, endpoint_id: str) -> EndpointRecord | None:
        """Return an endpoint that has not vanished, whoever it belongs to."""
        now = self._clock.wall()
        return self._read(lambda found: endpoints.find(found, endpoint_id, now))

    def endpoints(self, account_id: str, wanted: EndpointFilter) -> EndpointPage:
        """Return the account's endpoints that pass the filter, oldest first."""
        now = self._clock.wall()
        return self._read(lambda found: endpoints.matching(found, account_id, wanted, now))

    def connected_endpoints(self) -> list[EndpointRecord]:
        """Return all endpoints that have a device, oldest first, vanished ones included."""
        return self._read(endpoints.connected)

    def events(self, call_id: str, after: int = 0) -> list[Event]:
        """Return the call's log, or what of it has a number above `after`."""
        return self._read(lambda connection: events.of_call(connection, call_id, after))

    def news(self, account_id: str, place: str | None, limit: int) -> News:
        """Return the account's events committed after a place of the feed; None is its end.

        Raises ValueError for what is no place.
        """
        self._catch_up()
        spots = self.feed.after(place, account_id, limit)

        def query(connection: Connection) -> list[Event]:
            strangers = {spot.call_id for spot in spots.found if not spot.account_id}
            others = {each for each in strangers if not self._owns(connection, account_id, each)}
            wanted = [(s.call_id, s.number) for s in spots.found if s.call_id not in others]
            return events.at(connection, wanted)

        return News(self._read(query) if spots.found else [], spots.place, spots.missed)

    @staticmethod
    def _owns(connection: Connection, account_id: str, call_id: str) -> bool:
        return bool(
            calls.find(connection, account_id, call_id)
            or conferences.find(connection, account_id, call_id)
        )

    def last_event_number(self, call_id: str) -> int:
        """Return the number of the call's last event, 0 if it has none."""
        return self._read(lambda connection: events.last_number(connection, call_id))

    def pending_deliveries(self) -> list[Delivery]:
        """Return what is neither delivered nor given up, each call's in order."""
        return self._read(deliveries.pending)

    def deliveries(self, call_id: str) -> list[Delivery]:
        """Return the call's webhooks in order, settled ones included."""
        return self._read(lambda connection: deliveries.of_call(connection, call_id))

    def delivery(self, account_id: str, event_id: str) -> Delivery | None:
        """Return a webhook of the account."""
        return self._read(lambda connection: deliveries.find(connection, account_id, event_id))

    def find_deliveries(self, account_id: str, wanted: DeliveryFilter) -> list[Delivery]:
        """Return the account's webhooks that pass the filter, oldest first."""
        return self._read(lambda connection: deliveries.matching(connection, account_id, wanted))

    def last_sequence(self, call_id: str) -> int:
        """Return the sequence number of the call's last delivery, 0 if it has none."""
        return self._read(lambda connection: deliveries.last_sequence(connection, call_id))

    def recording(self, account_id: str, call_id: str, recording_id: str) -> Recording | None:
        """Return a recording of the account's call."""
        return self._read(lambda found: recordings.find(found, account_id, call_id, recording_id))

    def recordings_of(self, account_id: str, call_id: str, limit: int = 1000) -> list[Recording]:
        """Return the recordings of the account's call, oldest first."""
        return self._read(lambda found: recordings.of_call(found, account_id, call_id, limit))

    def recordings(self, account_id: str, wanted: RecordingFilter) -> list[Recording]:
        """Return recordings of the account's calls that pass the filter, oldest first."""
        return self._read(lambda found: recordings.matching(found, account_id, wanted))

    def unfinished_recordings(self) -> list[Recording]:
        """Return the recordings whose file is not made yet."""
        return self._read(recordings.unfinished)

    def ended_recordings(self, before: float, limit: int = 500) -> list[Recording]:
        """Return recordings that ended before then, oldest first."""
        return self._read(lambda found: recordings.ended(found, before, limit))

    def transcript(self, account_id: str, transcription_id: str) -> Transcript | None:
        """Return a text of the account."""
        return self._read(lambda found: transcripts.find(found, account_id, transcription_id))

    def transcripts_of(self, account_id: str, call_id: str) -> list[Transcript]:
        """Return the live texts of the account's call, oldest first."""
        return self._read(lambda found: transcripts.of_call(found, account_id, call_id))

    def unfinished_transcripts(self) -> list[Transcript]:
        """Return the texts that are under way."""
        return self._read(transcripts.unfinished)

    def incident(self, incident_id: str) -> Incident | None:
        """Return what an X-Request-Id or errorId opens."""
        return self._read(lambda connection: incidents.find(connection, incident_id))

    def kept_answer(self, account_id: str, operation: str, key: str) -> KeptAnswer | None:
        """Return the answer to an earlier request that named this key."""
        now = self._clock.wall()
        return self._read(lambda found: answers.find(found, account_id, operation, key, now))

    def leaving_recordings(self) -> list[Recording]:
        """Return the recordings whose media is still to be removed, oldest first."""
        return self._read(recordings.leaving)

    def incidents(self, limit: int = 20) -> list[Incident]:
        """Return the latest incidents, newest first."""
        return self._read(lambda connection: incidents.latest(connection, limit))

    def load_directory(self) -> Parts:
        """Return the directory's entries: the arguments of `Directory`."""
        return self._read(directory.load)

    def directory_version(self) -> int:
        """Return a number that grows with every change of the directory, by any process."""
        return self._read(directory.version)
