"""Notify the application: webhooks that no call waits for, one lane per call (webhooks.md 10).

A lane posts one delivery at a time: once more on the same URL after a connection exception, then
to the fallback if the delivery has one, then gives up (webhooks.md 4). Nothing here waits for the
call, and the call never waits for it. Deliveries were stored before they came here; those not
settled when the process ends are posted again at the next start.

A conference has a lane too. Its synchronous events wait their turn in it and are not repeated on
the same URL; `on_attempt` gets the reply.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from offhook.clock import Clock
from offhook.hooks import Target
from offhook.records import Delivery
from offhook.scopes import TaskOwner
from offhook.webhooks.fetch import Attempt, Courier

LANE_LIMIT = 1000  # waiting deliveries of one call; the oldest waiting one gives way
ACCOUNT_PARALLEL = 100  # requests in flight for one account: its slow server is its own loss
OVERFLOW = "too many webhooks waiting"


class Outbox:
    """All lanes of a node."""

    def __init__(
        self,
        courier: Courier,
        clock: Clock,
        tasks: TaskOwner,
        settle: Callable[[Delivery], None],
        on_attempt: Callable[[Delivery, Attempt], None],
        committed: Callable[[], Awaitable[None]],
    ) -> None:
        self._courier = courier
        self._clock = clock
        self._tasks = tasks
        self._settle = settle
        self._on_attempt = on_attempt  # of every attempt, also one that failed
        self._committed = committed  # returns when all that was written so far is on disk
        self._lanes: dict[str, deque[Delivery]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(ACCOUNT_PARALLEL)
        )
        self._closed = False

    @property
    def open_lanes(self) -> int:
        """How many calls have deliveries under way."""
        return len(self._lanes)

    def post(self, delivery: Delivery) -> None:
        """Queue a stored delivery behind the earlier ones of its call."""
        if self._closed:
            return  # it stays pending in the store until the next start
        lane = self._lanes.get(delivery.call_id)
        if lane is not None:
            if len(lane) >= LANE_LIMIT:
                self._settle(replace(lane.popleft(), failed=OVERFLOW))
            lane.append(delivery)
            return
        self._lanes[delivery.call_id] = deque([delivery])
        task = self._tasks.start(self._run(delivery.call_id), f"outbox {delivery.call_id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drain(self, grace_s: float) -> None:
        """Give the lanes this long to empty; what is left then stays pending in the store."""
        now = asyncio.get_running_loop().time
        deadline = now() + grace_s
        while self._running and (left := deadline - now()) > 0:
            await asyncio.wait(self._running, timeout=left)
        self._closed = True
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, call_id: str) -> None:
        lane = self._lanes[call_id]
        try:
            while lane:
                delivery = lane.popleft()
                await self._committed()  # nobody is told what a crash could undo
                async with self._slots[delivery.account_id]:
                    failure = await self._deliver(delivery)
                if failure is None:
                    self._settle(replace(delivery, delivered=self._clock.wall()))
                else:
                    self._settle(replace(delivery, failed=failure))
        finally:
            del self._lanes[call_id]

    async def _deliver(self, delivery: Delivery) -> str | None:
        """Return None once a 2xx arrived, else why the last attempt failed."""
        attempt = await self._attempt(delivery, delivery.target)
        patient = not (delivery.asks or delivery.once)
        if attempt.failure and attempt.connecting and patient:
            attempt = await self._attempt(delivery, delivery.target)
        if attempt.failure and delivery.fallback:
            attempt = await self._attempt(delivery, delivery.fallback, fallback=True)
        return attempt.failure

    async def _attempt(
        self, delivery: Delivery, target: Target, *, fallback: bool = False
    ) -> Attempt:
        attempt = await self._courier.carry(delivery, target, fallback=fallback)
        self._on_attempt(delivery, attempt)
        return attempt
