"""baresip calls us and is called by us: audio both ways and keys, on a real server."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.interop.baresip import Baresip, running_baresip
from tests.interop.site import CALLER, PARTY, POLL_S, Site, running_site

from offhook.testing.app import Reply
from offhook.testing.sound import tone, tones, wav

pytestmark = [pytest.mark.peer, pytest.mark.slow]

CHIME_HZ, VOICE_HZ = 1000.0, 440.0
VOICE = tone(VOICE_HZ, 20.0)
MENU = '<PlayAudio>/chime.wav</PlayAudio><Gather gatherUrl="/key" maxDigits="1"/>'


def with_baresip(
    folder: Path,
    story: Callable[[Site, Baresip], Awaitable[None]],
    *,
    user: str = PARTY,
    answers: bool = True,
    codec: str = "PCMU",
) -> None:
    """Run a story with a server and a baresip that its outbound calls reach."""

    async def run() -> None:
        own, server = folder / "baresip", folder / "server"
        own.mkdir()
        server.mkdir()
        async with (
            running_baresip(own, VOICE, user=user, answers=answers, codec=codec) as phone,
            running_site(server, trunk=phone.sip) as site,
        ):
            chime = wav(tone(CHIME_HZ, 1.0))
            site.app.on("/chime.wav", Reply(chime, headers={"Content-Type": "audio/wav"}))
            site.app.on("/key", '<Pause duration="1"/><Hangup/>')
            for path in ("/answer", "/voice/initiate"):
                site.app.on(path, MENU)
            await story(site, phone)

    asyncio.run(run())


async def converse(site: Site, phone: Baresip, call_id: str) -> None:
    """baresip listens to the chime, is heard talking, presses 5, and we hang up."""
    await phone.wait("CALL_ESTABLISHED")
    await site.wait_log(call_id, "media.voice", active=True)
    await site.wait_log(call_id, "verb.started", verb="Gather")
    phone.command("sndcode", "5")
    gathered = await asyncio.wait_for(site.app.wait_event("gather", callId=call_id), 10)
    await phone.wait("CALL_CLOSED")
    await site.app.wait_event("disconnect", callId=call_id)

    assert gathered["digits"] == "5"
    chimes = tones(await asyncio.to_thread(phone.heard), CHIME_HZ)
    assert [round(span.duration_s, 1) for span in chimes] == [1.0]
    assert (await site.ended(call_id))["disconnectCause"] == "hangup"


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_baresip_is_called(tmp_path: Path, codec: str) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        call_id = await site.create()
        await converse(site, phone, call_id)
        await site.wait_log(call_id, "media.connected", codec=codec, dtmf="RFC 4733")

    with_baresip(tmp_path, story, codec=codec)


def test_baresip_holds_the_call_and_takes_it_back(tmp_path: Path) -> None:
    """After a resume of its own, baresip 1.0.0 receives packets but decodes none: count them."""

    async def story(site: Site, phone: Baresip) -> None:
        site.app.on("/answer", '<Pause duration="60"/>')
        site.app.on("/menu", MENU)
        call_id = await site.create()
        await phone.wait("CALL_ESTABLISHED")
        phone.command("hold")
        await site.wait_log(call_id, "media.connected", send=False)
        await asyncio.sleep(1.0)  # of silence
        phone.command("resume")
        await until_sending_again(site, call_id)
        menu = {"redirectUrl": f"{site.app_url}/menu"}
        await asyncio.to_thread(site.rest.ask, "POST", f"/calls/{call_id}", menu)
        await site.wait_log(call_id, "verb.started", verb="Gather")
        phone.command("sndcode", "5")
        gathered = await asyncio.wait_for(site.app.wait_event("gather", callId=call_id), 10)
        await phone.wait("CALL_CLOSED")
        closed = await site.wait_log(call_id, "media.closed")

        assert gathered["digits"] == "5"
        received = await asyncio.to_thread(phone.packets_received)
        assert 95 <= received <= closed.data["packets_sent"] <= 140  # two seconds, not three

    with_baresip(tmp_path, story)


async def until_sending_again(site: Site, call_id: str) -> None:
    """Wait until the server may be heard again."""
    async with asyncio.timeout(15):
        while not (await site.events(call_id, "media.connected"))[-1].data["send"]:  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)


def test_baresip_hangs_up(tmp_path: Path) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        call_id = await site.create()
        await site.wait_log(call_id, "verb.started", verb="Gather")
        phone.command("hangup")
        goodbye = await asyncio.wait_for(site.app.wait_event("disconnect", callId=call_id), 10)

        assert goodbye["cause"] == "hangup"

    with_baresip(tmp_path, story)


def test_baresip_refuses(tmp_path: Path) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        call_id = await site.create()
        await phone.wait("CALL_INCOMING")
        phone.command("hangup")
        goodbye = await asyncio.wait_for(site.app.wait_event("disconnect", callId=call_id), 10)
        state = await site.ended(call_id)

        assert goodbye["cause"] == state["disconnectCause"] == "busy"  # it says 486

    with_baresip(tmp_path, story, answers=False)


def test_baresip_calls(tmp_path: Path) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        phone.command("dial", f"sip:{site.server.number}@127.0.0.1:{site.server.sip}")
        initiated = await asyncio.wait_for(site.app.wait_event("initiate"), 10)
        assert (initiated["from"], initiated["to"]) == (CALLER, site.server.number)
        await converse(site, phone, initiated["callId"])

    with_baresip(tmp_path, story, user=CALLER)
