"""A server with two media workers: calls of both meet, and one that dies takes only its own."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from tests.interop.site import Site, running_site, until
from tests.interop.test_recovery import children

from offhook.testing import sound
from offhook.testing.handset import Handset

pytestmark = pytest.mark.slow

FIRST, SECOND, THIRD, FOURTH = (f"+1202555014{digit}" for digit in range(4))
MEETING = "<Conference>all</Conference>"
QUIET = '<Pause duration="60"/>'


def workers(site: Site) -> list[int]:
    """The media workers of the server, by their age."""
    found = children(site.server.pid).items()
    return sorted(pid for pid, command in found if "media.worker" in command)


async def called(site: Site, number: str, verb: str) -> tuple[str, Handset]:
    """Call a telephone and wait until a verb has begun."""
    phone = site.phones.phone(number)
    calls = len(phone.calls)
    call_id = await site.create(to=number)
    handset = await asyncio.wait_for(phone.wait_call(calls + 1), 15)
    await site.wait_log(call_id, "verb.started", verb=verb)
    return call_id, handset


async def hears(listener: Handset, speaker: Handset) -> None:
    """Let one say a tone that the other hears from end to end."""
    listener.forget()
    await speaker.say(sound.tone(1000, 1.0))
    await asyncio.sleep(0.3)
    (span,) = sound.tones(listener.heard, 1000)
    assert 0.9 < span.duration_s < 1.2


def test_calls_of_two_workers_meet_and_one_that_dies_takes_only_its_own(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_site(tmp_path, media="workers = 2") as site:
            first, second = await asyncio.to_thread(workers, site)
            site.app.on("/answer", MEETING)
            one, handset = await called(site, FIRST, "Conference")
            two, other = await called(site, SECOND, "Conference")
            await hears(handset, other)
            await hears(other, handset)
            site.app.on("/answer", QUIET)
            three, _ = await called(site, THIRD, "Pause")  # on the second, which has no room
            four, quiet = await called(site, FOURTH, "Pause")

            os.kill(second, signal.SIGKILL)
            for lost in (two, three):
                goodbye = await site.told("disconnect", callId=lost)
                assert goodbye["cause"] == "error"
                assert goodbye["errorMessage"] == "Media session failed"
            await asyncio.wait_for(other.wait("ended"), 15)
            assert [(await site.state(each))["state"] for each in (one, four)] == ["answered"] * 2

            site.app.on("/answer", MEETING)  # while there is one worker, and when there are two
            _, again = await called(site, SECOND, "Conference")
            await hears(handset, again)
            again.hang_up()
            await until(lambda: len(workers(site)) == 2, "another worker")
            assert first in await asyncio.to_thread(workers, site)
            for _ in range(2):  # on either
                _, again = await called(site, SECOND, "Conference")
            await hears(handset, again)
            quiet.hang_up()
            assert (await site.told("disconnect", callId=four))["cause"] == "hangup"

    asyncio.run(story())
