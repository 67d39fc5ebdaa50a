"""Telephones that answer, speak and count, over real sockets."""

import asyncio

import pytest

from offhook.capacity.telephones import Telephones, TelephonesError

pytestmark = pytest.mark.slow


def test_two_telephones_hear_each_other_and_count() -> None:
    async def story() -> tuple[int, int]:
        telephones = Telephones(4)
        await telephones.start()
        ports: dict[str, asyncio.Future[int]] = {
            name: asyncio.get_running_loop().create_future() for name in "ab"
        }
        try:
            assert await telephones.counted() == (0, 0)
            telephones.ring("a", 40_900, ports["a"].set_result)
            telephones.ring("a", 40_900, ports["a"].set_result)  # the INVITE came again
            far = await ports["a"]
            telephones.ring("b", far, ports["b"].set_result)
            await ports["b"]
            await asyncio.sleep(0.5)
            assert (telephones.speaking, telephones.fault) == (2, "")
            return await telephones.counted()
        finally:
            await telephones.close()

    received, lost = asyncio.run(asyncio.wait_for(story(), 20))

    assert received > 10  # a hears b
    assert lost == 0


def test_when_there_is_no_room_for_another_that_is_said() -> None:
    async def story() -> None:
        telephones = Telephones(1)
        await telephones.start()
        try:
            for number in range(2):
                telephones.ring(str(number), 40_900, lambda _: None)
            for _ in range(100):
                await asyncio.sleep(0.02)
                if telephones.fault:
                    break
            with pytest.raises(TelephonesError, match="all 1 rows are in use"):
                await telephones.counted()
        finally:
            await telephones.close()

    asyncio.run(asyncio.wait_for(story(), 20))
