"""The whole of Offhook around somebody's voice app, for plain test functions: fixture `offhook`.

A `Lab` owns a virtual loop. Each step of a test runs the loop until what the step waits for has
come about, and then time stands still until the next one. Nothing waits for real time.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urljoin

from offhook.directory import Application, Directory, Number
from offhook.explain.stories import tell
from offhook.garbage import seldom_collected
from offhook.hooks import Hook, Target
from offhook.records import CallRecord
from offhook.requests import CallFilter
from offhook.testing import fixtures
from offhook.testing.app import BASE, Reply
from offhook.testing.callers import Call, Missing, Telephone, hidden
from offhook.testing.loop import EPOCH, virtual_loop
from offhook.testing.sites import Site, site
from offhook.testing.sockets import SocketApp
from offhook.testing.words import ReadableVoice
from offhook.testing.world import World
from offhook.timeline import line

__tracebackhide__ = hidden  # pytest shows the line of the test, not ours

T = TypeVar("T")

LIMIT_S = 7 * 86_400.0  # of virtual time in one test
STEP_S = 0.1  # between two looks at what a step waits for
INITIATE, STATUS = "/initiate", "/status"


class _Room(World):
    make_voice = ReadableVoice


class Lab:
    """A server with an account and a number, your application, and any number of telephones."""

    number = fixtures.NUMBER  # calls to it go to the application

    def __init__(self) -> None:
        self.failed = False  # a test has failed: what is left over is no news any more
        self._stack = ExitStack()
        self._loop = self._stack.enter_context(virtual_loop(limit_s=LIMIT_S))
        self._site: Site | None = None
        self._app: object = None
        self._telephones: dict[str, Telephone] = {}
        self.world: World = self.run(_open())
        self.world.house.open = True  # a test does not wait for silence
        self._paths(INITIATE, STATUS)
        self.world.app.site = _nobody

    # the application

    @property
    def app(self) -> object:
        """The application; setting it is `serve` with the paths `/initiate` and `/status`."""
        return self._app

    @app.setter
    def app(self, app: object) -> None:
        self.serve(app)

    def serve(self, app: object, *, initiate: str = INITIATE, status: str | None = STATUS) -> None:
        """Let a WSGI or ASGI application answer all webhooks.

        `initiate` is the path of the webhook of a call to the number, `status` that of
        `disconnect`.
        """
        self._close_site()
        self._site = self.world.app.site = site(app)
        self._app = app
        self._paths(initiate, status)

    def add_number(self, number: str, *, initiate: str, status: str | None = STATUS) -> None:
        """Give the application another number, whose calls go to a path of its own."""
        old = self.world.directory
        name = f"{fixtures.APPLICATION_ID[:-4]}{len(old.applications):04x}"
        application = Application(
            name, fixtures.ACCOUNT_ID, number, Hook(_target(initiate)), _status(status)
        )
        self._change([*old.applications.values(), application], Number(number, name))

    def file(self, url: str, body: bytes, content_type: str = "audio/wav") -> None:
        """Serve a file that the application links to on another host, as `PlayAudio` may."""
        self.world.app.on(url, Reply(body, headers={"Content-Type": content_type}))

    @property
    def sockets(self) -> SocketApp:
        """The WebSocket servers of streams: all accept everybody, unless `on` says otherwise."""
        return self.world.app.sockets

    # telephones and calls

    def phone(self, number: str = fixtures.PARTY) -> Telephone:
        """Return the telephone with this number; the same one each time."""
        if number not in self._telephones:
            self._telephones[number] = Telephone(self, number)
        return self._telephones[number]

    def call(self, *, to: str = fixtures.PARTY, answer: str = "/answer", **fields: object) -> Call:
        """Place a call by REST (`createCall`); `answer` is the path of its `answerUrl`.

        Other fields are those of the request, such as `callTimeout=20`.
        """
        phone = self.phone(to)
        request = {"to": to, "answerUrl": urljoin(BASE, answer), "disconnectUrl": self._status}
        wanted = {name: value for name, value in {**request, **fields}.items() if value is not None}
        answer_ = self.run(self.world.rest.create_call(**{**self._identity(), **wanted}))
        if answer_.status != 201:
            raise Missing(f"createCall was refused: {answer_.status} {answer_.body.decode()}")
        return Call(self, answer_.json()["callId"], phone)

    # time

    @property
    def now(self) -> float:
        """Virtual seconds since the beginning."""
        return self._loop.time()

    def wait(self, seconds: float) -> None:
        """Let virtual time go by."""
        self.run(asyncio.sleep(seconds))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of your own in virtual time, such as one of `world.rest`."""
        with seldom_collected():
            return self._loop.run_until_complete(work)

    def until(
        self,
        condition: Callable[[], object],
        within: float = 30.0,
        hopeless: Callable[[], bool] | None = None,
    ) -> bool:
        """Let time go by until a condition is true; tells whether it has become true."""
        end = self.now + within
        while not condition():
            if self.now >= end or (hopeless is not None and hopeless()):
                return bool(condition())
            self.run(self.world.house.glance(STEP_S, end))
        return True

    # what happened

    def records(self) -> list[CallRecord]:
        """Return all calls, in the order they began."""
        return self.world.store.calls(fixtures.ACCOUNT_ID, CallFilter(limit=100_000))

    def timeline(self, call_id: str | None = None) -> str:
        """Return everything that happened in a call, or in each of them, a line each."""
        chosen = [each for each in self.records() if call_id in (None, each.call_id)]
        return "\n\n".join(self._story(record) for record in chosen)

    def missing(self, what: str, call_id: str | None = None) -> Missing:
        """Return the failure of an expectation, with what explains it."""
        self.failed = True
        ids = [each.call_id for each in self.records()]
        told = tell(self.world.store, call_id or ids[-1]) if call_id or ids else None
        if told is None:
            return Missing(what)
        causes = (told.explanation.cause, *told.explanation.also)
        return Missing(
            "\n".join([what, *(f"{each.sentence} {each.fix}".strip() for each in causes)])
        )

    def close(self) -> None:
        """Hang up, see everything end, and shut down; raises if the server left something over."""
        with self._stack:
            fault = Missing("the test has failed") if self.failed else None
            try:
                self.run(self.world.__aexit__(type(fault) if fault else None, fault, None))
            finally:
                self._close_site()

    # inside

    @property
    def _status(self) -> str | None:
        status = self.world.directory.applications[fixtures.APPLICATION_ID].status
        return status.url if status else None

    def _identity(self) -> dict[str, object]:
        return {"from": self.number, "applicationId": fixtures.APPLICATION_ID}

    def _paths(self, initiate: str, status: str | None) -> None:
        old = dict(self.world.directory.applications)
        first = old.pop(fixtures.APPLICATION_ID)
        changed = replace(first, initiate=Hook(_target(initiate)), status=_status(status))
        self._change([changed, *old.values()])

    def _change(self, applications: list[Application], *numbers: Number) -> None:
        old = self.world.directory
        self.world.directory = Directory(
            old.accounts.values(),
            old.users.values(),
            applications,
            [*old.numbers.values(), *numbers],
            old.trunks.values(),
            old.secrets.values(),
            old.phones.values(),
        )

    def _story(self, record: CallRecord) -> str:
        events = self.world.store.events(record.call_id)
        head = f"{record.direction} call {record.call_id} from {record.from_} to {record.to}"
        return "\n".join([head, *(line(event, EPOCH) for event in events)])

    def _close_site(self) -> None:
        if self._site is not None:
            self._site.close()
        self._site = None


async def _open() -> World:
    return await _Room().__aenter__()


def _target(path: str) -> Target:
    return Target(urljoin(BASE, path))


def _status(path: str | None) -> Target | None:
    return _target(path) if path is not None else None


def _nobody(_: object) -> Reply:
    return Reply("no application is served: set offhook.app", 503, {"Content-Type": "text/plain"})
