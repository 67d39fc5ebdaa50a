"""Incidents in the store: found by id, forgotten by age and by number."""

from collections.abc import Iterator

import pytest
from tests.store.samples import incident

from offhook.clock import Clock
from offhook.store import Store, incidents


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store.open("sqlite://", Clock(lambda: 0.0, lambda: 5000.0), threaded=False)
    yield made
    made.close()


def test_an_incident_is_found_by_its_id_only(store: Store) -> None:
    told = incident(call_id="c-1", number=7, data={"text": "\udcff"})
    store.put_incident(incident("i-2"))
    store.put_incident(told)

    found = store.incident("i-1")
    assert found is not None
    assert (found.call_id, found.number, found.data) == ("c-1", 7, {"text": "?"})
    assert store.incident("i-2") == incident("i-2")
    assert store.incident("c-1") is None


def test_an_id_tells_one_thing_only(store: Store) -> None:
    store.put_incident(incident(data={"status": 404}))
    store.put_incident(incident(data={"status": 500}))
    store.put_incident(incident("i-2"))

    found = store.incident("i-1")
    assert found is not None and found.data["status"] in (404, 500)


def test_incidents_go_by_their_age(store: Store) -> None:
    store.put_incident(incident("old", at=100.0))
    store.put_incident(incident("new", at=4999.0))
    assert store.incident("old") is not None
    store.purge(keep_s=1000.0)

    assert store.incident("old") is None
    assert store.incident("new") is not None


def test_only_the_newest_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incidents, "KEPT", 3)
    for n in range(5):
        store.put_incident(incident(f"i-{n}", at=4000.0 + n))
    assert store.incident("i-0") is not None
    store.purge(keep_s=4000.0)

    assert [n for n in range(5) if store.incident(f"i-{n}")] == [2, 3, 4]
