"""A real server that keeps recordings in a real S3-compatible storage, and the storage's faults."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.interop import s3
from tests.interop.site import PARTY, Site, running_site, until

from offhook.testing import sound
from offhook.testing.rest import Answer
from offhook.testing.server import free_ports, running_again

pytest.importorskip("obstore", reason="needs offhook[s3]")
pytestmark = pytest.mark.slow

Story = Callable[[Site], Awaitable[None]]
BUCKET = "recordings"
VOICE_HZ = 700.0
RECORD = '<Record recordingAvailableUrl="/ra" maxDuration="2"/>'


def tell(folder: Path, port: int, story: Story, more: str = "") -> None:
    async def run() -> None:
        async with running_site(folder, more=s3.lines(BUCKET, port, more)) as site:
            site.app.on("/answer", RECORD)
            await story(site)

    asyncio.run(run())
    assert s3.SECRET not in "".join(each.read_text() for each in folder.glob("*.log"))


async def recorded(site: Site) -> str:
    """Have a call recorded for a second; return its id when it has ended."""
    phone = site.phones.phone(PARTY)
    count = len(phone.calls)
    call_id = await site.create()
    handset = await asyncio.wait_for(phone.wait_call(count + 1), 15)
    await asyncio.wait_for(handset.wait("answered"), 15)
    await handset.say(sound.tone(VOICE_HZ, 1.0))
    await site.ended(call_id)
    return call_id


async def available(site: Site, call_id: str) -> dict[str, Any]:
    event = site.app.wait_event("recordingAvailable", callId=call_id)
    return await asyncio.wait_for(event, 30)


async def ask(site: Site, method: str, path: str, **headers: str) -> Answer:
    return await asyncio.to_thread(site.rest.ask, method, path, None, headers)


def path_of(event: dict[str, Any], end: str = "") -> str:
    return f"/calls/{event['callId']}/recordings/{event['recordingId']}{end}"


def drafts(site: Site) -> list[str]:
    return [path.name for path in (site.server.folder / "recordings").iterdir()]


def test_a_recording_is_kept_listed_downloaded_in_parts_and_deleted(tmp_path: Path) -> None:
    with s3.running_s3() as storage:
        storage.create(BUCKET)

        async def story(site: Site) -> None:
            event = await available(site, await recorded(site))
            name = f"offhook/east/{event['recordingId']}.wav"
            objects = await asyncio.to_thread(storage.objects, BUCKET)
            shown = (await ask(site, "GET", path_of(event))).json()
            whole = await ask(site, "GET", path_of(event, "/media"))
            part = await ask(site, "GET", path_of(event, "/media"), Range="bytes=44-1043")
            beyond = await ask(site, "GET", path_of(event, "/media"), Range="bytes=99999999-")

            assert (event["status"], shown["status"]) == ("complete", "complete")
            assert objects == {name: whole.body}
            assert drafts(site) == []
            assert (whole.status, whole.values("content-type")) == (200, ["audio/vnd.wave"])
            pcm = np.frombuffer(whole.body[44:], np.int16)
            assert np.abs(pcm).max() > 1000  # the party is in it; how well depends on the machine
            assert (part.status, part.body) == (206, whole.body[44:1044])
            assert part.values("content-range") == [f"bytes 44-1043/{len(whole.body)}"]
            assert (beyond.status, beyond.body) == (200, whole.body)  # never 416: errors.md 3.11

            assert (await ask(site, "DELETE", path_of(event, "/media"))).status == 204
            assert await asyncio.to_thread(storage.objects, BUCKET) == {}
            assert (await ask(site, "GET", path_of(event, "/media"))).status == 404
            assert (await ask(site, "GET", path_of(event))).json()["status"] == "deleted"
            assert (await ask(site, "DELETE", path_of(event))).status == 204
            assert (await ask(site, "GET", path_of(event))).status == 404

        tell(tmp_path, storage.port, story, 'prefix = "offhook/east"')


def test_what_a_storage_did_not_take_is_kept_when_it_is_back(tmp_path: Path) -> None:
    """First there is no server, then no bucket; nothing is lost and nothing claimed meanwhile."""
    (port,) = free_ports(1)

    async def story(site: Site) -> None:
        call_id = await recorded(site)
        await waits(site)
        (shown,) = (await ask(site, "GET", f"/calls/{call_id}/recordings")).json()

        assert (shown["status"], shown["mediaUrl"]) == ("processing", None)
        assert (await ask(site, "GET", path_of(shown, "/media"))).status == 404
        assert site.app.events("recordingAvailable") == []

        with s3.running_s3(port) as storage:
            await waits(site, "does not exist")
            storage.create(BUCKET)
            event = await available(site, call_id)
            media = await ask(site, "GET", path_of(event, "/media"))
            objects = await asyncio.to_thread(storage.objects, BUCKET)

            assert (event["status"], media.status) == ("complete", 200)
            assert objects == {f"{event['recordingId']}.wav": media.body}
            assert drafts(site) == []

        away = await ask(site, "GET", path_of(event, "/media"))
        assert (away.status, away.json()["type"]) == (503, "system-overloaded")
        assert (await ask(site, "DELETE", path_of(event))).status == 204
        assert (await ask(site, "GET", path_of(event))).status == 404

    tell(tmp_path, port, story)


def test_a_killed_server_sends_once_what_it_had_not_sent(tmp_path: Path) -> None:
    (port,) = free_ports(1)

    async def story(site: Site) -> None:
        call_id = await recorded(site)
        await waits(site)
        os.kill(site.server.pid, signal.SIGKILL)
        await site.server.process.wait()
        assert len(drafts(site)) == 1

        with s3.running_s3(port) as storage:
            storage.create(BUCKET)
            async with running_again(site.server):
                event = await available(site, call_id)
                objects = await asyncio.to_thread(storage.objects, BUCKET)
                await until(lambda: not site.store.pending_deliveries(), "the event's answer")

        assert (event["status"], list(objects)) == ("complete", [f"{event['recordingId']}.wav"])
        assert drafts(site) == []
        assert len(site.app.events("recordingAvailable")) == 1
        sequences = [each.sequence for each in site.store.deliveries(call_id)]
        assert sequences == list(range(1, len(sequences) + 1))

    tell(tmp_path, port, story)


def test_what_is_old_leaves_the_storage_too(tmp_path: Path) -> None:
    """Also what was deleted while the storage was away: the first purge is at the start."""
    (port,) = free_ports(1)

    async def story(site: Site) -> None:
        with s3.running_s3(port) as storage:
            storage.create(BUCKET)
            event = await available(site, await recorded(site))
            assert len(await asyncio.to_thread(storage.objects, BUCKET)) == 1
            site.server.process.terminate()
            await site.server.process.wait()
            async with running_again(site.server):
                await until(lambda: not storage.keys(BUCKET), "the object to go")
                assert (await ask(site, "GET", path_of(event))).status == 404

    tell(tmp_path, port, story, "keep_days = 0.00001")


async def waits(site: Site, reason: str = "") -> None:
    """Wait until the server says that a recording waits for the storage."""
    log = site.server.folder / "server.log"

    def said() -> bool:
        return any("recording.waits" in line and reason in line for line in lines(log))

    await until(said, "a recording to wait", 30)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()
