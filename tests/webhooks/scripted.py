"""An HTTP client that answers from a list and keeps what it was asked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from offhook.webhooks.http import HttpError, HttpRequest, HttpResponse

REFUSED = HttpError("connection failed", connecting=True)
SLOW = HttpError("timed out after 15 seconds", connecting=False)


def reply(
    status: int = 200,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    url: str | None = None,
) -> HttpResponse:
    """A response; without `url` from the address that was asked."""
    return HttpResponse(status, headers or {}, body, url or "")


@dataclass(slots=True)
class Scripted:
    """Gives the answers in turn, the last one for ever, each after `delay_s`."""

    answers: list[HttpResponse | HttpError]
    delay_s: float = 0.0
    requests: list[HttpRequest] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    async def send(self, request: HttpRequest, *, timeout_s: float, limit: int) -> HttpResponse:
        """Answer (webhooks/http.py)."""
        self.requests.append(request)
        self.times.append(asyncio.get_running_loop().time())
        self.timeouts.append(timeout_s)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.delay_s)
        finally:
            self.in_flight -= 1
        if isinstance(answer, HttpError):
            raise answer
        url = answer.url or request.url
        return HttpResponse(answer.status, answer.headers, answer.body[:limit], url)

    @property
    def urls(self) -> list[str]:
        """What was asked for, in order."""
        return [request.url for request in self.requests]
