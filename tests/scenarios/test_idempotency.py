"""A createCall that is repeated under the same key places one call (docs/reliability.md)."""

import asyncio

import pytest
from tests.scenarios.keyed import KEY, create

from offhook.requests import CallFilter
from offhook.store.answers import KEPT_S
from offhook.testing.asgi import Answer
from offhook.testing.fixtures import ACCOUNT_ID
from offhook.testing.loop import running_loop, virtual
from offhook.testing.mains import Mains
from offhook.testing.phone import only_rings
from offhook.testing.world import World


def placed(world: World) -> int:
    """How many calls there are."""
    return len(world.store.calls(ACCOUNT_ID, CallFilter()))


def is_replay(answer: Answer) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


@virtual
async def test_the_same_request_again_gets_the_same_answer_and_no_call() -> None:
    async with World() as world:
        world.phone()
        first = await create(world)
        await asyncio.sleep(5)
        again = await create(world)
        invites = len(world.phone().calls)

    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert first.headers["location"] == again.headers["location"]
    assert (is_replay(first), is_replay(again)) == (False, True)
    assert first.headers["x-request-id"] != again.headers["x-request-id"]
    assert invites == 1


@virtual
async def test_requests_at_the_same_moment_wait_for_the_first() -> None:
    async with World() as world:
        world.phone()
        answers = await asyncio.gather(*(create(world) for _ in range(20)))
        calls = placed(world)

    assert {answer.body for answer in answers} == {answers[0].body}
    assert sorted(map(is_replay, answers)) == [False] + [True] * 19
    assert calls == 1


@virtual
async def test_spelling_makes_no_difference_but_another_word_does() -> None:
    async with World() as world:
        world.phone()
        await create(world, tag="a", priority=5)
        spelled = await create(world, priority=5, tag="a")
        other = await create(world, tag="b", priority=5)
        calls = placed(world)

    assert is_replay(spelled)
    assert other.status == 409
    assert other.json() == {
        "type": "validation",
        "description": f"Idempotency-Key [{KEY}] was used for another request",
        "id": "",
    }
    assert calls == 1


@virtual
@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 256, "\t", "a\x7f"])
async def test_a_key_that_is_none_is_refused_and_nothing_is_placed(key: str) -> None:
    async with World() as world:
        answer = await create(world, key=key)
        calls = placed(world)

    assert answer.status == 400
    assert answer.json()["description"] == (
        "Invalid Idempotency-Key: must be 1 to 255 visible ASCII characters"
    )
    assert calls == 0


@virtual
async def test_without_a_key_and_under_other_keys_every_request_is_a_call() -> None:
    async with World() as world:
        world.phone()
        for key in (None, None, "a", "b", "k" * 255):
            assert not is_replay(await create(world, key=key))
        calls = placed(world)

    assert calls == 5


@virtual
async def test_a_refusal_is_not_kept() -> None:
    """What was invalid may be put right, and what found no room may find it later."""
    async with World() as world:
        world.phone().behaviour = only_rings
        invalid = await create(world, to="scooby-doo")
        world.change_account(sessions=0)
        full = await create(world)
        world.change_account(sessions=1)
        placed_at_last = await create(world)
        world.change_account(sessions=0)
        again = await create(world)

    assert [invalid.status, full.status, placed_at_last.status] == [400, 429, 201]
    assert not is_replay(placed_at_last)
    assert is_replay(again)  # no room is needed for an answer that is there already
    assert again.body == placed_at_last.body


@virtual
async def test_a_request_that_has_become_invalid_still_has_its_answer() -> None:
    async with World() as world:
        world.phone()
        first = await create(world)
        world.directory.applications.clear()
        again = await create(world)
        new = await create(world, key="another")

    assert again.body == first.body
    assert new.status == 400


@virtual
async def test_a_key_is_free_again_after_a_day_and_then_swept() -> None:
    running_loop().limit_s = KEPT_S * 3
    async with World() as world:
        world.phone()
        first = await create(world)
        await asyncio.sleep(KEPT_S - 1)
        kept = await create(world)
        world.store.purge()
        still = await create(world)
        await asyncio.sleep(1)
        anew = await create(world)
        world.store.purge()
        again = await create(world)
        await asyncio.sleep(KEPT_S)
        world.store.purge()
        gone = world.store.kept_answer(ACCOUNT_ID, "createCall", KEY)

    assert kept.body == still.body == first.body
    assert not is_replay(anew)
    assert is_replay(again)
    assert again.body == anew.body != first.body
    assert gone is None


@virtual
async def test_a_queued_call_is_placed_once_though_the_server_was_killed_meanwhile(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/offhook.db"
    async with World(mains=Mains(), store_url=url) as world:
        world.change_account(cps=0.1)
        phone = world.phone()
        ahead = await create(world, key="ahead")
        waiting = await create(world, key="waiting")
        await asyncio.sleep(1)
        await world.restart()
        again = await create(world, key="waiting")
        await world.app.wait_event("disconnect", callId=waiting.json()["callId"])
        await asyncio.sleep(30)
        calls = len(phone.calls)

    assert is_replay(again)
    assert again.body == waiting.body != ahead.body
    assert calls == 2
