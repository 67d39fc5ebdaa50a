"""Endpoints in the database: round trip, versions, what has vanished, and the list."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from tests.store.samples import ACCOUNT

from offhook.hooks import Hook, Target
from offhook.records import Device, DeviceStatus, EndpointRecord
from offhook.requests import EndpointFilter
from offhook.store import endpoints
from offhook.store.tables import metadata

NOW = 2000.0
engine = create_engine("sqlite://", poolclass=StaticPool)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with engine.connect() as made:
        metadata.drop_all(made)
        metadata.create_all(made)
        yield made


def endpoint(endpoint_id: str = "e-1", **changes: Any) -> EndpointRecord:
    made = EndpointRecord(endpoint_id, ACCOUNT, "INBOUND", 1000.0, 3000.0, "digest")
    return replace(made, **changes)


def write(connection: Connection, *records: EndpointRecord) -> None:
    for record in records:
        endpoints.upsert(engine.dialect).write(connection, [endpoints.to_row(record)])


def test_a_record_comes_back_as_it_was(connection: Connection) -> None:
    events = Hook(Target("https://a.test/"), Target("https://b.test/"))
    devices = (Device("d-1", 1500.0, "Chrome"), Device("d-2", 1600.0))
    full = endpoint(events=events, tag="\N{SNOWMAN}", devices=devices, version=3)
    write(connection, full)

    assert endpoints.find(connection, "e-1", NOW) == full
    assert endpoints.find(connection, "e-2", NOW) is None


def test_an_older_version_never_overwrites_a_newer(connection: Connection) -> None:
    newer = endpoint(version=1, tag="new")
    write(connection, newer, endpoint())

    assert endpoints.find(connection, "e-1", NOW) == newer


def test_what_is_deleted_or_a_day_old_is_gone(connection: Connection) -> None:
    write(connection, endpoint(), endpoint("e-2", deleted=NOW))

    assert endpoints.find(connection, "e-1", 2999.9) is not None
    assert endpoints.find(connection, "e-1", 3000.0) is None
    assert endpoints.find(connection, "e-2", NOW) is None
    assert endpoints.matching(connection, ACCOUNT, EndpointFilter(), NOW).total == 1


CONNECTED = (Device("d-1", 1.0), Device("d-2", 1.0, status=DeviceStatus.DISCONNECTED))
LEFT = (Device("d-3", 1.0, status=DeviceStatus.DISCONNECTED),)


@pytest.mark.parametrize(
    ("wanted", "found", "before", "total"),
    [
        (EndpointFilter(), ["e-2", "e-1", "e-3"], 0, 3),
        (EndpointFilter(limit=2), ["e-2", "e-1"], 0, 3),
        (EndpointFilter(after=(1000.0, "e-1"), limit=2), ["e-3"], 2, 3),
        (EndpointFilter(after=(9000.0, "e-1")), [], 3, 3),
        (EndpointFilter(DeviceStatus.CONNECTED), ["e-1"], 0, 1),
        (EndpointFilter(DeviceStatus.DISCONNECTED, after=(500.0, "e-2")), ["e-3"], 1, 2),
    ],
)
def test_the_list_is_filtered_and_the_oldest_first(
    connection: Connection, wanted: EndpointFilter, found: list[str], before: int, total: int
) -> None:
    write(
        connection,
        endpoint("e-3", created=1500.0, devices=LEFT),
        endpoint("e-1", devices=CONNECTED),
        endpoint("e-2", created=500.0),
        endpoint("e-4", account_id="77"),
    )
    page = endpoints.matching(connection, ACCOUNT, wanted, NOW)

    assert ([r.endpoint_id for r in page.records], page.before, page.total) == (
        found,
        before,
        total,
    )


def test_those_with_a_device_are_found_even_if_they_have_vanished(connection: Connection) -> None:
    there, gone = endpoint(devices=CONNECTED), endpoint("e-2", devices=CONNECTED, deleted=1.0)
    write(connection, there, gone, endpoint("e-3", devices=LEFT))

    assert endpoints.connected(connection) == [there, gone]
