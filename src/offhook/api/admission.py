"""Shedding load: the first check of all, because it must be cheap (errors.md 3.10)."""

from collections.abc import Callable
from types import TracebackType

from offhook.errors import ApiError, http


class Admission:
    """Counts requests in flight; entering it raises 503 when there are too many.

    So it does while the node drains or is not `ready`: its store or media workers are gone.
    """

    def __init__(self, cap: int, ready: Callable[[], bool] = lambda: True) -> None:
        self.in_flight = 0
        self._cap = cap
        self._ready = ready
        self._closed_for_s: int | None = None

    def close(self, retry_after_s: int) -> None:
        """Refuse everything from now on (starting, draining); clients may retry after so long."""
        self._closed_for_s = retry_after_s

    def open(self) -> None:
        """Admit requests again."""
        self._closed_for_s = None

    def __enter__(self) -> None:
        if self._closed_for_s is not None:
            wait_s = str(max(1, self._closed_for_s))
            why = "the server is starting or shutting down"
            raise ApiError(http.OVERLOADED, headers=(("Retry-After", wait_s),), why=why)
        if self.in_flight >= self._cap:
            why = f"{self.in_flight} requests are in flight; limits.in_flight is {self._cap}"
            raise ApiError(http.OVERLOADED, why=why)
        if not self._ready():
            raise ApiError(http.OVERLOADED, why="the store fails, so nothing can be accepted")
        self.in_flight += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.in_flight -= 1
