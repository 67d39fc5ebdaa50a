"""Tasks have owners, and background work ends with its body."""

import asyncio

import pytest

from offhook.scopes import InlineOffload, TaskOwner, ThreadOffload, background
from offhook.testing.loop import virtual


@virtual
async def test_background_work_is_cancelled_when_the_body_ends() -> None:
    ended = []

    async def work() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            ended.append(asyncio.get_running_loop().time())

    async with background(work()):
        await asyncio.sleep(2)

    assert ended == [2.0]


@virtual
async def test_a_failure_of_the_work_is_the_bodys_failure() -> None:
    async def work() -> None:
        await asyncio.sleep(1)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        async with background(work()):
            await asyncio.sleep(100)

    assert asyncio.get_running_loop().time() == 1.0


@virtual
async def test_a_cancelled_body_is_cancelled_and_not_failed() -> None:
    async def body() -> None:
        async with background(asyncio.sleep(100)):
            await asyncio.sleep(100)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3):
            await body()


@virtual
async def test_work_that_ends_early_leaves_the_body_alone() -> None:
    async with background(asyncio.sleep(1, "done")) as task:
        await asyncio.sleep(2)

    assert task.result() == "done"


@virtual
async def test_an_owner_waits_for_its_grace_and_cancels_the_rest() -> None:
    owner = TaskOwner()
    quick = owner.start(asyncio.sleep(1, "done"), "quick")
    slow = owner.start(asyncio.sleep(100), "slow")

    await owner.close(grace_s=5)

    assert quick.result() == "done"
    assert slow.cancelled()
    assert len(owner) == 0
    assert asyncio.get_running_loop().time() == 5.0


@virtual
async def test_what_ends_may_start_another_which_is_cancelled_too() -> None:
    owner = TaskOwner()
    heirs: list[asyncio.Task[str]] = []

    async def testator() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            heirs.append(owner.start(asyncio.sleep(1000, "done"), "heir"))

    owner.start(testator(), "testator")
    await asyncio.sleep(1)
    await owner.close()

    (heir,) = heirs
    assert heir.cancelled()
    assert asyncio.get_running_loop().time() == 1.0


def test_blocking_work_runs_in_a_thread() -> None:
    async def main() -> int:
        offload = ThreadOffload(1)
        try:
            return await offload(lambda: 6 * 7)
        finally:
            offload.close()

    assert asyncio.run(main()) == 42


@virtual
async def test_inline_work_runs_now() -> None:
    assert await InlineOffload()(lambda: "now") == "now"
