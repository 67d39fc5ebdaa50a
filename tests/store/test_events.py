"""The event log in the database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from tests.store.samples import event

from offhook.records import Event
from offhook.store import events
from offhook.store.tables import metadata

engine = create_engine("sqlite://", poolclass=StaticPool)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with engine.connect() as made:
        metadata.drop_all(made)
        metadata.create_all(made)
        yield made


def write(connection: Connection, *entries: Event) -> None:
    events.upsert(engine.dialect).write(connection, [events.to_row(entry) for entry in entries])


def test_events_come_back_in_order_with_their_data(connection: Connection) -> None:
    first = event(number=1, text="\N{SNOWMAN}\n", nested={"list": [1, 2.5, None, True]})
    second = event(number=2)
    write(connection, second, event("c-2", 1), first)

    assert events.of_call(connection, "c-1") == [first, second]
    assert events.of_call(connection, "c-1", after=1) == [second]


def test_an_event_that_is_there_stays_as_it_is(connection: Connection) -> None:
    write(connection, event(number=1, first=True))
    write(connection, event(number=1, first=False), event(number=2))

    assert [e.data for e in events.of_call(connection, "c-1")] == [{"first": True}, {}]


def test_the_last_number_is_per_call_and_0_before_the_first(connection: Connection) -> None:
    write(connection, *(event(number=n) for n in (1, 2, 12)))

    assert events.last_number(connection, "c-1") == 12
    assert events.last_number(connection, "c-2") == 0


def test_text_that_utf_8_cannot_hold_is_written_with_question_marks(
    connection: Connection,
) -> None:
    write(connection, event(said=["caf\udce9", "größer"]))

    assert events.of_call(connection, "c-1")[0].data == {"said": ["caf?", "größer"]}


def test_data_that_is_no_json_is_refused_at_once() -> None:
    with pytest.raises(TypeError):
        events.to_row(event(thing=object()))
