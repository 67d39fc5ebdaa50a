"""What a worker is told."""

import msgspec
import pytest

from offhook.media.work import WorkerSettings


def test_it_travels_as_json() -> None:
    told = WorkerSettings("192.0.2.1", "203.0.113.9", 30000, 30010, "per-leg", 7)

    assert msgspec.json.decode(msgspec.json.encode(told), type=WorkerSettings) == told


def test_there_are_but_two_kinds_of_sockets() -> None:
    with pytest.raises(msgspec.ValidationError, match="sockets"):
        msgspec.json.decode(b'{"sockets": "none"}', type=WorkerSettings)
