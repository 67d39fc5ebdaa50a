"""A real web application at the other end of the webhooks, in this process: WSGI or ASGI.

Virtual time stands still while it answers. A WSGI application (PEP 3333) is called in place, in
the thread of the test, so that what the test prepared is what it sees. An ASGI application has an
event loop of its own in a thread, in real time: its threads, its sockets and its lifespan work as
under any server.
"""

import asyncio
import base64
import concurrent.futures
import contextlib
import inspect
import io
import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

from offhook.testing.app import SILENCE, Received, Reply
from offhook.testing.asgi import Asgi, AsgiClient, Message

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
CLIENT = "198.51.100.9"
PATIENCE_S = 30.0  # real seconds for an ASGI application; then it is one that does not answer
MAX_BODY = 64 * 2**20  # more than the server reads of any response

log = logging.getLogger("offhook.testing")


class WsgiSite:
    """Calls a WSGI application; what it raises is logged and answered with 500."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, request: Received) -> Reply:
        """Answer a request."""
        started: list[tuple[str, list[tuple[str, str]]]] = []
        body = bytearray()

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], None]:
            if exc_info and body:
                raise exc_info[1].with_traceback(exc_info[2])  # too late for another status
            started.append((status, headers))
            return body.extend

        try:
            with _no_running_loop():
                self._read(self._app(_environ(request), start_response), body)
            status, headers = started[-1]
        except Exception:  # noqa: BLE001  # whatever it raises, its server lives on
            return _broken(request)
        return Reply(bytes(body), int(status.split()[0]), dict(headers))

    def close(self) -> None:
        """There is nothing to close."""

    def _read(self, chunks: Iterable[bytes], body: bytearray) -> None:
        try:
            for chunk in chunks:
                body += chunk
                if len(body) > MAX_BODY:
                    break
        finally:
            if close := getattr(chunks, "close", None):
                close()


class AsgiSite:
    """Runs an ASGI application in a thread; what it raises is logged and answered with 500."""

    def __init__(self, app: Asgi, patience_s: float = PATIENCE_S) -> None:
        self._client = AsgiClient(app, (CLIENT, 40_000), "app.test")
        self._patience_s = patience_s
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="asgi", daemon=True)
        self._thread.start()
        self._lifespan = _Lifespan(app)
        try:
            self._wait(self._lifespan.start())
        except BaseException:
            self.close()
            raise

    def __call__(self, request: Received) -> Reply:
        """Answer a request."""
        split = urlsplit(request.url)
        target = f"{split.path or '/'}?{split.query}" if split.query else split.path or "/"
        headers = {**_headers(request), "host": split.netloc}
        sent = self._client.request(request.method, target, headers=headers, body=request.body)
        try:
            answer = self._wait(sent)
        except concurrent.futures.TimeoutError:
            log.exception("no answer in %g s: %s", self._patience_s, request.url)
            return SILENCE
        except Exception:  # noqa: BLE001  # whatever it raises, its server lives on
            return _broken(request)
        return Reply(answer.body, answer.status, answer.headers)

    def close(self) -> None:
        """Let the application shut down and end its thread."""
        if self._loop.is_closed():
            return
        self._wait(self._lifespan.stop())
        self._wait(_cancelled())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work: Any) -> Any:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(self._patience_s)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise


class _Lifespan:
    """The lifespan protocol of ASGI: start-up and shutdown of an application that wants them."""

    def __init__(self, app: Asgi) -> None:
        self._app = app
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start up; raises RuntimeError when the application says that it cannot."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        if await self._ask("lifespan.startup"):
            raise RuntimeError("the application failed to start up")

    async def stop(self) -> None:
        """Shut down, if it has started up."""
        if self._task is not None and not self._task.done():
            await self._ask("lifespan.shutdown")

    async def _ask(self, what: str) -> bool:
        """Send a message; tells whether the application reported a failure."""
        await self._inbox.put({"type": what})
        answer = await self._outbox.get()
        if answer["type"].endswith(".failed"):
            log.error("%s: %s", answer["type"], answer.get("message", ""))
            return True
        return False

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}}
        with contextlib.suppress(Exception):  # it knows no lifespan: so ASGI has it said
            await self._app(scope, self._inbox.get, self._outbox.put)
        await self._outbox.put({"type": "lifespan.over"})


Site = WsgiSite | AsgiSite


def site(app: object) -> Site:
    """Return the site of an application, told by its kind; raises TypeError for what is none."""
    if not callable(app):
        raise TypeError(f"{app!r} is no application: a WSGI or ASGI callable is needed")
    call = getattr(app, "__call__", None)  # noqa: B004  # its kind is asked, not whether it is one
    if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(call):
        return AsgiSite(cast(Asgi, app))
    return WsgiSite(cast(Wsgi, app))


async def _cancelled() -> None:
    """Cancel what the application has left running."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()


@contextlib.contextmanager
def _no_running_loop() -> Iterator[None]:
    """Hide the virtual loop from code that knows nothing of it and may run a loop of its own."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


def _broken(request: Received) -> Reply:
    log.exception("the application raised an exception: %s %s", request.method, request.url)
    return Reply("The application failed.", 500, {"Content-Type": "text/plain"})


def _headers(request: Received) -> dict[str, str]:
    headers = dict(request.headers)
    if request.credentials is not None and "authorization" not in headers:
        pair = f"{request.credentials.username}:{request.credentials.password}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return headers


def _environ(request: Received) -> dict[str, Any]:
    """Return the environment of a request (PEP 3333)."""
    split = urlsplit(request.url)
    headers = {"host": split.netloc, **_headers(request)}
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(split.path or "/").decode("latin-1"),
        "QUERY_STRING": split.query,
        "SERVER_NAME": split.hostname or "",
        "SERVER_PORT": str(split.port or (443 if split.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": CLIENT,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": split.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if content_type := headers.pop("content-type", ""):
        environ["CONTENT_TYPE"] = content_type
    headers.pop("content-length", None)
    spelled = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return environ | spelled
