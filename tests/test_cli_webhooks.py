"""`offhook webhooks` as an operator uses it: a real server, its store, and an app that failed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import click
import pytest
from tests.interop.site import Site, running_site, until

from offhook.remote.desk import Desk
from offhook.remote.finding import PASSWORD, USER
from offhook.testing.app import Reply

pytestmark = pytest.mark.slow

Story = Callable[[Site], Awaitable[None]]


class Shell:
    """Runs the command against a site's server."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.environment = os.environ | {
            USER: site.server.user,
            PASSWORD: site.server.password,
        }

    async def run(self, line: str, *, stdin: str | None = None) -> tuple[int, str]:
        command = [sys.executable, "-m", "offhook", "--config", "offhook.toml", "webhooks"]
        done = await asyncio.to_thread(
            subprocess.run,
            [*command, *line.split()],
            cwd=self._site.server.folder,
            env=self.environment,
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    async def ok(self, line: str, *, stdin: str | None = None) -> str:
        code, output = await self.run(line, stdin=stdin)
        assert code == 0, output
        return output


def test_lost_webhooks_are_found_looked_at_and_sent_again(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        shell = Shell(site)
        site.app.on("/status", Reply("out of order", status=500))
        phone = site.phones.phone("+12025550143")
        calls = [await site.create() for _ in range(2)]
        await asyncio.wait_for(phone.wait_call(2), 15)
        for call_id in calls:
            await site.ended(call_id)
        await until(lambda: not site.store.pending_deliveries(), "the webhooks to be given up")

        rows = [row.split("\t") for row in (await shell.ok("list --failed")).splitlines()]
        assert {row[2] for row in rows} == set(calls)
        assert {(row[3], row[4], row[5]) for row in rows} == {
            ("2", "disconnect", "failed: HTTP 500")
        }
        assert len((await shell.ok(f"list --call {calls[0]} --since 1h")).splitlines()) == 2
        assert await shell.ok("list --type dtmf") == ""

        event_id = rows[0][1]
        shown = await shell.ok(f"show {event_id}")
        assert f"  > Offhook-Event-Id: {event_id}" in shown
        assert '"cause": "hangup"' in shown
        assert "  < out of order" in shown
        assert site.server.password not in shown

        site.app.on("/status", Reply(status=204))
        said = await shell.ok("resend --failed --since 1h")
        assert sorted(said.splitlines()) == sorted(
            f"{row[1]}\tdisconnect is sent again" for row in rows
        )
        await until(lambda: not site.store.pending_deliveries(), "the webhooks to arrive")
        again = site.app.requests("/status")[-2:]
        assert {r.headers["offhook-event-id"] for r in again} == {row[1] for row in rows}
        assert {r.headers["offhook-redelivery"] for r in again} == {"1"}
        assert "delivered (sent again 1 times)" in await shell.ok("list --state delivered")
        assert await shell.ok("list --failed") == ""

        question = next(d for d in site.store.deliveries(calls[0]) if d.sync)
        code, said = await shell.run(f"resend {question.id} none-such {event_id}")
        assert code == 1
        assert f"{question.id}\tHTTP 409: Webhook [{question.id}] cannot be sent again" in said
        assert "none-such\tHTTP 404: not found" in said
        assert f"{event_id}\tdisconnect is sent again" in said
        assert "2 of 3 are not sent again" in said

    asyncio.run(_told(tmp_path, story))


def test_what_is_wrong_is_told_in_one_line(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        shell = Shell(site)
        for line, told in (
            ("--server http://127.0.0.1:9 list", "no answer from http://127.0.0.1:9/offhook/v1"),
            ("--server file:///etc list", "file:///etc is no http or https URL"),
            ("--user nobody list", "HTTP 401: The credentials provided were invalid"),
            ("--account 7 list", "HTTP 403: Access is denied"),
            ("show none-such", "HTTP 404: not found"),
            ("resend", "name event ids, or choose with --call, --failed, --since"),
        ):
            code, said = await shell.run(line)
            assert code != 0, line
            assert told in said

        del shell.environment[PASSWORD]
        line = "--password-stdin list"
        assert await shell.ok(line, stdin=f"{site.server.password}\n") == ""
        code, said = await shell.run(line, stdin="wrong\n")
        assert "HTTP 401" in said

    asyncio.run(_told(tmp_path, story))


async def _told(folder: Path, story: Story) -> None:
    async with running_site(folder) as site:
        site.app.on("/answer", "")
        await story(site)


@contextmanager
def serving(status: int, body: bytes, location: str = "") -> Iterator[tuple[str, list[str | None]]]:
    """Answer everything alike; gives the address, and the credentials that were sent to it."""
    given: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given.append(self.headers["Authorization"])
            self.send_response(status)
            self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", given
        finally:
            server.shutdown()
            thread.join()


def test_credentials_do_not_follow_a_redirect() -> None:
    with (
        serving(200, b"[]") as (elsewhere, sent),
        serving(302, b"", elsewhere) as (base, given),
    ):
        assert Desk(base, "alice", "secret", 0.0).ask("GET", "webhooks") == ([], "")

    assert given != [None]
    assert sent == [None]


def test_a_server_that_is_another_one_is_told_of() -> None:
    with serving(200, b"<html>") as (base, _), pytest.raises(click.ClickException) as told:
        Desk(base, "alice", "secret", 0.0).ask("GET", "webhooks")

    assert "answers no JSON" in told.value.message
