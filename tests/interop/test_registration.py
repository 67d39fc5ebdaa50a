"""baresip registers with a password, calls, is called, and leaves: a real server, real sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.dev.test_run import Network, network
from tests.interop.baresip import Baresip, Registers, log, running_baresip
from tests.interop.site import Site, running_site, until

from offhook.explain.stories import tell
from offhook.records import Incident, IncidentKind
from offhook.testing.app import Reply
from offhook.testing.sound import Pcm, sounds, tone, tones, wav

pytestmark = [pytest.mark.peer, pytest.mark.slow]

CHIME_HZ, VOICE_HZ = 1000.0, 440.0
NUMBER = "+12025550190"
PHONES = f"""
[[phones]]
name = "desk"
password = "open"
number = "{NUMBER}"
"""
MENU = '<PlayAudio>/chime.wav</PlayAudio><Gather gatherUrl="/key" maxDigits="1"/>'


def with_desk(
    folder: Path,
    story: Callable[[Site, Baresip], Awaitable[None]],
    password: str = "open",
    transport: str = "udp",
) -> None:
    """Run a story with a server and a baresip that registers at it."""

    async def run() -> None:
        own, server = folder / "baresip", folder / "server"
        own.mkdir()
        server.mkdir()
        async with running_site(server, more=PHONES) as site:
            chime = wav(tone(CHIME_HZ, 1.0))
            site.app.on("/chime.wav", Reply(chime, headers={"Content-Type": "audio/wav"}))
            site.app.on("/key", '<Pause duration="1"/><Hangup/>')
            for path in ("/answer", "/voice/initiate"):
                site.app.on(path, MENU)
            registers = Registers(site.server.sip, password, transport)
            voice = tone(VOICE_HZ, 20.0)
            async with running_baresip(
                own, voice, user="desk", answers=True, registers=registers
            ) as phone:
                await story(site, phone)

    asyncio.run(run())


async def registered(site: Site) -> None:
    """Wait until the server has the phone; baresip does it before anybody can listen to it."""
    told_of = site.server.folder / "server.log"
    await until(lambda: "phone registered" in told_of.read_text(), "it to register")


async def converse(site: Site, phone: Baresip, call_id: str) -> None:
    """baresip hears the chime and presses 5, and we hang up."""
    await phone.wait("CALL_ESTABLISHED")
    await site.wait_log(call_id, "media.voice", active=True)
    await site.wait_log(call_id, "verb.started", verb="Gather")
    phone.command("sndcode", "5")
    gathered = await site.told("gather", callId=call_id)
    await phone.wait("CALL_CLOSED")
    await site.told("disconnect", callId=call_id)

    assert gathered["digits"] == "5"
    chimes = tones(await asyncio.to_thread(phone.heard), CHIME_HZ)
    assert [round(span.duration_s, 1) for span in chimes] == [1.0]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_baresip_registers_and_is_called(tmp_path: Path, transport: str) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        await registered(site)
        call_id = await site.create(to=NUMBER)
        await converse(site, phone, call_id)

    with_desk(tmp_path, story, transport=transport)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_baresip_registers_and_calls(tmp_path: Path, transport: str) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        await registered(site)
        phone.command("dial", f"sip:{site.server.number}@127.0.0.1:{site.server.sip}")
        initiated = await site.told("initiate")
        assert (initiated["from"], initiated["to"]) == (NUMBER, site.server.number)
        await converse(site, phone, initiated["callId"])

    with_desk(tmp_path, story, transport=transport)


def test_baresip_leaves_and_its_number_says_so(tmp_path: Path) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        await registered(site)
        phone.command("quit")
        told_of = site.server.folder / "server.log"
        await until(lambda: "phone unregistered" in told_of.read_text(), "it to un-register")
        call_id = await site.create(to="sip:desk@offhook")
        goodbye = await site.told("disconnect", callId=call_id)
        told = await asyncio.to_thread(tell, site.store, call_id)

        assert goodbye["cause"] == "timeout"
        assert told is not None
        assert told.explanation.cause.sentence.startswith(
            "Phone desk is not registered: it un-registered "
        )

    with_desk(tmp_path, story)


def test_a_wrong_password_of_baresip_is_told(tmp_path: Path) -> None:
    async def story(site: Site, phone: Baresip) -> None:
        def refused() -> list[Incident]:
            return [e for e in site.store.incidents() if e.kind is IncidentKind.PHONE]

        await until(lambda: bool(refused()), "an incident")
        await until(lambda: "403 Forbidden" in log(phone.folder), "it to be told")
        incident = refused()[-1]
        told = await asyncio.to_thread(tell, site.store, incident.id)

        assert told is not None
        assert "gave a wrong password" in told.explanation.cause.sentence
        assert "shut" not in str(incident)

    with_desk(tmp_path, story, password="shut")


def test_baresip_joins_the_network_in_a_box(tmp_path: Path) -> None:
    """With what `offhook dev` prints: it calls somebody there, and is called by `createCall`."""

    async def story(box: Network, port: int) -> Pcm:
        (tmp_path / "baresip").mkdir()
        voice, registers = (
            tone(VOICE_HZ, 20.0),
            Registers(port, box.find(r"softphone, password (\w+)")),
        )
        async with running_baresip(
            tmp_path / "baresip", voice, user="softphone", answers=True, registers=registers
        ) as phone:
            log_file = box.folder / "server.log"
            await until(lambda: "phone registered" in log_file.read_text(), "it to register")
            phone.command("dial", f"sip:+12025550105@127.0.0.1:{port}")  # who hangs up after 3 s
            await phone.wait("CALL_ESTABLISHED")
            await phone.wait("CALL_CLOSED")
            phone.events.clear()
            await asyncio.to_thread(box.create_call, "+12025550190")
            await phone.wait("CALL_ESTABLISHED")
            phone.command("sndcode", "5")
            await asyncio.to_thread(box.until, r"key 5")
            await phone.wait("CALL_CLOSED")
            return await asyncio.to_thread(phone.heard)

    with network(tmp_path / "box") as box:
        heard = asyncio.run(story(box, int(box.find(r"register at 127.0.0.1:(\d+)"))))

    assert sum(span.duration_s for span in sounds(heard)) > 1.0
