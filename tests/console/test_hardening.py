"""Headers of all answers: tests/console/test_house.py looks at them on pages."""

from typing import Any

from offhook.console.hardening import HEADERS, HardSend, headers
from offhook.testing.loop import virtual


def test_what_only_https_may_say_is_said_there() -> None:
    assert "Cross-Origin-Opener-Policy" in headers(secure=True)
    assert headers(secure=False) == HEADERS


@virtual
async def test_what_says_how_it_may_be_kept_is_kept_so() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    hard = HardSend(send, {"X-Frame-Options": "DENY"})
    kept = [(b"Cache-Control", b"max-age=60")]
    await hard({"type": "http.response.start", "status": 404, "headers": kept})
    await hard({"type": "http.response.start", "status": 200, "headers": []})
    await hard({"type": "http.response.body", "body": b"x"})

    assert sent[0]["headers"] == [*kept, (b"x-frame-options", b"DENY")]
    assert sent[1]["headers"] == [(b"x-frame-options", b"DENY"), (b"cache-control", b"no-store")]
    assert hard.status == 200
    assert sent[2] == {"type": "http.response.body", "body": b"x"}
