"""Virtual time is exact, ends what it starts, and says why it cannot go on."""

import asyncio
import gc
import time

import pytest

from offhook.scopes import background
from offhook.testing.loop import (
    EPOCH,
    DeadlockError,
    LeakError,
    VirtualTimeError,
    run,
    running_loop,
    virtual,
)


def now() -> float:
    return asyncio.get_running_loop().time()


@virtual
async def test_sleeping_moves_the_clock_by_exactly_so_much() -> None:
    await asyncio.sleep(0.1)
    await asyncio.sleep(0.2)

    assert now() == 0.3


def test_a_day_passes_at_once() -> None:
    async def day() -> float:
        for _ in range(24 * 60):
            await asyncio.sleep(60)
        return now()

    began = time.perf_counter()
    end = run(day(), limit_s=100_000)

    assert end == 86_400
    assert time.perf_counter() - began < 2


@virtual
async def test_a_timeout_fires_at_its_second_and_not_before() -> None:
    async with asyncio.timeout(1.5):
        await asyncio.sleep(1.499)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await asyncio.Event().wait()

    assert now() == 2.999


@virtual
async def test_tasks_meet_in_a_queue_at_the_right_times() -> None:
    queue: asyncio.Queue[str] = asyncio.Queue(1)
    seen: list[tuple[float, str]] = []

    async def produce() -> None:
        for item in "abc":
            await asyncio.sleep(0.5)
            await queue.put(item)

    async with asyncio.TaskGroup() as group:
        group.create_task(produce())
        while len(seen) < 3:
            item = await queue.get()
            seen.append((now(), item))

    assert seen == [(0.5, "a"), (1.0, "b"), (1.5, "c")]


@virtual
async def test_callbacks_of_the_same_moment_come_in_the_order_they_were_asked_for() -> None:
    seen: list[int] = []
    for number in range(100):
        asyncio.get_running_loop().call_later(1.0, seen.append, number)
    await asyncio.sleep(1.0)

    assert seen == list(range(100))


@virtual
async def test_a_scope_of_background_work_unwinds() -> None:
    async with background(asyncio.sleep(100)) as task:
        await asyncio.sleep(1)

    assert task.cancelled()
    assert now() == 1


@virtual
async def test_the_wall_clock_follows_from_a_fixed_date() -> None:
    await asyncio.sleep(2.5)
    clock = running_loop().clock

    assert clock.now() == 2.5
    assert clock.wall() == EPOCH + 2.5


def test_equal_seeds_give_equal_randomness() -> None:
    async def draw() -> float:
        return running_loop().rng.uniform(0, 1)

    assert run(draw(), seed=7) == run(draw(), seed=7)
    assert run(draw(), seed=7) != run(draw(), seed=8)


def test_a_deadlock_names_the_task_and_the_line() -> None:
    async def forgotten() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(forgotten(), name="waiter")

    with pytest.raises(DeadlockError, match=r"waiter: .*Event.wait"):
        run(main())


def test_a_task_left_at_the_end_is_named() -> None:
    async def main() -> None:
        straggler = asyncio.get_running_loop().create_task(asyncio.sleep(1), name="straggler")
        await asyncio.sleep(0)
        assert not straggler.done()

    with pytest.raises(LeakError, match="straggler: sleep"):
        run(main())


def test_what_main_raises_comes_out() -> None:
    async def main() -> None:
        await asyncio.sleep(1)
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        run(main())


def test_a_failure_in_a_callback_fails_the_run() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)
        await asyncio.sleep(1)

    with pytest.raises(VirtualTimeError, match="callback") as raised:
        run(main())

    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_a_run_that_never_ends_is_stopped_at_its_limit() -> None:
    async def beat() -> None:
        for _ in range(1_000_000):
            await asyncio.sleep(0.02)

    with pytest.raises(VirtualTimeError, match="still running after 10 s"):
        run(beat(), limit_s=10)


def test_a_loop_that_turns_while_time_stands_still_is_stopped() -> None:
    async def hurry() -> None:
        for _ in range(1_000_000):
            await asyncio.sleep(1e-12)

    with pytest.raises(VirtualTimeError, match="time stands still, at 0 s:"):
        run(hurry())


def test_threads_and_sockets_are_refused() -> None:
    async def thread() -> None:
        await asyncio.to_thread(int)

    async def connect() -> None:
        await asyncio.open_connection("127.0.0.1", 9)

    with pytest.raises(VirtualTimeError, match="no threads"):
        run(thread())
    with pytest.raises((NotImplementedError, VirtualTimeError)):
        run(connect())
    gc.collect()  # whatever was half open must not complain later


def test_timers_are_those_that_have_not_gone_off() -> None:
    async def story() -> None:
        loop = running_loop()
        loop.call_later(1, print)
        late = loop.call_later(3, print)
        loop.call_later(5, print).cancel()
        await asyncio.sleep(2)

        assert loop.timers == [late]
        late.cancel()

    run(story())
