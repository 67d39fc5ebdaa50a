"""Placing a call and watching it."""

from typing import Any

import click
import pytest
from tests.remote.script import scripted

from offhook.records import Event
from offhook.remote.calling import Outcome, complete, outcome, place, watch
from offhook.remote.finding import Server

OVER = {"events": [], "next": 1, "state": "ended", "pendingWebhooks": 0}
BELOW = "/offhook/v1/accounts/7/events/c-1"
VOICE = "/api/v2/accounts/7/calls"
FIRST = {
    "events": [
        {"callId": "c-1", "number": 1, "time": "2026-01-01T00:00:00Z", "kind": "k", "data": {}}
    ],
    "next": 1,
    "state": "live",
    "pendingWebhooks": 0,
}


def server(url: str) -> Server:
    return Server(url, "7", "alice", "secret", 0.0, None)


def test_members_that_are_none_are_not_sent() -> None:
    with scripted({f"POST {VOICE}": [(201, {"callId": "c-1"})]}) as there:
        assert place(server(there.url), {"to": "+1", "callTimeout": None}) == "c-1"
        assert there.asked[0][1] == {"to": "+1"}


def interrupting(times: int) -> Any:
    """Press Ctrl-C at the first events."""
    left = [times]

    def show(event: Event) -> None:
        if left[0]:
            left[0] -= 1
            raise KeyboardInterrupt

    return show


def test_an_interrupt_completes_the_call_and_sees_it_to_its_end() -> None:
    script: dict[str, list[tuple[int, Any]]] = {
        f"GET {BELOW}": [(200, FIRST), (200, OVER)],
        f"POST {VOICE}/c-1": [(200, b"")],
    }
    told: list[str] = []
    with scripted(script) as there:
        assert watch(server(there.url), "c-1", interrupting(1), told.append)

    assert [each for each in there.asked if each[1]] == [
        (f"POST {VOICE}/c-1", {"state": "completed"})
    ]
    assert [line for line, _ in there.asked][-1].endswith("?after=1&wait=8")
    assert "completing the call" in told[0]


def test_a_second_interrupt_leaves_it_alone() -> None:
    script: dict[str, list[tuple[int, Any]]] = {
        f"GET {BELOW}": [(200, FIRST), (200, FIRST)],
        f"POST {VOICE}/c-1": [(200, b"")],
    }
    with scripted(script) as there, pytest.raises(KeyboardInterrupt):
        watch(server(there.url), "c-1", interrupting(2), lambda _: None)


@pytest.mark.parametrize("status", [404, 409])
def test_a_call_that_ends_anyway_is_left_alone(status: int) -> None:
    with scripted({f"POST {VOICE}/c-1": [(status, {"description": "no"})]}) as there:
        complete(server(there.url), "c-1")


def test_other_refusals_are_told() -> None:
    with (
        scripted({f"POST {VOICE}/c-1": [(403, {"description": "no"})]}) as there,
        pytest.raises(click.ClickException, match="403"),
    ):
        complete(server(there.url), "c-1")


def test_the_outcome_has_cause_and_explanation() -> None:
    script: dict[str, list[tuple[int, Any]]] = {
        f"GET {VOICE}/c-1": [(200, {"disconnectCause": "busy", "errorMessage": "Callee is busy"})],
        "GET /offhook/v1/explain/c-1": [
            (200, {"sentence": "It was busy.", "fix": "Call later.", "reference": "docs/x.md"})
        ],
    }
    with scripted(script) as there:
        found = outcome(server(there.url), "c-1")

    assert not found.good
    assert found.lines() == [
        "ended: busy (Callee is busy)",
        "why: It was busy.",
        "to do: Call later.",
        "reference: docs/x.md",
    ]
    assert Outcome("c-1", "hangup", None).good
