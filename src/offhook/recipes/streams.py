"""Streams that are refused, and streams that break (errors.md 8.8)."""

import asyncio
import itertools
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from offhook.errors import Who, streams
from offhook.errors.calls import bare_url
from offhook.recipes.place import TALK, Place
from offhook.recipes.recipe import MORTAL, Told, recipe
from offhook.testing.app import Received, Reply, document
from offhook.testing.server import free_ports
from offhook.testing.sockets import Answer, Greeting

REJECTED, STOPPED = "mediaStreamRejected", "mediaStreamStopped"


def _start(place: Place, destination: str, attributes: str = 'name="bot"') -> str:
    return (
        f'<StartStream {attributes} destination="{destination}"'
        f' streamEventUrl="{place.url("told")}"/>'
    )


async def _told(place: Place, verbs: str, event: str, **values: str) -> Told:
    """Have a telephone called whose call runs these verbs, and wait for what comes of it."""
    place.on("answer", verbs)
    place.phone()
    call_id = await place.call()
    return Told(await place.heard(event, callId=call_id), values)


async def _refused(place: Place, destination: str) -> Told:
    verbs = _start(place, destination) + TALK
    return await _told(place, verbs, REJECTED, destination=bare_url(destination))


async def _greeted(place: Place, answer: Answer) -> Told:
    return await _refused(place, place.socket("bot", answer))


@recipe(streams.REFUSED)
async def nobody_there(place: Place) -> Told:
    """Start a stream to a port on which nobody listens."""
    return await _refused(place, f"ws://127.0.0.1:{free_ports(1)[0]}/bot")


@recipe(streams.REFUSED, way="not-found")
async def no_such_path(place: Place) -> Told:
    """Start a stream to a server that has nothing at that path."""
    return await _greeted(place, Greeting("HTTP 404"))


@recipe(streams.REFUSED, way="page")
async def web_page(place: Place) -> Told:
    """Start a stream to a web page, which is no WebSocket."""
    return await _greeted(place, Greeting("HTTP 200"))


@recipe(streams.REFUSED, way="tls")
async def no_tls(place: Place) -> Told:
    """Start a stream by wss to a port that speaks no TLS."""
    return await _refused(place, place.url("page").replace("http", "wss", 1))


@recipe(streams.REFUSED, way="not-allowed", who=Who.OPERATOR)
async def guarded_address(place: Place) -> Told:
    """Start a stream to an address that the server does not connect to (link-local)."""
    return await _refused(place, "ws://169.254.169.254/bot")


@recipe(streams.REFUSED, way="silent", patient=True)
async def silent_server(place: Place) -> Told:
    """Start a stream to a server that never answers the handshake."""
    return await _greeted(place, Greeting(delay_s=60.0))


@recipe(streams.DUPLICATE)
async def name_taken(place: Place) -> Told:
    """Start two streams of the same name."""
    start = _start(place, place.socket("bot"))
    return await _told(place, start + start + TALK, REJECTED, name="bot")


@recipe(streams.TRACK_LIMIT)
async def five_tracks(place: Place) -> Told:
    """Start two streams with both tracks, and a third one."""
    url = place.socket("bot")
    both = "".join(_start(place, url, f'name="{name}" tracks="both"') for name in "ab")
    return await _told(place, both + _start(place, url) + TALK, REJECTED)


@recipe(streams.NOT_STARTED, MORTAL)
async def no_descriptor_left(place: Place) -> Told:
    """Let the server have no file descriptor left (prlimit) when it starts a stream."""
    with _exhausted(place.kitchen.own.server.pid) as exhaust:
        start = _start(place, place.socket("bot")) + TALK

        def answer(_: Received) -> Reply:
            exhaust()
            return document(start)

        place.on("answer", answer)
        place.phone()
        call_id = await place.call()
        return Told(await place.heard(REJECTED, callId=call_id))


@contextmanager
def _exhausted(pid: int) -> Iterator["_Exhaust"]:
    """Give a function that leaves a process no descriptor; at the end all is as it was."""
    usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    try:
        yield _Exhaust(pid, usual[1])
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)


class _Exhaust:
    def __init__(self, pid: int, hard: int) -> None:
        self._pid = pid
        self._hard = hard

    def __call__(self) -> None:
        taken = {int(each.name) for each in Path(f"/proc/{self._pid}/fd").iterdir()}
        free = next(number for number in itertools.count() if number not in taken)
        resource.prlimit(self._pid, resource.RLIMIT_NOFILE, (free, self._hard))


@recipe(streams.LOST)
async def broken_connection(place: Place) -> Told:
    """Let the server of a stream lose the connection once the stream has started."""
    url = place.socket("bot", lambda link, _: link.drop())
    return await _told(place, _start(place, url) + TALK, STOPPED, destination=bare_url(url))


@recipe(streams.LOST, way="code")
async def closed_for_a_fault(place: Place) -> Told:
    """Let the server of a stream close it with code 1011, which tells of a fault."""
    url = place.socket("bot", lambda link, _: link.close(1011, "no model"))
    return await _told(place, _start(place, url) + TALK, STOPPED, destination=bare_url(url))


@recipe(streams.BROKEN, MORTAL)
async def killed_worker(place: Place) -> Told:
    """Kill the media worker (SIGKILL) while a call is streamed."""
    place.on("answer", _start(place, place.socket("bot")) + TALK)
    place.phone()
    call_id = await place.call()
    await place.heard("mediaStreamStarted", callId=call_id)
    await kill_workers(place)
    return Told(await place.heard(STOPPED, callId=call_id))


async def kill_workers(place: Place) -> None:
    """Kill the media worker of a server, and wait until another one works in its place."""
    server = place.kitchen.own.server.pid
    killed = await asyncio.to_thread(workers, server)
    for worker in killed:
        os.kill(worker, signal.SIGKILL)

    async def replaced() -> bool:
        return bool(set(await asyncio.to_thread(workers, server)) - set(killed))

    await place.until(replaced, "another media worker")


def workers(pid: int) -> list[int]:
    """Return the media workers of a server."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [
        int(child)
        for child in children
        if b"offhook.media.worker" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
