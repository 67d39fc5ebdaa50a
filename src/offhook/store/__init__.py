"""What is kept: calls and conferences with their logs, webhooks, recordings and texts; endpoints,
incidents, answers and the directory.

Writing is for the event loop: it never blocks, and `flushed` tells when everything so far is on
disk. Reading blocks: call it through an Offload; it sees what is committed.
"""

import asyncio
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
    EndpointRecord,
    Event,
    Incident,
    KeptAnswer,
    Recording,
    Transcript,
)
from offhook.store import (
    answers,
    directory,
    incidents,
    recordings,
    retention,
    transcripts,
)
from offhook.store.batch import Change, Committer, Encoded, encode
from offhook.store.database import Database
from offhook.store.deputy import deputy
from offhook.store.directory import Entry
from offhook.store.feed import Feed
from offhook.store.migrate import upgrade
from offhook.store.reading import Reading
from offhook.store.tally import Tally
from offhook.store.writer import InlineWriter, StoreError, Writer

__all__ = ["Change", "Store", "StoreError"]
T = TypeVar("T")


class Store(Reading):
    """One database and its writer; `threaded=False` is for virtual time."""

    def __init__(self, database: Database, clock: Clock, *, threaded: bool) -> None:
        self._database = database
        self._clock = clock
        self._committer = Committer(database)
        self._deputy = deputy(database.url) if threaded and database.survives else None
        self.tally = Tally()
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
        if self._deputy is None or not self._deputy.commit(changes):
            self._committer.commit(changes)
        self.feed.committed(changes)

    def close(self) -> None:
        """Commit what is waiting and close; raises StoreError if that fails."""
        self.feed.close()
        try:
            self._writer.close()
        finally:
            if self._deputy is not None:
                self._deputy.close()
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

    def put_endpoint(self, record: EndpointRecord) -> None:
        """Write an endpoint's state; an older version never overwrites a newer."""
        self.write(record)

    def append(self, event: Event) -> None:
        """Append to a call's log."""
        self.tally.event(event)
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
        self.tally.incident(incident)
        self.write(incident)

    def keep_answer(self, answer: KeptAnswer) -> None:
        """Keep the answer to a request that named a key."""
        self.write(answer)

    async def flushed(self) -> None:
        """Return when everything written so far is committed; raises StoreError if it cannot."""
        await self._writer.flushing()

    def flushing(self) -> asyncio.Future[None]:
        """Return what is done then, to be awaited later: what is written meanwhile does not count.

        Raises StoreError, now or when it is awaited, if it cannot be committed.
        """
        return self._writer.flushing()

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
        """Remove what ended longer ago than that; returns how many."""
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
