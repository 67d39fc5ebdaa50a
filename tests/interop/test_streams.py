"""Streams of a real server: real WebSockets, real RTP, and a process for the media."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.interop.site import PARTY, PATIENCE_S, Site, running_site

from offhook.testing import sound
from offhook.testing.sockets import Link
from offhook.testing.sound import tone

pytestmark = pytest.mark.slow

PARTY_HZ, BOT_HZ = 700.0, 1250.0
LONG_S = 60.0
POLL_S = 0.05


async def until(holds: Callable[[], object]) -> None:
    """Look again and again, as long as one can expect."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110  # of another process
            await asyncio.sleep(POLL_S)


async def talk_to_a_bot(site: Site) -> tuple[Link, str]:
    """A party and a bot talk until the bot hangs up; the party hears the bot, and it the party."""
    url = site.app_url.replace("http", "ws", 1)
    verbs = (
        f'<StartStream name="bot" mode="bidirectional" tracks="both" destination="{url}/bot"'
        f' streamEventUrl="{site.app_url}/told"><StreamParam name="k" value="v"/></StartStream>'
        '<StopStream name="bot" wait="true"/>'
    )
    site.app.on("/answer", verbs)
    telephone = site.phones.phone(PARTY)
    call_id = await site.create(to=PARTY)
    async with asyncio.timeout(PATIENCE_S):
        link = await site.app.sockets.wait_link()
        await link.wait("media", count=4)
    phone = telephone.call
    link.play(tone(BOT_HZ, LONG_S))
    async with asyncio.TaskGroup() as group:
        saying = group.create_task(phone.say(tone(PARTY_HZ, LONG_S)))
        await until(lambda: _seconds(phone.heard, BOT_HZ) > 0.5)
        await until(lambda: _seconds(link.sound("inbound"), PARTY_HZ) > 0.5)
        await until(lambda: _seconds(link.sound("outbound"), BOT_HZ) > 0.5)
        link.clear()
        before = len(link.of("media"))
        await until(lambda: len(link.of("media")) > before + 100)
        link.close()
        saying.cancel()
    return link, call_id


def _seconds(pcm: sound.Pcm, frequency_hz: float) -> float:
    return sum(span.duration_s for span in sound.tones(pcm, frequency_hz))


def test_a_party_and_a_bot_talk(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_site(tmp_path) as site:
            link, call_id = await talk_to_a_bot(site)
            started = await site.told("mediaStreamStarted", callId=call_id)
            stopped = await site.told("mediaStreamStopped", callId=call_id)
            end = await site.told("disconnect", callId=call_id)

        assert link.of("start")[0]["streamParams"] == {"k": "v"}
        assert started["mediaStream"]["tracks"] == ["inbound", "outbound"]
        assert (stopped["cause"], end["cause"]) == ("closed", "hangup")
        numbers = [int(each["sequenceNumber"]) for each in link.of("media")]
        assert numbers == list(range(1, len(numbers) + 1))
        assert sound.is_silent(link.sound("outbound")[-8000 // 2 :])  # cleared

    asyncio.run(story())
