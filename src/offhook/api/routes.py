"""The table of operations below an account: path, methods, and the body each takes."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from starlette.datastructures import Headers

from offhook.api.mediatypes import Takes
from offhook.api.nearmiss import no_route
from offhook.api.replies import Reply
from offhook.directory import VOICE, Account, User
from offhook.errors import ApiError, http

ORDER = ("GET", "HEAD", "POST", "PUT", "DELETE")  # of methods in Allow (errors.md 5)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has passed the gate: what an operation sees of it."""

    account: Account
    base_url: str  # public, without a final slash
    names: tuple[str, ...] = ()  # the variable segments of the path, decoded
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    charset: str | None = None
    headers: Headers = field(default_factory=Headers)
    user: str = ""  # who asks

    @property
    def own_url(self) -> str:
        """The public URL that Offhook's own operations on the account lie below."""
        return f"{self.base_url}/offhook/v1/accounts/{self.account.id}"

    @property
    def account_url(self) -> str:
        """The public URL everything of the account lies below."""
        return f"{self.base_url}/api/v2/accounts/{self.account.id}"


@dataclass(frozen=True, slots=True)
class Question:
    """A request for one of Offhook's own resources, which are below no account."""

    user: User
    names: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def may_see(self, account_id: str) -> bool:
        """Whether what belongs to an account may be shown to this user."""
        return VOICE in self.user.roles.get(account_id, ())


A = TypeVar("A", Asked, Question)


@dataclass(frozen=True, slots=True)
class Operation(Generic[A]):
    """What to run, and the kind of body it takes; without `takes` a body is not looked at."""

    run: Callable[[A], Awaitable[Reply]]
    takes: Takes | None = None
    too_big: Callable[[], ApiError] = lambda: ApiError(http.BAD_REQUEST)


@dataclass(frozen=True, slots=True)
class Route(Generic[A]):
    """A path such as `calls/{}/bxml` and its operations by method."""

    path: str
    operations: Mapping[str, Operation[A]]

    def match(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the variable segments, or None if the path is another one."""
        pattern = self.path.split("/")
        if len(pattern) != len(segments):
            return None
        if any(want not in ("{}", got) for want, got in zip(pattern, segments, strict=True)):
            return None
        names = [got for want, got in zip(pattern, segments, strict=True) if want == "{}"]
        return tuple(names) if all(names) else None

    def operation(self, method: str) -> Operation[A]:
        """Return the operation; HEAD is GET without the body (errors.md 1); raises 405."""
        found = self.operations.get("GET" if method == "HEAD" else method)
        if found is None:
            why = f"{method} was asked; {self.path} takes {self.allow}"
            raise ApiError(http.METHOD_NOT_ALLOWED, headers=(("Allow", self.allow),), why=why)
        return found

    @property
    def allow(self) -> str:
        """The value of the Allow header."""
        methods = {*self.operations, *(("HEAD",) if "GET" in self.operations else ())}
        return ", ".join(method for method in ORDER if method in methods)


def find(routes: Iterable[Route[A]], segments: tuple[str, ...]) -> tuple[Route[A], tuple[str, ...]]:
    """Return the route of a path and its variable segments; raises 404 `Not Found`."""
    for route in routes:
        names = route.match(segments)
        if names is not None:
            return route, names
    raise ApiError(http.NO_ROUTE, why=no_route("/".join(segments), [r.path for r in routes]))
