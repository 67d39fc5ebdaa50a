"""Plain HTTP to a server, and what came back byte for byte."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

PATIENCE_S = 20.0


class Door(Protocol):
    """Where a server is and what opens it."""

    @property
    def url(self) -> str:
        """The base URL."""
        ...

    @property
    def account(self) -> str:
        """The account that requests are about."""
        ...

    @property
    def user(self) -> str:
        """Who asks."""
        ...

    @property
    def password(self) -> str:
        """The user's password."""
        ...


@dataclass(frozen=True)
class Question:
    """A whole request."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True)
class Answer:
    """A whole response; repeated headers kept."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Return all values of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self) -> Any:
        """Return the body's value."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Rest:
    """A client of one server; blocking, so asynchronous code puts it into a thread."""

    server: Door
    account: str = ""  # that of the server
    user: str = ""
    password: str = ""

    @property
    def base(self) -> str:
        """The path of the account."""
        return f"/api/v2/accounts/{self.account or self.server.account}"

    @property
    def basic(self) -> dict[str, str]:
        """The credentials, as a header."""
        return authorization(self.user or self.server.user, self.password or self.server.password)

    def ask(
        self,
        method: str,
        path: str,  # below the account, or absolute
        body: object = None,  # bytes as they are, all else as JSON
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request with credentials; headers given here win, an empty value leaves out."""
        return self.send(self.question(method, path, body, headers))

    def question(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Question:
        """Return what `ask` sends."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        kind = {} if data is None else {"Content-Type": "application/json"}
        sent = {**self.basic, **kind, **(headers or {})}
        target = (
            path
            if path.startswith(("/api/", "/v2/", "/offhook/", "/metrics"))
            else self.base + path
        )
        return Question(method, target, {k: v for k, v in sent.items() if v}, data)

    def send(self, question: Question) -> Answer:
        """Send a request as it is."""
        where = urlsplit(self.server.url)
        kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
        connection = kind(where.netloc, timeout=PATIENCE_S)
        try:
            connection.request(
                question.method, question.target, question.body, dict(question.headers)
            )
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def create(self, body: Mapping[str, object]) -> str:
        """Create a call; returns its id."""
        answer = self.ask("POST", "/calls", body)
        if answer.status != 201:
            raise AssertionError(f"no call was created: {answer}")
        return str(answer.json()["callId"])

    def state(self, call_id: str) -> dict[str, Any]:
        """Read a call."""
        state: dict[str, Any] = self.ask("GET", f"/calls/{call_id}").json()
        return state


def authorization(user: str, password: str) -> dict[str, str]:
    """Return the header for HTTP Basic."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
