"""A recording is played by its own mediaUrl, without credentials."""

import asyncio
from typing import Any

import pytest
from tests.calls.away import Away
from tests.scenarios.cases import T1, about, heard

from offhook.calls import replays
from offhook.calls.archive import Archive
from offhook.calls.hearing import Hearing
from offhook.scopes import InlineOffload
from offhook.store.files import Folder
from offhook.testing import fixtures, sound
from offhook.testing.app import document
from offhook.testing.fixtures import T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.world import Talk, World
from offhook.webhooks.downloads import DownloadError

VOICE_HZ = 700.0


async def recorded(world: World, form: str = "wav") -> dict[str, Any]:
    """Have a call say something; return its recording as the webhook tells it."""
    document = f'<Record fileFormat="{form}" recordingAvailableUrl="/ra"/>'
    talk = await world.answered(document)
    await talk.phone.say(sound.tone(VOICE_HZ, 1.0))
    await talk.phone.press("#")
    return await talk.wait_event("recordingAvailable")


async def played(world: World, url: str) -> Talk:
    """Have another call play it."""
    talk = await world.answered(f"<PlayAudio>{url}</PlayAudio>" + T1)
    await talk.disconnect()
    return talk


@virtual
@pytest.mark.parametrize("form", ["wav", "mp3"])
@pytest.mark.parametrize("host", ["https://voice.test", "http://another-name.test:8080/behind"])
async def test_it_is_heard_by_whatever_name_the_client_knows_us(form: str, host: str) -> None:
    async with World() as world:
        made = await recorded(world, form)
        talk = await played(world, host + made["mediaUrl"].removeprefix(fixtures.API_URL))

    ((start, end),) = heard(talk, VOICE_HZ)
    assert end - start == about(1.0, 0.1)
    assert len(heard(talk, T1_HZ)) == 1
    assert [request.path for request in world.app.received if "/media" in request.path] == []


@virtual
async def test_the_reply_to_record_complete_may_play_what_was_recorded() -> None:
    async with World() as world:
        world.app.on(
            "/rc", lambda seen: document(f"<PlayAudio>{seen.event['mediaUrl']}</PlayAudio>")
        )
        talk = await world.answered('<Record recordCompleteUrl="/rc" fileFormat="mp3"/>')
        await talk.phone.say(sound.tone(VOICE_HZ, 1.0))
        await talk.phone.press("#")
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert len(heard(talk, VOICE_HZ)) == 1


@virtual
async def test_media_that_is_gone_ends_the_call_as_a_download_would() -> None:
    async with World() as world:
        made = await recorded(world)
        await world.rest.request("DELETE", made["mediaUrl"].partition("/9900000")[2])
        talk = await world.answered(f"<PlayAudio>{made['mediaUrl']}</PlayAudio>")
        event = await talk.disconnect()

    assert event["cause"] == "application-error"
    assert "HTTP 404" in event["errorMessage"]


@virtual
async def test_a_recording_that_still_runs_is_not_there() -> None:
    async with World() as world:
        talk = await world.answered('<StartRecording/><Pause duration="9"/>')
        await asyncio.sleep(1)
        (running,) = await world.rest.recordings(talk.call_id)
        url = f"/accounts/9900000/calls/{talk.call_id}/recordings/{running['recordingId']}/media"
        with pytest.raises(DownloadError, match=r"^HTTP 404$"):
            await replays.find(world.node.archive, "9900000", url)


@virtual
async def test_what_is_not_ours_is_left_to_the_network() -> None:
    async with World() as world:
        made = await recorded(world)
        url = made["mediaUrl"]
        archive = world.node.archive

        assert await replays.find(archive, "9900000", url) is not None
        for account, other in (
            ("1", url),  # another account's call
            ("9900000", url.replace(made["recordingId"], "r-2")),
            ("9900000", url + "/more"),
            ("9900000", "http://app.test/t1.wav"),
        ):
            assert await replays.find(archive, account, other) is None


class Vanishing(Folder):
    """Files that somebody removes as soon as their size is known."""

    def size(self, recording_id: str, file_format: str) -> int:
        size = super().size(recording_id, file_format)
        self.remove(recording_id)
        return size


@virtual
async def test_media_that_is_removed_while_it_is_fetched_is_not_there() -> None:
    async with World() as world:
        made = await recorded(world)
        offload = InlineOffload()
        files = Vanishing(world.recordings)
        archive = Archive(world.store, files, world.clock, offload, offload, Hearing(None, offload))
        with pytest.raises(DownloadError, match=r"^HTTP 404$"):
            await replays.find(archive, "9900000", made["mediaUrl"])


@virtual
async def test_a_storage_out_of_reach_is_told_as_to_any_client() -> None:
    async with World() as world:
        made = await recorded(world)
        away = Away(world.recordings)
        away.away = True
        offload = InlineOffload()
        archive = Archive(world.store, away, world.clock, offload, offload, Hearing(None, offload))
        with pytest.raises(DownloadError, match=r"^HTTP 503$"):
            await replays.find(archive, "9900000", made["mediaUrl"])
