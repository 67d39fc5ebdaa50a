"""What is kept: calls, their logs, webhooks and texts, conferences, recordings, the directory …

Writing is for the event loop: it never blocks, and `flushed` tells when everything so far is on
disk. Reading blocks: call it through an Offload; it sees what is committed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from offhook.clock import Clock
from offhook.records import (
    CallRecord,
    ConferenceRecord,
    Delivery,
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
    RecordingFilter,
)
from offhook.store import (
    answers,
    browsing,
    calls,
    conferences,
    deliveries,
    directory,
    events,
    incidents,
    recordings,
    retention,
    transcripts,
)
from offhook.store.batch import Change, Committer, Encoded, encode
from offhook.store.database import Database
from offhook.store.directory import Entry, Parts
from offhook.store.feed import Feed, News
from offhook.store.migrate import upgrade
from offhook.store.writer import InlineWriter, StoreError, Writer

__all__ = ["Change", "Store", "StoreError"]
T = TypeVar("T")


class Store:
    """One database and its writer; `threaded=False` is for virtual time."""

    def __init__(self, database: Database, clock: Clock, *, threaded: bool) -> None:
        self._database = database
        self._clock = clock
        self._committer = Committer(database)
        self.feed = Feed(f"{round(clock.wall() * 1000):x}")
        self._writer: Writer[Encoded] | InlineWriter[Encoded]
        if threaded:
            self._writer = Writer(self._commit)
        else:
            self._writer = InlineWriter(self._commit, survives=database.survives)
        self._group: list[Encoded] | None = None

    @classmethod
    def open(cls, url: str, clock: Clock, *, threaded: bool) -> "Store":
        """Open the database at `url`, made or upgraded if need be; raises StoreError."""
        try:
            database = Database(url)
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise StoreError(f"the database cannot be used: {error}") from error
        try:
            upgrade(database)
        except StoreError:
            database.close()
            raise
        except SQLAlchemyError as error:
            database.close()
            raise StoreError(f"the database cannot be used: {error}") from error
        return cls(database, clock, threaded=threaded)

    def _commit(self, changes: Sequence[Encoded]) -> None:
        self._committer.commit(changes)
        self.feed.committed(changes)

    def close(self) -> None:
        """Commit what is waiting and close; raises StoreError if that fails."""
        self.feed.close()
        try:
            self._writer.close()
        finally:
            self._database.close()

    # Writing: on the event loop, in order, never blocking

    @property
    def healthy(self) -> bool:
        """Whether what is accepted now will soon be on disk; if not, refuse new work."""
        return self._writer.healthy

    @property
    def backlog(self) -> int:
        """How many changes wait for their commit."""
        return self._writer.backlog

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Put all that the body writes into one transaction; the body must not await.

        A body that fails has written nothing.
        """
        assert self._group is None, "a batch inside a batch"
        group: list[Encoded] = []
        self._group = group
        try:
            yield
        finally:
            self._group = None
        self._writer.write(group)

    def write(self, *changes: Change) -> None:
        """Write changes in one transaction; raises StoreError when memory ends."""
        encoded = [encode(change) for change in changes]
        if self._group is not None:
            self._group += encoded
        else:
            self._writer.write(encoded)

    def put_call(self, record: CallRecord) -> None:
        """Write a call's state; an older version never overwrites a newer."""
        self.write(record)

    def put_conference(self, record: ConferenceRecord) -> None:
        """Write a conference's state; an older version never overwrites a newer."""
        self.write(record)

    def append(self, event: Event) -> None:
        """Append to a call's log."""
        self.write(event)

    def put_delivery(self, delivery: Delivery) -> None:
        """Put a webhook into the outbox."""
        self.write(delivery)

    def settle(self, delivery: Delivery) -> None:
        """Write down that a delivery has arrived or is given up."""
        self.write(delivery)

    def put_recording(self, recording: Recording) -> None:
        """Write down how far a recording is."""
        self.write(recording)

    def put_transcript(self, transcript: Transcript) -> None:
        """Write down how far a text is."""
        self.write(transcript)

    def put_incident(self, incident: Incident) -> None:
        """Write down what an id opens that somebody is told."""
        self.write(incident)

    def keep_answer(self, answer: KeptAnswer) -> None:
        """Keep the answer to a request that named a key."""
        self.write(answer)

    async def flushed(self) -> None:
        """Return when everything written so far is committed; raises StoreError if it cannot."""
        await self._writer.flushed()

    # Reading: blocks, any thread; raises StoreError while the database cannot be reached

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

    # Administration: blocks, any thread; raises StoreError like reading

    def put(self, *entries: Entry) -> None:
        """Add entries to the directory, or replace those of their names."""
        with self._administering() as connection:
            for entry in entries:
                directory.put(connection, entry)

    def remove(self, kind: type[Entry], name: str) -> bool:
        """Remove an entry from the directory; returns whether it was there."""
        with self._administering() as connection:
            return directory.remove(connection, kind, name)

    def remove_recordings(self, recording_ids: Sequence[str]) -> None:
        """Forget recordings; nothing of them may wait to be written."""
        with self._administering() as connection:
            recordings.remove(connection, recording_ids)
            transcripts.remove_of(connection, recording_ids)

    def remove_transcript(self, transcription_id: str) -> None:
        """Forget a text; nothing of it may wait to be written."""
        with self._administering() as connection:
            transcripts.remove(connection, transcription_id)

    def purge_transcripts(self, before: float) -> int:
        """Forget live texts that were complete before then; returns how many."""
        with self._administering() as connection:
            return transcripts.purge(connection, before)

    def purge(self, keep_s: float = retention.CALLS_KEPT_S) -> int:
        """Remove what ended longer ago than that; returns how many calls and conferences."""
        before = self._clock.wall() - keep_s
        removed = 0
        with self._administering() as connection:
            answers.purge(connection, self._clock.wall())
        while True:
            with self._administering() as connection:
                portion = retention.purge(connection, before)
                incidents.purge(connection, before)
            removed += portion
            if not portion:
                return removed

    @contextmanager
    def _administering(self) -> Iterator[Connection]:
        self._catch_up()
        with _reachable("written"), self._database.writing() as connection:
            yield connection

    def _read(self, query: Callable[[Connection], T]) -> T:
        self._catch_up()
        with _reachable("read"), self._database.reading() as connection:
            return query(connection)

    def _catch_up(self) -> None:
        """Without a thread of its own the writer waits for somebody who needs to see it."""
        if isinstance(self._writer, InlineWriter):
            self._writer.flush()


@contextmanager
def _reachable(purpose: str) -> Iterator[None]:
    """Say in our words that the database does not let us."""
    try:
        yield
    except (OperationalError, InterfaceError, NoConnectionError) as error:
        reason = getattr(error, "orig", error)  # what the database says, without our statement
        raise StoreError(f"the database cannot be {purpose}: {reason}") from error
