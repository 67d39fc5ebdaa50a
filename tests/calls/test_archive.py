"""The archive removes what it is told to remove, and what is old."""

import asyncio
from typing import Any

import pytest

from offhook.calls.archive import Archive
from offhook.testing import fixtures, sound
from offhook.testing.loop import virtual
from offhook.testing.world import Talk, World


def archive(world: World) -> Archive:
    return world.node.archive


async def recorded(world: World, document: str = '<Record maxDuration="1"/>') -> dict[str, Any]:
    """Let a call be recorded; return its recording as REST shows it."""
    talk = await world.answered(document)
    await talk.disconnect()
    await asyncio.sleep(0.1)
    (recording,) = await world.rest.recordings(talk.call_id)
    return recording


def url(recording: dict[str, Any], media: str = "") -> str:
    return f"/calls/{recording['callId']}/recordings/{recording['recordingId']}{media}"


@virtual
async def test_the_list_of_an_account_has_all_calls_in_order() -> None:
    async with World() as world:
        made = [await recorded(world) for _ in range(3)]
        listed = (await world.rest.request("GET", "/recordings")).json()
        later = f"/recordings?minStartTime={made[1]['startTime']}"
        before = f"/recordings?maxStartTime={made[1]['startTime']}"

        assert listed == made
        assert (await world.rest.request("GET", later)).json() == made[1:]
        assert (await world.rest.request("GET", before)).json() == made[:1]
        assert (await world.rest.request("GET", "/recordings?to=%2B1")).json() == []
        assert (await world.rest.request("GET", url(made[0]))).json() == made[0]


@virtual
async def test_deleted_media_leaves_no_file_and_its_record_says_so() -> None:
    async with World() as world:
        recording = await recorded(world)
        assert (await world.rest.request("DELETE", url(recording, "/media"))).status == 204
        shown = (await world.rest.request("GET", url(recording))).json()
        again = await world.rest.request("DELETE", url(recording, "/media"))

        assert (shown["status"], shown["mediaUrl"]) == ("deleted", None)
        assert shown["duration"] == recording["duration"]
        assert (again.status, list(world.recordings.iterdir())) == (404, [])


@virtual
async def test_a_deleted_recording_leaves_neither_row_nor_file() -> None:
    async with World() as world:
        recording = await recorded(world)
        assert (await world.rest.request("DELETE", url(recording))).status == 204

        assert (await world.rest.request("GET", url(recording))).status == 404
        assert await world.rest.recordings(recording["callId"]) == []
        assert list(world.recordings.iterdir()) == []


@virtual
async def test_a_recording_can_be_deleted_while_it_runs() -> None:
    async with World() as world:
        talk = await world.answered(
            '<StartRecording recordingAvailableUrl="/ra"/><Pause duration="9"/>'
        )
        await asyncio.sleep(1)
        (running,) = await world.rest.recordings(talk.call_id)
        early = await world.rest.download(running)
        await world.rest.request("DELETE", url(running))
        await talk.disconnect()
        await asyncio.sleep(1)

        assert (running["status"], running["endTime"]) == ("processing", None)
        assert early.status == 404
        assert await world.rest.recordings(talk.call_id) == []
        assert list(world.recordings.iterdir()) == []
    assert talk.events("recordingAvailable") == []


@virtual
async def test_recordings_of_others_are_not_there() -> None:
    async with World() as world:
        recording = await recorded(world)
        await archive(world).purge()  # nothing is old
        found = await archive(world).get("1", recording["callId"], recording["recordingId"])
        listed = await archive(world).of_call("1", recording["callId"])

        assert (found, listed) == (None, [])


@virtual
async def test_what_is_older_than_is_kept_is_purged() -> None:
    async with World() as world:
        old = await recorded(world)
        await asyncio.sleep(1000)
        new = await recorded(world)
        assert await archive(world).purge() == 0  # thirty days have not passed
        removed = await archive(world).purge(keep_s=500)
        listed = (await world.rest.request("GET", "/recordings")).json()

        assert (removed, listed) == (1, [new])
        assert (await world.rest.request("GET", url(old))).status == 404
        names = [path.name for path in world.recordings.iterdir()]
        assert names == [f"{new['recordingId']}.wav"]


async def talked(talk: Talk) -> None:
    await talk.phone.say(sound.tone(700, 1))
    await talk.phone.press("#")


@virtual
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_media_goes_out_through_the_whole_server(method: str) -> None:
    async with World() as world:
        talk = await world.answered("<Record/>")
        await talked(talk)
        await talk.disconnect()
        (recording,) = await world.rest.recordings(talk.call_id)
        assert recording["mediaUrl"].startswith(fixtures.API_URL)
        answer = await world.rest.request(method, url(recording, "/media"))

    assert answer.headers["content-type"] == "audio/vnd.wave"
    size = int(answer.headers["content-length"])
    assert len(answer.body) == (size if method == "GET" else 0)
