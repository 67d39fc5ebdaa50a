"""A client of the API in memory, and the small world it lives in."""

import asyncio
import base64
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from tests.api import conforming
from tests.api.fake_archive import FakeArchive
from tests.api.fake_endpoints import FakeEndpoints
from tests.api.fake_events import FakeEvents
from tests.api.fake_mail import FakeMail
from tests.api.fake_rooms import FakeRooms
from tests.api.fake_service import FakeService
from tests.api.fake_stories import FakeStories

from offhook.api.app import Server
from offhook.api.assembly import Settings, World, assemble
from offhook.clock import Clock
from offhook.directory import Account, Application, Directory, Number, User
from offhook.ids import Ids
from offhook.passwords import hash_password
from offhook.scopes import InlineOffload

ACCOUNT, OTHER, SUSPENDED, SILENT, FENCED, STRICT = (
    "9900000",
    "9900001",
    "9900002",
    "9900003",
    "9900004",
    "9900005",
)
APPLICATION = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
BASE = "https://voice.example.test"
HASHES = {word: hash_password(word, random.Random(word)) for word in ("secret", "other")}

DIRECTORY = Directory(
    accounts=[
        Account(ACCOUNT),
        Account(OTHER),
        Account(SUSPENDED, suspended=True),
        Account(SILENT, voice_enabled=False),
        Account(FENCED, allowed_networks=("10.0.0.0/8", "2001:db8::/32")),
        Account(STRICT, verify_from=True, queueing=False),
    ],
    users=[
        User(
            "alice",
            HASHES["secret"],
            dict.fromkeys((ACCOUNT, SUSPENDED, SILENT, FENCED, STRICT), ("voice",)),
        ),
        User("clerk", HASHES["secret"], {ACCOUNT: ("billing",)}),
        User("gone", HASHES["secret"], {ACCOUNT: ("voice",)}, enabled=False),
    ],
    applications=[
        Application(APPLICATION, ACCOUNT, "ivr"),
        Application("3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1ab", STRICT, "strict"),
    ],
    numbers=[Number("+12025550100", "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1ab")],
)

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """A whole response; header names in lower case, repeated ones kept."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    def json(self) -> Any:
        return json.loads(self.body)


def basic(user: str = "alice", password: str = "secret") -> dict[str, str]:
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


class Stage:
    """The API over a fake service, under a clock of its own."""

    def __init__(self, **settings: Any) -> None:
        self.now = 1_770_000_000.0
        self.clock = Clock(lambda: self.now, lambda: self.now)
        ids = Ids(random.Random(7))
        self.directory = DIRECTORY
        self.service = FakeService(self.clock, ids)
        self.archive = FakeArchive()
        self.stories = FakeStories()
        self.refused = self.stories.refused
        self.rooms = FakeRooms()
        self.mail = FakeMail()
        self.events = FakeEvents()
        self.endpoints = FakeEndpoints(self.clock, ids)
        self.server: Server = assemble(
            self.service,
            lambda: self.directory,
            replace(Settings(public_url=BASE), **settings),
            World(
                self.clock,
                ids,
                InlineOffload(),
                self.archive,
                self.rooms,
                self.endpoints,
                self.refused.append,
                self.stories,
                self.service,
                self.mail,
                self.events,
            ),
        )

    def ask(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: Headers | None = None,
        **scope: Any,
    ) -> Answer:
        """Send a request as it is."""
        return asyncio.run(self.send(method, target, body, headers, **scope))

    def calls(
        self, method: str, below: str = "", body: object = None, headers: Headers | None = None
    ) -> Answer:
        """Send an authorised request to the account's calls; what is not bytes goes as JSON."""
        sent = dict(basic())
        if body is not None:
            sent["Content-Type"] = "application/json"
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        path = f"/api/v2/accounts/{ACCOUNT}/calls{below}"
        return self.ask(method, path, raw, sent | dict(headers or {}))

    async def send(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: Headers | None = None,
        **scope: Any,
    ) -> Answer:
        """The same, on a running loop."""
        path, _, query = target.partition("?")
        named = {"Host": "api.test", **(headers or {})}
        full = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in named.items()],
            "client": ("198.51.100.7", 40_000),
            "server": ("api.test", 80),
        }
        pieces = [(body or b"")[i : i + 65_536] for i in range(0, len(body or b"") or 1, 65_536)]
        events = [{"type": "http.request", "body": p, "more_body": True} for p in pieces]
        events[-1]["more_body"] = False
        sent: list[Any] = []

        async def receive() -> Any:
            return events.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        await self.server(full | scope, receive, send)
        found = [(k.decode(), v.decode()) for k, v in sent[0]["headers"]]
        answer = Answer(sent[0]["status"], found, b"".join(m.get("body", b"") for m in sent[1:]))
        conforming.check(method, path, answer.status, answer.headers, answer.body)
        return answer
