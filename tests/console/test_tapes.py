"""Recordings for the player: whole, in part, as a picture."""

import asyncio

from tests.console.client import BASE, Browser

from offhook.testing.loop import virtual
from offhook.testing.world import World


async def recorded(
    world: World, verbs: str = "<StartRecording/><PlayAudio>/t1.wav</PlayAudio>"
) -> str:
    """Have a call recorded; return the path of its recording."""
    talk = await world.answered(verbs)
    await talk.disconnect()
    await asyncio.sleep(1)
    (recording,) = await world.rest.recordings(talk.call_id)
    return f"{BASE}/calls/{talk.call_id}/recordings/{recording['recordingId']}"


@virtual
async def test_the_player_gets_the_whole_or_a_part() -> None:
    async with World() as world:
        path = await recorded(world)
        client = Browser.of(world).client
        whole = await client.request("GET", f"{path}/media")
        part = await client.request("GET", f"{path}/media", headers={"range": "bytes=4-7"})
        kept = await client.request("GET", f"{path}/media?download=1")

    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["accept-ranges"] == "bytes"
    assert (part.status, part.body) == (206, whole.body[4:8])
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole.body)}"
    assert whole.headers["content-disposition"].startswith("inline")
    assert kept.headers["content-disposition"].startswith("attachment; filename=")


@virtual
async def test_its_waveform_is_a_picture_of_each_channel() -> None:
    async with World() as world:
        path = await recorded(
            world, '<StartRecording multiChannel="true"/><PlayAudio>/t1.wav</PlayAudio>'
        )
        browser = Browser.of(world)
        page = await browser.get(f"{path}/waveform")
        again = await browser.get(f"{path}/waveform")
        shown = await browser.get(path.partition("/recordings/")[0])

    assert len(page.root.xpath("//*[@class='rest']")) == 2
    assert again.text == page.text
    assert shown.css("audio")
    assert f"{path}/waveform" in shown.text


@virtual
async def test_what_is_gone_cannot_be_had() -> None:
    async with World() as world:
        path = await recorded(world)
        call_id, recording_id = path.split("/")[-3::2]
        await world.rest.request("DELETE", f"/calls/{call_id}/recordings/{recording_id}/media")
        browser = Browser.of(world)
        pages = [
            await browser.get(f"{path}/media"),
            await browser.get(f"{path}/waveform"),
            await browser.get(f"{path}x/media"),
        ]
        shown = await browser.get(path.partition("/recordings/")[0])

    assert [page.status for page in pages] == [404, 404, 404]
    assert not shown.css("audio")
