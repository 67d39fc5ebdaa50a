"""The process that commits: what it is given is there, and without it nothing is lost."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.samples import call, event
from tests.store.test_store import until

from offhook.clock import Clock
from offhook.store import Store
from offhook.store.batch import Encoded, encode
from offhook.store.deputy import Deputy, RefusedError


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path}/offhook.db"
    Store.open(made, Clock(), threaded=False).close()
    return made


@pytest.fixture
def deputy(url: str) -> Iterator[Deputy]:
    with closing(Deputy(url, worth=0)) as made:
        until(lambda: made.commit([]))
        yield made


def kept(url: str, call_id: str) -> int:
    with closing(Store.open(url, Clock(), threaded=False)) as store:
        return len(store.events(call_id))


def pid(deputy: Deputy) -> int:
    assert deputy._process is not None
    return deputy._process.pid


def started(deputy: Deputy) -> bool:
    return deputy._process is not None


def test_it_starts_when_there_has_been_work_enough(url: str) -> None:
    with closing(Deputy(url, worth=3)) as quiet:
        assert not quiet.commit([encode(event("c-1")), encode(event("c-1", 2))])
        assert not started(quiet)
        assert not quiet.commit([encode(event("c-1", 3))])  # not ready yet
        assert started(quiet)
        until(lambda: quiet.commit([]))


def test_what_it_commits_is_there_when_it_says_so(url: str, deputy: Deputy) -> None:
    assert deputy.commit([encode(call("c-1")), encode(event("c-1")), encode(event("c-1", 2))])
    assert kept(url, "c-1") == 2


def test_it_says_what_the_database_refuses_and_goes_on(url: str, deputy: Deputy) -> None:
    good = encode(event("c-1"))
    with pytest.raises(RefusedError, match="IntegrityError"):
        deputy.commit([good, Encoded(good.kind, {**good.row, "number": 2, "data": None})])
    assert deputy.commit([good])
    assert kept(url, "c-1") == 1


def test_what_cannot_be_text_is_refused_before_it_leaves(deputy: Deputy) -> None:
    good = encode(event("c-1"))
    with pytest.raises(ValueError, match="surrogates"):
        deputy.commit([Encoded(good.kind, {**good.row, "kind": "\udcff"})])
    assert deputy.commit([good])


def test_it_ignores_the_signals_of_its_terminal(url: str, deputy: Deputy) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pid(deputy), each)
    assert deputy.commit([encode(event("c-1"))])


def test_when_it_dies_the_batch_is_for_who_asks(deputy: Deputy) -> None:
    os.kill(pid(deputy), signal.SIGKILL)
    assert not deputy.commit([encode(event("c-1"))])
    assert not started(deputy)  # and is not started again at once
    assert not deputy.commit([encode(event("c-1", 2))])
    assert not started(deputy)
