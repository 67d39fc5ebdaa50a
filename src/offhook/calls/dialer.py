"""The outbound queue: calls wait for their turn, by priority, then arrival (rest.md 7)."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from offhook.calls import capacity
from offhook.calls.capacity import Rate, Sessions
from offhook.clock import Monotonic
from offhook.directory import Account
from offhook.errors import CallError
from offhook.facts import Turn
from offhook.scopes import TaskOwner

Post = Callable[[Turn], None]


@dataclass(slots=True)
class Queue:
    """The waiting calls of one account: (priority, arrival, call id), lowest first."""

    rate: Rate  # of all calls of the account, both directions
    pace: Rate  # of those that leave the queue
    heap: list[tuple[int, int, str]] = field(default_factory=list)
    waiting: dict[str, Post] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None  # serves while somebody waits


class Dialer:
    """Gives queued calls their turn at the account's rate."""

    def __init__(
        self,
        account: Callable[[str], Account | None],
        sessions: Sessions,
        now: Monotonic,
        tasks: TaskOwner,
    ) -> None:
        self._account = account
        self._sessions = sessions
        self._now = now
        self._tasks = tasks
        self._arrival = count()
        self._queues: dict[str, Queue] = {}

    @property
    def waiting(self) -> int:
        """How many calls wait, of all accounts."""
        return sum(len(queue.waiting) for queue in self._queues.values())

    def size(self, account_id: str) -> int:
        """Return how many calls of the account wait."""
        queue = self._queues.get(account_id)
        return len(queue.waiting) if queue else 0

    def rate(self, account: Account) -> Rate:
        """Return the account's calls per second, which all its calls use up (rest.md 7)."""
        return self._queue(account).rate

    def join(self, account: Account, call_id: str, priority: int, post: Post) -> None:
        """Queue a call; `post` gets its Turn."""
        queue = self._queue(account)
        queue.waiting[call_id] = post
        heapq.heappush(queue.heap, (priority, next(self._arrival), call_id))
        if queue.task is None:
            queue.task = self._tasks.start(self._serve(account.id, queue), f"dialer {account.id}")

    def leave(self, account_id: str, call_id: str) -> None:
        """Take a call out of the queue."""
        queue = self._queues.get(account_id)
        if queue is None or queue.waiting.pop(call_id, None) is None:
            return  # its place in the heap is passed over
        if not queue.waiting and queue.task is not None:
            queue.task.cancel()
            self._rest(queue)  # at once: another call may join before the task notices

    def _queue(self, account: Account) -> Queue:
        pace = account.dequeue_rate or account.cps
        queue = self._queues.get(account.id)
        if queue is None:
            rates = Rate(account.cps, self._now), Rate(pace, self._now)
            queue = self._queues[account.id] = Queue(*rates)
        queue.rate.change(account.cps)
        queue.pace.change(pace)
        return queue

    async def _serve(self, account_id: str, queue: Queue) -> None:
        while queue.waiting:
            if (wait_s := max(queue.rate.wait_s(), queue.pace.wait_s())) > 0:
                await asyncio.sleep(wait_s)
                continue
            call_id = heapq.heappop(queue.heap)[2]
            if post := queue.waiting.pop(call_id, None):
                queue.rate.take()
                queue.pace.take()
                post(Turn(self._refusal(account_id, call_id)))
        self._rest(queue)

    def _rest(self, queue: Queue) -> None:
        """Nobody waits any more."""
        queue.task = None
        queue.heap.clear()

    def _refusal(self, account_id: str, call_id: str) -> CallError | None:
        if refusal := capacity.refusal(self._account(account_id), self._sessions):
            return refusal
        self._sessions.take(account_id, call_id)
        return None
