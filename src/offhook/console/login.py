"""Logging in and out. Whoever guesses passwords has to wait longer and longer."""

from collections import OrderedDict
from dataclasses import dataclass

import structlog
from starlette.responses import Response

from offhook.clock import Clock
from offhook.console.guard import Guard
from offhook.console.page import Visit

log = structlog.get_logger("offhook.console")

FREE_FAILURES = 5  # of one address, before it has to wait
FORGIVEN_EVERY_S = 20.0  # one failure, for each address
ADDRESSES = 1000  # remembered


@dataclass(slots=True)
class _Failures:
    count: float
    at: float


class Throttle:
    """Counts failures by address; they are forgiven by and by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Return how long an address has to wait until it may try; 0 if it may."""
        return max(0.0, (self._count(address) - FREE_FAILURES + 1) * FORGIVEN_EVERY_S)

    def failed(self, address: str) -> None:
        """Count a failure."""
        self._failures[address] = _Failures(self._count(address) + 1, self._clock.now())
        self._failures.move_to_end(address)
        while len(self._failures) > ADDRESSES:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Take back what was counted for an attempt that was right."""
        found = self._failures[address]
        found.count = max(0.0, found.count - 1)

    def _count(self, address: str) -> float:
        found = self._failures.get(address)
        if found is None:
            return 0.0
        return max(0.0, found.count - (self._clock.now() - found.at) / FORGIVEN_EVERY_S)


class Login:
    """The login page, and what becomes of name and password."""

    def __init__(self, clock: Clock, guard: Guard) -> None:
        self._guard = guard
        self._throttle = Throttle(clock)

    async def show(self, visit: Visit) -> Response:
        """Ask for name and password."""
        return self._page(visit, visit.query.get("next", ""))

    async def enter(self, visit: Visit) -> Response:
        """Let in whoever knows them."""
        form = await visit.form()
        where = form.get("next", "")
        address = visit.visitor.address or ""
        if wait := self._throttle.wait_s(address):
            text = f"Too many attempts. Try again in {wait:.0f} seconds."
            response = self._page(visit, where, text, 429)
            response.headers["Retry-After"] = f"{wait:.0f}"
            return response
        self._throttle.failed(address)  # first: many at once count as many
        name, password = form.get("name", ""), form.get("password", "")
        visitor = await self._guard.log_in(visit.request, name, password)
        if visitor is None:
            log.warning("login refused", client=address, user=name[:100])
            return self._page(visit, where, "That is no user with this password.", 401)
        self._throttle.succeeded(address)
        visit.visitor = visitor
        return visit.go(_inside(visit, where))

    async def leave(self, visit: Visit) -> Response:
        """Forget who the browser is."""
        visit.visitor = self._guard.nobody(visit.request)
        return visit.go(visit.place("login"))

    def _page(self, visit: Visit, where: str, fault: str = "", status: int = 200) -> Response:
        return visit.page("login.html", status, next=where, fault=fault)


def _inside(visit: Visit, where: str) -> str:
    """Return a path of the console: a foreign one would take people elsewhere."""
    return where if where.startswith(f"{visit.base}/") else f"{visit.base}/"
