"""The tables, for SQLite and PostgreSQL alike.

What is searched or ordered by has a column; the whole of a record is a JSON document beside them,
so that a new field of a record needs no migration. Times are seconds since the epoch.
`migrations/versions` holds the way from an empty database to this; a test compares the two.
"""

from sqlalchemy import Column, Double, Index, Integer, MetaData, Table, Text, literal_column

# Schema revisions this version knows, oldest first.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")

metadata = MetaData()

calls = Table(
    "calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("to_party", Text, nullable=False),
    Column("from_party", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("start_time", Double),
    Column("end_time", Double),
    Column("cause", Text),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
)
Index("calls_by_age", calls.c.account_id, calls.c.created, calls.c.call_id)
is_open = calls.c.state != literal_column("'disconnected'")  # literal, or no index would match
Index("calls_open", calls.c.created, sqlite_where=is_open, postgresql_where=is_open)
Index("calls_ended", calls.c.end_time)

events = Table(
    "events",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_with_rowid=False,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("call_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("created", Double, nullable=False),
    Column("delivered", Double),
    Column("failed", Text),
    Column("document", Text, nullable=False),
)
Index("deliveries_by_call", deliveries.c.call_id, deliveries.c.sequence)
Index("deliveries_by_age", deliveries.c.account_id, deliveries.c.created, deliveries.c.id)
is_pending = deliveries.c.delivered.is_(None) & deliveries.c.failed.is_(None)
Index(
    "deliveries_pending",
    deliveries.c.created,
    sqlite_where=is_pending,
    postgresql_where=is_pending,
)

recordings = Table(
    "recordings",
    metadata,
    Column("recording_id", Text, primary_key=True),
    Column("call_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("to_party", Text, nullable=False),
    Column("from_party", Text, nullable=False),
    Column("start_time", Double, nullable=False),
    Column("end_time", Double),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("conference", Text),  # its name; null for the recording of a call
)
Index("recordings_by_call", recordings.c.call_id, recordings.c.start_time)
Index("recordings_by_age", recordings.c.account_id, recordings.c.start_time)
is_unfinished = recordings.c.status == literal_column("'processing'")
Index(
    "recordings_unfinished",
    recordings.c.start_time,
    sqlite_where=is_unfinished,
    postgresql_where=is_unfinished,
)
Index("recordings_ended", recordings.c.end_time)

transcripts = Table(
    "transcripts",
    metadata,
    Column("transcription_id", Text, primary_key=True),
    Column("call_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("recording_id", Text),  # null for the text of a call, written while it is spoken
    Column("created", Double, nullable=False),
    Column("completed", Double),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
)
Index("transcripts_by_call", transcripts.c.call_id, transcripts.c.created)
Index("transcripts_of_recordings", transcripts.c.recording_id)
is_unwritten = transcripts.c.completed.is_(None)
Index(
    "transcripts_unwritten",
    transcripts.c.created,
    sqlite_where=is_unwritten,
    postgresql_where=is_unwritten,
)
Index("transcripts_ended", transcripts.c.completed)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account_id", Text),
    Column("call_id", Text),
    Column("number", Integer),
    Column("data", Text, nullable=False),
)
Index("incidents_by_age", incidents.c.at)

answers = Table(
    "answers",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("created", Double, nullable=False),
    Column("document", Text, nullable=False),
)
Index("answers_by_age", answers.c.created)

conferences = Table(
    "conferences",
    metadata,
    Column("conference_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("completed", Double),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
)
Index(
    "conferences_by_age",
    conferences.c.account_id,
    conferences.c.created,
    conferences.c.conference_id,
)
is_live = conferences.c.completed.is_(None)
Index("conferences_live", conferences.c.created, sqlite_where=is_live, postgresql_where=is_live)
Index("conferences_ended", conferences.c.completed)

endpoints = Table(
    "endpoints",
    metadata,
    Column("endpoint_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("vanishes", Double, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
)
Index("endpoints_by_age", endpoints.c.account_id, endpoints.c.created, endpoints.c.endpoint_id)
is_connected = endpoints.c.status == literal_column("'CONNECTED'")
Index(
    "endpoints_connected",
    endpoints.c.created,
    sqlite_where=is_connected,
    postgresql_where=is_connected,
)
Index("endpoints_vanished", endpoints.c.vanishes)

directory = Table(
    "directory",
    metadata,
    Column("kind", Text, primary_key=True),  # account, user, application, number, trunk
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)
