"""The archive removes what it is told to remove, and what is old."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.calls.away import Away
from tests.store import samples

from offhook.calls.archive import Archive
from offhook.calls.hearing import Hearing
from offhook.records import RecordingStatus
from offhook.scopes import InlineOffload
from offhook.store import Store
from offhook.store.files import StorageError
from offhook.testing import fixtures, sound
from offhook.testing.loop import EPOCH, running_loop, virtual
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


@dataclass
class Desk:
    """An archive with a recording of a second, over a storage that may be out of reach."""

    folder: Path

    def __post_init__(self) -> None:
        clock, offload = running_loop().clock, InlineOffload()
        self.files = Away(self.folder)
        self.store = Store.open("sqlite://", clock, threaded=False)
        self.archive = Archive(
            self.store, self.files, clock, offload, offload, Hearing(None, offload)
        )
        self.recording = samples.recording(
            status=RecordingStatus.COMPLETE, end_time=EPOCH, duration_s=1.0
        )
        self.store.put_recording(self.recording)
        self.media = self.folder / f"{self.recording.recording_id}.wav"
        self.media.write_bytes(b"media")

    def shown(self) -> list[str]:
        found = self.store.recordings_of(self.recording.account_id, self.recording.call_id)
        return [recording.status.shown for recording in found]


@virtual
@pytest.mark.parametrize(("whole", "shown"), [(True, []), (False, ["deleted"])])
async def test_what_a_storage_out_of_reach_still_has_is_removed_later(
    tmp_path: Path, whole: bool, shown: list[str]
) -> None:
    """The client is not told: physical deletion may lag (rest.md 6)."""
    desk = Desk(tmp_path)
    desk.files.away = True
    remove = desk.archive.remove if whole else desk.archive.remove_media
    await remove(desk.recording)
    assert (desk.shown(), desk.media.exists()) == (shown, True)

    await desk.archive.purge()
    assert (desk.shown(), desk.media.exists()) == (shown, True)
    desk.files.away = False
    await desk.archive.purge()

    assert (desk.shown(), desk.media.exists()) == (shown, False)
    assert desk.store.leaving_recordings() == []


@virtual
async def test_what_is_old_stays_until_the_storage_can_be_reached(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.files.away = True
    with pytest.raises(StorageError):
        await desk.archive.purge(keep_s=-1e9)
    assert (desk.shown(), desk.media.exists()) == (["complete"], True)
    desk.files.away = False

    assert await desk.archive.purge(keep_s=-1e9) == 1
    assert (desk.shown(), desk.media.exists()) == ([], False)


@virtual
async def test_media_out_of_reach_is_no_missing_media(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.files.away = True
    with pytest.raises(StorageError):
        await desk.archive.size(desk.recording)
    with pytest.raises(StorageError):
        await desk.archive.read(desk.recording, 0, 1)
