"""Asking a server over HTTP."""

import pytest
from tests.remote.script import scripted

from offhook.remote.desk import Desk, RefusedError, UnreachableError


def test_what_is_asked_and_answered_is_json() -> None:
    with scripted({"POST /calls": [(201, {"callId": "c-1"})], "GET /events": [(200, [])]}) as there:
        desk = Desk(there.url, "alice", "secret")

        assert desk.ask("POST", "calls", {"to": "+1"}) == ({"callId": "c-1"}, "")
        assert desk.get("events", after=3, since=None) == []
        assert there.asked == [("POST /calls", {"to": "+1"}), ("GET /events?after=3", None)]


def test_an_empty_answer_is_none() -> None:
    with scripted({"POST /calls/c-1": [(200, b"")]}) as there:
        assert Desk(there.url, "a", "b").ask("POST", "calls/c-1", {}) == (None, "")


def test_a_refusal_has_its_status_and_what_the_server_says() -> None:
    problem = {"type": "validation", "description": "Invalid to", "id": None}
    with scripted({"GET /x": [(400, problem), (502, b"<html>")]}) as there:
        desk = Desk(there.url, "a", "b")
        with pytest.raises(RefusedError, match="HTTP 400: Invalid to") as told:
            desk.get("x")
        with pytest.raises(RefusedError, match="HTTP 502: <html>"):
            desk.get("x")

        assert told.value.status == 400


def test_no_answer_names_the_address_and_the_reason() -> None:
    with pytest.raises(UnreachableError, match=r"no answer from http://127.0.0.1:9: .*refused"):
        Desk("http://127.0.0.1:9", "a", "b").get("x")


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Desk("http://x", "a", "secret"))
