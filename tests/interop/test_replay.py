"""A real server plays its own recordings, with and without credentials."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.interop.site import PARTY, Site, running_site

from offhook.testing import sound
from offhook.testing.app import document
from offhook.testing.handset import Handset

pytestmark = pytest.mark.slow

VOICE_HZ = 700.0


async def called(site: Site, verbs: str) -> tuple[str, Handset]:
    """Call the telephone; the application answers with these verbs."""
    site.app.on("/answer", document(verbs))
    phone = site.phones.phone(PARTY)
    count = len(phone.calls)
    call_id = await site.create()
    return call_id, await asyncio.wait_for(phone.wait_call(count + 1), 15)


async def playing(site: Site, url: str, attributes: str = "") -> tuple[dict[str, Any], bool]:
    """Have a recording played; return the end of the call and whether it was heard."""
    call_id, handset = await called(site, f"<PlayAudio {attributes}>{url}</PlayAudio>")
    end = await asyncio.wait_for(site.app.wait_event("disconnect", callId=call_id), 15)
    return end, bool(sound.tones(handset.heard, VOICE_HZ))


def test_credentials_are_not_needed_but_count_when_they_are_given(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_site(tmp_path) as site:
            record = '<Record maxDuration="3" recordingAvailableUrl="/ra"/>'
            call_id, handset = await called(site, record)
            await asyncio.wait_for(handset.wait("answered"), 15)
            await handset.say(sound.tone(VOICE_HZ, 1.0))
            made = site.app.wait_event("recordingAvailable", callId=call_id)
            url = (await asyncio.wait_for(made, 15))["mediaUrl"]
            server = site.server

            end, heard = await playing(site, url)
            assert (end["cause"], heard) == ("hangup", True)

            right = f'username="{server.user}" password="{server.password}"'
            end, heard = await playing(site, url, right)
            assert (end["cause"], heard) == ("hangup", True)

            end, heard = await playing(site, url, 'username="mallory" password="x"')
            assert (end["cause"], heard) == ("application-error", False)
            assert "HTTP 401" in end["errorMessage"]

    asyncio.run(story())
