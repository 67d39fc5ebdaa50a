"""SIPp calls and is called by a whole server: scripts run, sound goes both ways, ends are told.

What SIPp hears is proved by its echo: the key that the server plays comes back and is gathered.
What SIPp says is proved by a key in the sound that it plays.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.interop.sipp import HOST, SCENARIOS, answering, finish, own, program, start, talking
from tests.interop.site import Site, running_site

from offhook.testing.app import Reply, document
from offhook.testing.server import APPLICATION, free_ports
from offhook.testing.sound import silence, tone, wav

pytestmark = [pytest.mark.peer, pytest.mark.slow]

Story = Callable[[Site], Awaitable[None]]
FIVE, SEVEN = (770, 1336), (852, 1209)  # Hz (ITU-T Q.23)
GATHER = '<Gather gatherUrl="/key" maxDigits="1" firstDigitTimeout="10">{}</Gather>'
PLAY_SEVEN = GATHER.format("<PlayAudio>/seven.wav</PlayAudio>")
ECHO = ["-rtp_echo"]
LONG = '<Pause duration="60"/>'


def tell(folder: Path, story: Story, *, trunk: int = 1, **wishes: str) -> None:
    """Run a story with a server whose trunk is at a port on loopback."""
    program("sipp")
    asyncio.run(_tell(folder, story, trunk, wishes))


def tell_with(
    folder: Path,
    scenario: Sequence[str],
    story: Story,
    *,
    transport: str = "udp",
    credentials: str = "",
) -> None:
    """Run a story with SIPp at the trunk's far end; SIPp must be content too."""

    async def run() -> None:
        process, port = await answering(scenario, calls=1, transport=transport)

        async def story_of_two(site: Site) -> None:
            await story(site)
            await finish(process)

        try:
            trunk_settings = f'transport = "{transport}"\n{credentials}'
            await _tell(folder, story_of_two, port, {"trunk_settings": trunk_settings})
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    program("sipp")
    asyncio.run(run())


async def _tell(folder: Path, story: Story, trunk: int, wishes: Mapping[str, str]) -> None:
    async with running_site(folder, trunk=trunk, **wishes) as site:
        key = np.concatenate([silence(0.4), tone(SEVEN, 0.3), silence(2.0)])
        site.app.on("/seven.wav", Reply(wav(key), headers={"Content-Type": "audio/wav"}))
        site.app.on("/key", "<Hangup/>")
        site.app.on("/answer", LONG)
        await story(site)


async def call_in(
    site: Site, scenario: Sequence[str], *, calls: int = 1, transport: str = "udp"
) -> None:
    """Let SIPp call the server's number; fails when a call of SIPp's fails."""
    own_port = str(free_ports(1)[0])
    target = [f"{HOST}:{site.server.sip}", "-s", site.server.number, "-r", "20", "-p", own_port]
    await finish(await start(scenario, calls=calls, transport=transport, more=target))


def saying_five(scenario: str, folder: Path) -> list[str]:
    """Return the arguments for a scenario of ours that says 5."""
    return talking(scenario, folder, np.concatenate([silence(0.5), tone(FIVE, 0.3), silence(3.0)]))


async def gathered(site: Site, digits: str) -> str:
    """Wait for a key that was heard as sound and the end that follows; returns the call id."""
    event = await asyncio.wait_for(site.app.wait_event("gather"), 15)
    call_id: str = event["callId"]
    goodbye = await asyncio.wait_for(site.app.wait_event("disconnect", callId=call_id), 15)
    heard = await site.wait_log(call_id, "media.digit")

    assert (event["digits"], goodbye["cause"]) == (digits, "hangup")
    assert heard.data["inband"]
    return call_id


# SIPp calls


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_sipp_calls_and_echoes_what_it_hears(tmp_path: Path, transport: str) -> None:
    async def story(site: Site) -> None:
        site.app.on("/voice/initiate", PLAY_SEVEN)
        site.app.on("/key", LONG)  # the built-in scenario hangs up itself, after -d
        scenario = ["-sn", "uac", "-d", "3000", *ECHO]
        await call_in(site, scenario, transport=transport)
        await gathered(site, "7")

    tell(tmp_path, story)


def test_sipp_calls_and_is_heard(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/voice/initiate", GATHER.format(""))
        await call_in(site, saying_five("caller_talks", tmp_path))
        call_id = await gathered(site, "5")
        assert (await site.app.wait_event("initiate"))["from"] == "+12025550177"
        await site.wait_log(call_id, "media.voice", active=True)

    tell(tmp_path, story)


def test_sipp_calls_ten_times_at_once(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/voice/initiate", PLAY_SEVEN)
        site.app.on("/key", LONG)
        await call_in(site, ["-sn", "uac", "-d", "1000"], calls=10)
        await asyncio.wait_for(site.app.wait_event("disconnect", count=10, cause="hangup"), 15)

        assert len({event["callId"] for event in site.app.events("disconnect")}) == 10

    tell(tmp_path, story, limits="cps = 100")


def test_caller_gives_up(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/voice/initiate", document(LONG).after(2.0))
        await call_in(site, own("caller_cancels"))
        goodbye = await asyncio.wait_for(site.app.wait_event("disconnect"), 15)

        assert goodbye["cause"] == "cancel"
        assert "answerTime" not in goodbye

    tell(tmp_path, story)


def test_caller_that_repeats_itself_is_one_call(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/voice/initiate", document(LONG).after(0.5))
        await call_in(site, [*own("caller_repeats"), "-nr"], calls=2)
        await asyncio.wait_for(site.app.wait_event("disconnect", count=2), 15)

        assert len(site.app.events("initiate")) == 2

    tell(tmp_path, story)


def test_caller_holds_and_takes_back(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/voice/initiate", LONG)
        await call_in(site, own("caller_holds"))
        goodbye = await asyncio.wait_for(site.app.wait_event("disconnect"), 15)
        await site.wait_log(goodbye["callId"], "call.ended")
        connected = await site.events(goodbye["callId"], "media.connected")

        assert goodbye["cause"] == "hangup"
        assert [event.data["send"] for event in connected] == [True, False, True]

    tell(tmp_path, story)


def test_caller_of_a_refusing_application_is_refused(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/voice/initiate", "<Hangup/>")
        await call_in(site, own("caller_is_turned_away"))
        goodbye = await asyncio.wait_for(site.app.wait_event("disconnect"), 15)

        assert goodbye["cause"] == "rejected"

    tell(tmp_path, story)


SIP_USER = f'[[numbers]]\nnumber = "support"\napplication = "{APPLICATION}"'


@pytest.mark.parametrize(
    ("result", "status", "follows"),
    [("200 OK", "success", "<Pause/>"), ("486 Busy Here", "failure", "<Hangup/>")],
)
def test_caller_is_sent_elsewhere(tmp_path: Path, result: str, status: str, follows: str) -> None:
    text = (SCENARIOS / "caller_is_referred.xml").read_text()
    scenario = tmp_path / "referred.xml"
    scenario.write_text(text.replace("RESULT", result))

    async def story(site: Site) -> None:
        refer = '<Refer referCompleteUrl="/rf"><SipUri>sip:z@far.test</SipUri></Refer>'
        site.app.on("/voice/initiate", refer)
        site.app.on("/rf", follows)
        await call_in(site, ["-sf", str(scenario)])
        event = await asyncio.wait_for(site.app.wait_event("referComplete"), 15)
        goodbye = await asyncio.wait_for(site.app.wait_event("disconnect"), 15)

        assert event["referCallStatus"] == status
        assert event["referSipResponseCode"] == 202
        assert event["notifySipResponseCode"] == int(result[:3])
        assert goodbye["cause"] == "hangup"

    tell(tmp_path, story, more=SIP_USER)


# SIPp is called


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_sipp_is_called_and_echoes_what_it_hears(tmp_path: Path, transport: str) -> None:
    async def story(site: Site) -> None:
        site.app.on("/answer", PLAY_SEVEN)
        await site.create()
        await gathered(site, "7")

    tell_with(tmp_path, ["-sn", "uas", *ECHO], story, transport=transport)


def test_sipp_is_called_and_is_heard(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/answer", GATHER.format(""))
        await site.create()
        await gathered(site, "5")

    tell_with(tmp_path, saying_five("callee_talks", tmp_path), story)


async def ends(site: Site, cause: str, message: str, **fields: object) -> str:
    """Call SIPp; the call must end in a certain way, in its state as in its webhook."""
    call_id = await site.create(**fields)
    goodbye = await asyncio.wait_for(site.app.wait_event("disconnect", callId=call_id), 20)
    state = await site.state(call_id)

    assert (goodbye["cause"], goodbye["errorMessage"]) == (cause, message)
    assert (state["disconnectCause"], state["errorMessage"]) == (cause, message)
    assert goodbye["errorId"] == state["errorId"]
    return call_id


def test_callee_is_busy(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        await ends(site, "busy", "Callee is busy")

    tell_with(tmp_path, own("callee_is_busy"), story)


def test_callee_does_not_answer(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        await ends(site, "timeout", "Callee did not answer", callTimeout=1)

    tell_with(tmp_path, own("callee_does_not_answer"), story)


def test_ringing_callee_is_cancelled_by_rest(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        call_id = await site.create()
        await site.wait_log(call_id, "sip.received", "180 Ringing")
        body = {"state": "completed"}
        answer = await asyncio.to_thread(site.rest.ask, "POST", f"/calls/{call_id}", body)
        goodbye = await asyncio.wait_for(site.app.wait_event("disconnect", callId=call_id), 15)

        assert (answer.status, goodbye["cause"]) == (200, "cancel")

    tell_with(tmp_path, own("callee_does_not_answer"), story)


def test_callee_that_misses_two_invites_gets_a_third(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/answer", "<Hangup/>")
        call_id = await site.create()
        goodbye = await asyncio.wait_for(site.app.wait_event("disconnect", callId=call_id), 15)

        assert goodbye["cause"] == "hangup"

    tell_with(tmp_path, [*own("callee_is_silent_at_first"), "-nr"], story)


def test_callee_asks_who_we_are(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/answer", "<Hangup/>")
        call_id = await site.create(to=f"sip:service@{HOST}:{site.trunk}")
        goodbye = await asyncio.wait_for(site.app.wait_event("disconnect", callId=call_id), 15)
        secrets = [e for e in await site.events(call_id) if "secret" in str(e.data)]

        assert goodbye["cause"] == "hangup"
        assert secrets == []

    tell_with(
        tmp_path,
        own("callee_asks_who"),
        story,
        credentials='username = "bob"\npassword = "secret"',
    )


def test_nobody_at_the_trunk_is_an_error_within_seconds(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        await ends(site, "error", "SIP request failed with status 503")

    tell(tmp_path, story, trunk=free_ports(1)[0], trunk_settings='transport = "tcp"')
