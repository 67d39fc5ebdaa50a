"""Calls recorded in virtual time, and real apps on loopback that they are replayed against."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from offhook.directory import Account
from offhook.replay.run import Verdict, replay
from offhook.replay.stage import Stage
from offhook.replay.tape import Tape, checked
from offhook.requests import CallFilter
from offhook.settings import Webhooks
from offhook.testing.app import Reply, document
from offhook.testing.fixtures import ACCOUNT_ID
from offhook.testing.loop import run
from offhook.testing.world import World

Story = Callable[[World], Awaitable[object]]
Pages = Mapping[str, str | Reply]  # by path: the verbs of a document, or a reply

MENU = '<Gather gatherUrl="/v/key" maxDigits="1"><SpeakSentence>Press.</SpeakSentence></Gather>'
TOLD = '<Pause duration="2"/><Hangup/>'
PAGES: dict[str, str | Reply] = {"/v/answer": MENU, "/v/init": MENU, "/v/key": TOLD}


class Recorder(World):
    """A server whose apps answer by path, and whose voice is the one of replays."""

    def __init__(self, pages: Pages) -> None:
        self.make_voice = Stage.make_voice
        super().__init__()
        for path, page in pages.items():
            self.app.on(path, page)


def recorded(story: Story, pages: Pages = PAGES) -> Tape:
    """Record the call that a story makes: the last one, if there are more."""

    async def tell() -> Tape:
        async with Recorder(pages) as world:
            await story(world)
            for phone in world.phones.live:
                phone.hang_up()
            node = world.node
            while node.exchange.calls or node.outbox.open_lanes:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            calls = world.store.calls(ACCOUNT_ID, CallFilter())
            record = next(each for each in calls if each.parent_call_id is None)
            legs = (each for each in calls if each.parent_call_id == record.call_id)
            taped = [Tape(leg, world.store.events(leg.call_id)) for leg in legs]
            return checked(Tape(record, world.store.events(record.call_id), tuple(taped)))

    return run(tell())


@dataclass
class Served:
    url: str
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)


@contextmanager
def serving(pages: Pages) -> Iterator[Served]:
    """Serve pages on loopback; what is not among them gets an empty reply."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.asked.append((self.path, headers, json.loads(body) if body else None))
            page = pages.get(self.path.partition("?")[0], Reply())
            reply = document(page) if isinstance(page, str) else page
            text = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made = Served(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def replayed(tape: Tape, pages: Pages = PAGES, secrets: tuple[str, ...] = ()) -> Verdict:
    """Replay a tape against pages of now."""
    with serving(pages) as there:
        return replay(tape, there.url, Account(ACCOUNT_ID), Webhooks(), secrets)


async def pressed(world: World) -> None:
    """A call out, on which the party presses 5 while it is spoken to."""
    talk = await world.answered()
    await asyncio.sleep(1.5)
    await talk.phone.press("5")
    await talk.disconnect()
