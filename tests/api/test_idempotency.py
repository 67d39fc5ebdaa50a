"""Idempotency-Key, on a running loop and without calls."""

import asyncio

import pytest
from starlette.datastructures import Headers
from tests.store.samples import call

from offhook.api.idempotency import HEADER, REPLAYED, Idempotency, Promise, Turns
from offhook.api.replies import Reply
from offhook.api.routes import Asked
from offhook.clock import Clock
from offhook.directory import Account
from offhook.errors import ApiError, additions, http
from offhook.records import KeptAnswer
from offhook.testing.loop import virtual

Answers = dict[tuple[str, str, str], KeptAnswer]


class Memory:
    """Recalls from a dictionary."""

    def __init__(self) -> None:
        self.answers: Answers = {}

    async def recall(self, account_id: str, operation: str, key: str) -> KeptAnswer | None:
        await asyncio.sleep(0.1)
        return self.answers.get((account_id, operation, key))


class Counter:
    """Work that takes a second, keeps its answer and counts."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.runs = 0
        self.fails = 0

    async def __call__(self, promise: Promise | None) -> Reply:
        await asyncio.sleep(1)
        self.runs += 1
        if self.runs <= self.fails:
            raise ApiError(http.NODE_FULL)
        reply = Reply(201, {"run": self.runs}, (("Location", "/x"),))
        if promise:
            kept = promise.keeper(lambda _: reply)(call("c-7"))
            assert kept.call_id == "c-7"
            self.memory.answers[promise.name] = kept
        return reply


def asked(*keys: str, body: bytes = b'{"a": 1, "b": 2}', account: str = "9") -> Asked:
    headers = Headers(raw=[(HEADER.encode(), key.encode("latin-1")) for key in keys])
    return Asked(Account(account), "https://voice.test", body=body, headers=headers)


def stage() -> tuple[Idempotency, Counter]:
    memory = Memory()
    return Idempotency(memory, Clock(lambda: 0.0, lambda: 5.0)), Counter(memory)


@virtual
async def test_who_asks_meanwhile_waits_and_gets_the_same() -> None:
    idempotency, work = stage()
    first, second = await asyncio.gather(
        idempotency.once(asked("k"), "createCall", work),
        idempotency.once(asked("k", body=b'{"b":2,"a":1}'), "createCall", work),
    )

    assert work.runs == 1
    assert second.status == first.status == 201
    assert bytes(second.body) == b'{"run":1}'
    assert second.headers == (*first.headers, REPLAYED)
    assert len(idempotency.turns) == 0


@virtual
async def test_who_waited_for_a_refused_one_tries_it_anew() -> None:
    idempotency, work = stage()
    work.fails = 1
    refused, placed = await asyncio.gather(
        idempotency.once(asked("k"), "createCall", work),
        idempotency.once(asked("k"), "createCall", work),
        return_exceptions=True,
    )

    assert isinstance(refused, ApiError)
    assert refused.entry is http.NODE_FULL
    assert isinstance(placed, Reply)
    assert placed.body == {"run": 2}


@virtual
async def test_one_that_gives_up_waiting_leaves_nothing_behind() -> None:
    idempotency, work = stage()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await idempotency.once(asked("k"), "createCall", work)

    assert len(idempotency.turns) == 0
    assert (await idempotency.once(asked("k"), "createCall", work)).body == {"run": 1}


@virtual
async def test_keys_belong_to_an_account_and_an_operation() -> None:
    idempotency, work = stage()
    for account, operation in (("9", "createCall"), ("8", "createCall"), ("9", "other")):
        await idempotency.once(asked("k", account=account), operation, work)

    assert work.runs == 3


@virtual
@pytest.mark.parametrize("keys", [("",), ("k", "k"), ("k", "l"), ("\xe4",), ("k" * 256,)])
async def test_what_is_no_key_is_refused(keys: tuple[str, ...]) -> None:
    idempotency, work = stage()
    with pytest.raises(ApiError) as caught:
        await idempotency.once(asked(*keys), "createCall", work)

    assert caught.value.entry is additions.KEY_FORM
    assert work.runs == 0


@virtual
async def test_another_body_under_the_same_key_is_refused() -> None:
    idempotency, work = stage()
    await idempotency.once(asked("k"), "createCall", work)
    with pytest.raises(ApiError) as caught:
        await idempotency.once(asked("k", body=b'{"a":1}'), "createCall", work)

    assert caught.value.description == "Idempotency-Key [k] was used for another request"


@virtual
async def test_different_names_do_not_wait_for_each_other() -> None:
    turns = Turns()
    async with turns.take(("1", "o", "k")), turns.take(("2", "o", "k")):
        assert len(turns) == 2
