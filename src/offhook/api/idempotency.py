"""Idempotency-Key: a request that is repeated is carried out once (docs/reliability.md).

What made a call is kept with it, in one transaction; the same request again gets the same answer,
whatever happened meanwhile. A request that comes while the first is under way waits for it. What
was refused is not kept: it may be right the next time.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from offhook.api.described import Header, Parameter
from offhook.api.replies import Reply
from offhook.api.routes import Asked
from offhook.api.service import AnswerService, Keep
from offhook.clock import Clock
from offhook.errors import ApiError, additions
from offhook.records import CallRecord, KeptAnswer

HEADER = "idempotency-key"
PARAMETER = Parameter(
    "Idempotency-Key",
    "names the call: the same request again places no second one, for 24 hours",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "header",
)
REFUSES = (additions.KEY_FORM, additions.KEY_REUSED)
REPLAYED_HEADER = Header(
    "Idempotent-Replayed", "`true` if it is the answer of before", always=False
)
REPLAYED = ("Idempotent-Replayed", "true")
_FORM = re.compile(r"[!-~]{1,255}")

Name = tuple[str, str, str]  # account, operation, key


@dataclass(frozen=True, slots=True)
class Promise:
    """That a request of this name will get one answer, of which its maker writes what is kept."""

    name: Name
    digest: str
    at: float

    def keeper(self, reply: Callable[[CallRecord], Reply]) -> Keep:
        """Return what makes of a call, and of its answer, what is written together with it."""

        def keep(record: CallRecord) -> KeptAnswer:
            said = reply(record)
            body = msgspec.json.encode(said.body).decode()
            return KeptAnswer(
                *self.name, self.digest, record.call_id, self.at, said.status, said.headers, body
            )

        return keep


Work = Callable[[Promise | None], Awaitable[Reply]]


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0  # who holds it or waits


class Turns:
    """One holder of a name at a time; who asks for it meanwhile waits."""

    def __init__(self) -> None:
        self._turns: dict[Name, _Turn] = {}

    def __len__(self) -> int:
        return len(self._turns)

    @asynccontextmanager
    async def take(self, name: Name) -> AsyncIterator[None]:
        """Hold the name while the body runs."""
        turn = self._turns.setdefault(name, _Turn())
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if not turn.users:
                del self._turns[name]


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Runs what is asked under a key once; without a key, as often as it is asked."""

    answers: AnswerService
    clock: Clock
    turns: Turns = field(default_factory=Turns)

    async def once(self, asked: Asked, operation: str, work: Work) -> Reply:
        """Return the answer to the first such request; raises ApiError for a key misused."""
        key = _key(asked)
        if key is None:
            return await work(None)
        name = (asked.account.id, operation, key)
        digest = _digest(asked.body)
        async with self.turns.take(name):
            kept = await self.answers.recall(*name)
            if kept is None:
                return await work(Promise(name, digest, self.clock.wall()))
        if kept.digest != digest:
            raise ApiError(additions.KEY_REUSED, key=key)
        body = msgspec.Raw(kept.body.encode())
        return Reply(kept.status, body, (*kept.headers, REPLAYED))


def _key(asked: Asked) -> str | None:
    """Return the key, None if there is none; raises ApiError."""
    values = asked.headers.getlist(HEADER)
    if not values:
        return None
    if len(values) > 1 or not _FORM.fullmatch(values[0]):
        raise ApiError(additions.KEY_FORM)
    return values[0]


def _digest(body: bytes) -> str:
    """Digest what JSON says and not how it is spelled: a client may write its members anew."""
    spelled = json.dumps(json.loads(body), sort_keys=True)
    return hashlib.sha256(spelled.encode()).hexdigest()
