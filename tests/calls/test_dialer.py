"""The outbound queue in virtual time."""

import asyncio
from dataclasses import replace

import pytest

from offhook.calls.capacity import Sessions
from offhook.calls.dialer import Dialer
from offhook.directory import Account
from offhook.errors import Cause
from offhook.facts import Turn
from offhook.scopes import TaskOwner
from offhook.testing.loop import run

ACCOUNT = Account("1", cps=2, sessions=10)


class Desk:
    """A dialer with a record of who got a turn when."""

    def __init__(self, account: Account | None = ACCOUNT, node_limit: int = 100) -> None:
        self.account = account
        self.sessions = Sessions(node_limit)
        self.turns: list[tuple[str, float, Turn]] = []
        self.now = asyncio.get_running_loop().time
        self.dialer = Dialer(lambda _: self.account, self.sessions, self.now, TaskOwner())

    def join(self, call_id: str, priority: int = 5) -> None:
        self.dialer.join(
            self.account or ACCOUNT,
            call_id,
            priority,
            lambda turn: self.turns.append((call_id, round(self.now(), 3), turn)),
        )


def test_calls_below_the_rate_get_their_turn_at_once_and_the_rest_wait() -> None:
    async def story() -> None:
        desk = Desk()
        for name in "abcde":
            desk.join(name)

        await asyncio.sleep(5)

        assert [(name, at) for name, at, _ in desk.turns] == [
            ("a", 0.0),
            ("b", 0.0),
            ("c", 1.0),
            ("d", 1.0),
            ("e", 2.0),
        ]
        assert desk.sessions.total == 5

    run(story())


def test_a_better_priority_overtakes_and_equals_keep_their_order() -> None:
    async def story() -> None:
        desk = Desk()
        for name, priority in [("a", 5), ("b", 5), ("c", 5), ("d", 1), ("e", 5), ("f", 1)]:
            desk.join(name, priority)

        await asyncio.sleep(5)

        assert [name for name, _, _ in desk.turns] == ["d", "f", "a", "b", "c", "e"]

    run(story())


def test_a_call_that_left_gets_no_turn_and_uses_no_rate() -> None:
    async def story() -> None:
        desk = Desk()
        for name in "abc":
            desk.join(name)
        desk.dialer.leave("1", "a")
        assert desk.dialer.size("1") == 2

        await asyncio.sleep(0.5)

        assert [name for name, _, _ in desk.turns] == ["b", "c"]

    run(story())


def test_a_call_that_joins_right_after_the_last_one_left_gets_its_turn() -> None:
    async def story() -> None:
        desk = Desk()
        for name in "abc":
            desk.join(name)
        await asyncio.sleep(0.5)  # c waits until 1.0
        desk.dialer.leave("1", "c")
        desk.join("d")

        await asyncio.sleep(5)

        assert [(name, at) for name, at, _ in desk.turns] == [("a", 0.0), ("b", 0.0), ("d", 1.0)]

    run(story())


def test_callers_use_up_the_rate_but_not_the_pace_of_the_queue() -> None:
    async def story() -> None:
        account = replace(ACCOUNT, cps=2, dequeue_rate=1)
        desk = Desk(account)
        desk.dialer.rate(account).take()
        assert desk.dialer.rate(account).wait_s() == 0.0
        for name in "abc":
            desk.join(name)

        await asyncio.sleep(5)

        assert [(name, at) for name, at, _ in desk.turns] == [("a", 0.0), ("b", 1.0), ("c", 2.0)]

    run(story())


def test_a_changed_rate_counts_from_the_next_call_on() -> None:
    async def story() -> None:
        desk = Desk()
        for name in "ab":
            desk.join(name)
        await asyncio.sleep(0.1)
        desk.account = replace(ACCOUNT, cps=10)
        desk.join("c")

        await asyncio.sleep(5)

        assert [(name, at) for name, at, _ in desk.turns] == [("a", 0.0), ("b", 0.0), ("c", 0.1)]

    run(story())


@pytest.mark.parametrize(
    ("account", "node_limit", "cause"),
    [
        (Account("1", sessions=0), 100, Cause.ACCOUNT_LIMIT),
        (None, 100, Cause.ACCOUNT_LIMIT),
        (ACCOUNT, 0, Cause.NODE_CAPACITY_EXCEEDED),
    ],
)
def test_a_turn_without_room_is_a_refusal(
    account: Account | None, node_limit: int, cause: Cause
) -> None:
    async def story() -> None:
        desk = Desk(account, node_limit)
        desk.join("a")

        await asyncio.sleep(0.1)

        refusal = desk.turns[0][2].refusal
        assert refusal is not None
        assert refusal.cause is cause
        assert desk.sessions.total == 0

    run(story())
