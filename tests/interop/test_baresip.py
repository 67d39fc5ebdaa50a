"""baresip calls us and is called by us: audio both ways and keys, on a real server."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.interop.baresip import Baresip, running_baresip
from tests.interop.site import CALLER, PARTY, Site, running_site

from offhook.testing.app import Reply
from offhook.testing.sound import tone, tones, wav

pytestmark = [pytest.mark.peer, pytest.mark.slow]

CHIME_HZ, VOICE_HZ = 1000.0, 440.0
VOICE = tone(VOICE_HZ, 20.0)
MENU = '<PlayAudio>/chime.wav</PlayAudio><Gather gatherUrl="/key" maxDigits="1"/>'


def with_baresip(
    folder: Path, story: Callable[[Site, Baresip], Awaitable[None]], *, answers: bool, **more: str
) -> None:
    """Run a story with a server and a baresip that its outbound calls reach."""

    async def run() -> None:
        own, server = folder / "baresip", folder / "server"
        own.mkdir()
        server.mkdir()
        user = PARTY if answers else CALLER
        async with (
            running_baresip(own, VOICE, user=user, answers=answers, **more) as phone,
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


def test_baresip_is_called(tmp_path: Path) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        await converse(site, phone, await site.create())

    with_baresip(tmp_path, story, answers=True)


def test_baresip_calls(tmp_path: Path) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        phone.command("dial", f"sip:{site.server.number}@127.0.0.1:{site.server.sip}")
        initiated = await asyncio.wait_for(site.app.wait_event("initiate"), 10)
        assert (initiated["from"], initiated["to"]) == (CALLER, site.server.number)
        await converse(site, phone, initiated["callId"])

    with_baresip(tmp_path, story, answers=False)
