"""Rates and sessions: who may place or receive a call now (rest.md 7)."""

from collections import Counter, deque
from collections.abc import Callable

from offhook.clock import Monotonic
from offhook.directory import Account
from offhook.errors import CallError, calls

ROUNDING_S = 1e-6  # less is no wait: a sum of floats need not meet the clock's value


class Rate:
    """At most `per_second` happenings in any window of a second (longer when below one)."""

    def __init__(self, per_second: float, now: Monotonic) -> None:
        self.change(per_second)
        self._now = now
        self._times: deque[float] = deque()

    def change(self, per_second: float) -> None:
        """Follow the configuration; what has happened still counts."""
        self.count = max(1, int(per_second))
        self.window_s = self.count / per_second

    def wait_s(self) -> float:
        """Return the seconds until one more is allowed; 0.0 for now."""
        if len(self._times) < self.count:
            return 0.0
        left_s = self._times[-self.count] + self.window_s - self._now()
        return left_s if left_s > ROUNDING_S else 0.0

    @property
    def taken(self) -> int:
        """How many have happened in the window that ends now."""
        since = self._now() - self.window_s
        return sum(at > since for at in self._times)

    def take(self) -> None:
        """Count one."""
        self._times.append(self._now())
        while len(self._times) > self.count:
            self._times.popleft()


class Sessions:
    """Live legs (initiated and answered, both directions) per account and on the node."""

    def __init__(self, node_limit: int, overload: Callable[[], str] = str) -> None:
        self.node_limit = node_limit
        self._overload = overload  # why the machine can carry no more; empty: it can
        self._legs: Counter[str] = Counter()
        self._account_of: dict[str, str] = {}

    @property
    def total(self) -> int:
        """Legs on the node."""
        return len(self._account_of)

    def of(self, account_id: str) -> int:
        """Legs of an account."""
        return self._legs[account_id]

    def account_full(self, account: Account) -> bool:
        """Whether the account is at its session limit."""
        return self._legs[account.id] >= account.sessions

    def node_full(self) -> str:
        """Say why the node takes no more; empty: it does."""
        if self.total >= self.node_limit:
            return f"the server carries {self.total} calls; limits.calls is {self.node_limit}"
        return self._overload()

    def take(self, account_id: str, call_id: str) -> None:
        """Count a leg in."""
        assert call_id not in self._account_of
        self._account_of[call_id] = account_id
        self._legs[account_id] += 1

    def give_back(self, call_id: str) -> None:
        """Count a leg out; one that never came in is none."""
        account_id = self._account_of.pop(call_id, None)
        if account_id is None:
            return
        self._legs[account_id] -= 1
        if not self._legs[account_id]:
            del self._legs[account_id]


def refusal(account: Account | None, sessions: Sessions) -> CallError | None:
    """Return why there is no room for one more leg, None if there is."""
    if account is None:
        return calls.sessions_exceeded("the account is gone")
    if sessions.account_full(account):
        return calls.sessions_exceeded(account_full(account))
    return calls.node_full(why) if (why := sessions.node_full()) else None


def account_full(account: Account) -> str:
    """Say which limit of the account is reached."""
    return f"the account has {account.sessions} active calls, which is its sessions limit"
