"""Whoever implements the protocol takes the same arguments."""

import inspect

import pytest
from tests.api.fake_archive import FakeArchive
from tests.api.fake_service import FakeService

from offhook.api.service import CallService, RecordingService
from offhook.calls.archive import Archive

METHODS = [name for name in vars(CallService) if not name.startswith("_")]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("implementation", ["fake", "exchange"])
def test_the_implementation_has_the_protocols_signature(implementation: str, name: str) -> None:
    if implementation == "fake":
        kind: type = FakeService
    else:
        kind = pytest.importorskip("offhook.calls.exchange").Exchange
    expected = inspect.signature(getattr(CallService, name))

    assert list(inspect.signature(getattr(kind, name)).parameters) == list(expected.parameters)
    assert inspect.iscoroutinefunction(getattr(kind, name))


@pytest.mark.parametrize("name", [n for n in vars(RecordingService) if not n.startswith("_")])
@pytest.mark.parametrize("kind", [FakeArchive, Archive])
def test_an_archive_has_the_protocols_signature(kind: type, name: str) -> None:
    expected = inspect.signature(getattr(RecordingService, name))

    assert list(inspect.signature(getattr(kind, name)).parameters) == list(expected.parameters)
    assert inspect.iscoroutinefunction(getattr(kind, name))
