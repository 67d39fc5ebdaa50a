"""`offhook tail`: what is chosen and how it is printed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.remote.script import Scripted, scripted

from offhook import beacon
from offhook.cli import main
from offhook.remote.finding import PASSWORD, USER

BELOW = "/offhook/v1/accounts/7/events"


def event(number: int, kind: str, at: str = "00:00:01.250", **data: object) -> dict[str, Any]:
    time = f"2026-01-01T{at}Z"
    return {"callId": "c-1", "number": number, "time": time, "kind": kind, "data": data}


LOG = [
    event(1, "call.state", state="initiated"),
    event(2, "media.digit", digit="5", inband=False),
    event(3, "webhook.failed", eventType="x", method="GET", url="u\x1b[2J", failure="HTTP 500"),
]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setenv(beacon.RUNTIME, str(tmp_path))
    monkeypatch.setenv(USER, "alice")
    monkeypatch.setenv(PASSWORD, "secret")
    over = {"events": [], "next": 3, "state": "ended", "pendingWebhooks": 0}
    script: dict[str, list[tuple[int, Any]]] = {
        f"GET {BELOW}/c-1": [(200, over | {"events": LOG}), (200, over)],
        f"GET {BELOW}": [
            (200, {"events": LOG[:1], "next": "a.1", "missed": False}),
            (401, {"description": "who are you?"}),
        ],
    }
    with scripted(script) as made:
        yield made


def tail(there: Scripted, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["tail", "--server", there.url, "--account", "7", *arguments], catch_exceptions=False
    )


def test_a_log_is_told_in_lines_with_the_time_of_day(there: Scripted) -> None:
    done = tail(there, "c-1")

    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "00:00:01.250  call   is initiated",
        "00:00:01.250  media  key 5",
        "00:00:01.250  HTTP   x GET u\\x1b[2J: HTTP 500",
    ]


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        (["--event", "webhook"], [3]),
        (["--event", "media.digit", "--event", "call"], [1, 2]),
        (["--event", "media.voice"], []),
        (["--since", "1h"], []),
    ],
)
def test_events_are_chosen_by_kind_and_time(
    there: Scripted, chosen: list[str], numbers: list[int]
) -> None:
    done = tail(there, "c-1", "--json", *chosen)

    assert [json.loads(line)["number"] for line in done.output.splitlines()] == numbers


def test_json_is_that_of_rest(there: Scripted) -> None:
    done = tail(there, "c-1", "--json")

    assert [json.loads(line) for line in done.output.splitlines()] == [
        each | {"time": "2026-01-01T00:00:01.250Z"} for each in LOG
    ]


def test_all_calls_are_told_with_their_ids_and_the_past_is_asked_for(there: Scripted) -> None:
    done = tail(there, "--since", "10m")

    assert done.stdout.splitlines() == ["00:00:01.250  c-1  call   is initiated"]
    assert there.asked[0][0].startswith(f"GET {BELOW}?since=20")
    assert done.exit_code == 1
    assert "HTTP 401: who are you?" in done.stderr


def test_texts_are_told_if_one_wants_them(there: Scripted) -> None:
    there.answers[f"GET {BELOW}/c-1"][0][1]["events"] = [
        event(1, "sip.received", message="BYE sip:a@b SIP/2.0\nVia: x\x1b[2J"),
        event(2, "webhook.answered", eventType="x", method="GET", url="u", body="{}", reply="<R/>"),
    ]

    assert tail(there, "c-1", "-v").output.splitlines() == [
        "00:00:01.250  SIP    <-- BYE sip:a@b",
        "          | BYE sip:a@b SIP/2.0",
        "          | Via: x\\x1b[2J",
        "00:00:01.250  HTTP   x GET u: None",
        "          > {}",
        "          < <R/>",
    ]


def test_mistakes_are_told(there: Scripted) -> None:
    assert "'soon' is no time" in tail(there, "--since", "soon").output
