"""The tables of operations: path, methods, the body each takes and what it answers."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from starlette.datastructures import Headers
from starlette.types import Receive

from offhook.api.described import Described
from offhook.api.mediatypes import Takes
from offhook.api.nearmiss import is_variable, no_route
from offhook.api.replies import Reply
from offhook.directory import Account
from offhook.errors import ApiError, http

ORDER = ("GET", "HEAD", "POST", "PUT", "DELETE")  # of methods in Allow (errors.md 5)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has passed the gate: what an operation sees of it."""

    account: Account
    account_url: str  # public, without a final slash: all that is asked for lies below it
    names: tuple[str, ...] = ()  # the variable segments of the path, decoded
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    charset: str | None = None
    headers: Headers = field(default_factory=Headers)
    user: str = ""  # who asks


@dataclass(frozen=True, slots=True)
class Question:
    """A request for one of Offhook's own resources, which are below no account."""

    user: str  # who asks
    may_see: Callable[[str], bool]  # whether what belongs to an account may be shown to who asks
    names: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request to what is open to everybody; the body is still to be read."""

    base_url: str
    headers: Headers
    receive: Receive


A = TypeVar("A", Asked, Question, Visit)


@dataclass(frozen=True, slots=True)
class Operation(Generic[A]):
    """What to run, and the kind of body it takes; without `takes` a body is not looked at.

    The first line of `run`'s docstring is the operation's name, a colon, and what it does.
    """

    run: Callable[[A], Awaitable[Reply]]
    says: Described
    takes: Takes | None = None
    too_big: Callable[[], ApiError] = lambda: ApiError(http.BAD_REQUEST)

    @property
    def title(self) -> tuple[str, str]:
        """The operation's name, and what it does."""
        first = (self.run.__doc__ or "").partition("\n")[0].rstrip(".")
        name, _, about = first.partition(": ")
        return name, about


@dataclass(frozen=True, slots=True)
class Route(Generic[A]):
    """A path such as `calls/{callId}/bxml` and its operations by method."""

    path: str
    operations: Mapping[str, Operation[A]]

    def match(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the variable segments, or None if the path is another one."""
        pattern = self.path.split("/")
        if len(pattern) != len(segments):
            return None
        pairs = list(zip(pattern, segments, strict=True))
        if any(want != got and not is_variable(want) for want, got in pairs):
            return None
        names = [got for want, got in pairs if is_variable(want)]
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


@dataclass(frozen=True, slots=True)
class Tables:
    """All there is, by who may ask."""

    operations: tuple[Route[Asked], ...]  # of the contract, below an account
    endpoints: tuple[Route[Asked], ...]  # of its Endpoints API
    beyond: tuple[Route[Asked], ...]  # operations on an account that the contract does not know
    own: tuple[Route[Question], ...]  # Offhook's own resources, for any user
    open: tuple[Route[Visit], ...]  # for everybody; with their whole path


def find(routes: Iterable[Route[A]], segments: tuple[str, ...]) -> tuple[Route[A], tuple[str, ...]]:
    """Return the route of a path and its variable segments; raises 404 `Not Found`."""
    for route in routes:
        names = route.match(segments)
        if names is not None:
            return route, names
    raise ApiError(http.NO_ROUTE, why=no_route("/".join(segments), [r.path for r in routes]))
