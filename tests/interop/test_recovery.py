"""What a real process leaves behind when it is killed, and how it goes when it is asked to."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from http.client import HTTPException
from pathlib import Path

import pytest
from tests.interop.site import CALLER, PARTY, Site, running_site, until

from offhook.testing.app import document
from offhook.testing.handset import Handset
from offhook.testing.rest import Answer
from offhook.testing.server import RunningServer, running_again

pytestmark = pytest.mark.slow

Story = Callable[[Site], Awaitable[None]]
WAITING = "+12025550144"  # is called second
TALK = '<SpeakSentence>Hello.</SpeakSentence><Pause duration="60"/>'
SLOW = "cps = 0.1"  # a call every ten seconds: the second one waits


def tell(folder: Path, story: Story, limits: str = "") -> None:
    async def run() -> None:
        async with running_site(folder, limits=limits) as site:
            site.app.on("/answer", TALK)
            await story(site)

    asyncio.run(run())


def children(pid: int) -> dict[int, str]:
    """Return the processes that a process has started, with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_text().replace("\\0", " ")
        except OSError:  # it has just ended
            continue
        if int(status[1]) == pid and status[0] != "Z":
            found[int(folder.name)] = command
    return found


def media_worker(server: RunningServer) -> int | None:
    """Return the process id of the server's media worker."""
    found = [pid for pid, command in children(server.pid).items() if "media.worker" in command]
    return found[0] if found else None


async def talking(site: Site, number: str = PARTY) -> tuple[str, Handset]:
    """Have a telephone called and talked to."""
    phone = site.phones.phone(number)
    call_id = await site.create(to=number)
    handset = await asyncio.wait_for(phone.wait_call(), 15)
    await site.wait_log(call_id, "verb.started", verb="Pause")
    return call_id, handset


async def disconnect(site: Site, call_id: str) -> dict[str, object]:
    """Wait for a call's last webhook."""
    return await asyncio.wait_for(site.app.wait_event("disconnect", callId=call_id), 15)


def test_killed_server_ends_its_calls_once_and_goes_on_with_its_queue(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        live, handset = await talking(site)
        other = site.phones.phone(WAITING)
        waiting = await site.create(to=WAITING)
        assert (await site.state(waiting))["state"] == "queued"
        helpers = children(site.server.pid)
        assert len(helpers) >= 2  # media and speech

        os.kill(site.server.pid, signal.SIGKILL)
        await site.server.process.wait()
        await until(lambda: not any(map(runs, helpers)), "the helpers to end")
        assert site.app.events("disconnect") == []

        async with running_again(site.server):
            goodbye = await disconnect(site, live)
            state = await site.state(live)
            second = await asyncio.wait_for(other.wait_call(), 15)
            await asyncio.wait_for(second.wait("answered"), 15)
            await site.wait_log(waiting, "call.resumed")
            second.hang_up()
            assert (await disconnect(site, waiting))["cause"] == "hangup"

        assert (state["state"], state["disconnectCause"]) == ("disconnected", "unknown")
        assert (goodbye["cause"], goodbye["errorId"]) == ("unknown", state["errorId"])
        assert goodbye["errorMessage"] == "An unknown internal error occurred"
        assert len(site.app.events("disconnect", callId=live)) == 1
        assert [event.data["state"] for event in await site.events(live, "call.state")] == [
            "initiated",
            "answered",
        ]
        handset.hang_up()

    tell(tmp_path, story, limits=SLOW)


def test_call_is_placed_once_though_the_server_is_killed_and_the_client_tries_again(
    tmp_path: Path,
) -> None:
    """The kill comes while twenty requests are under way: some are answered, others cut off."""

    async def story(site: Site) -> None:
        numbers = [f"+120255501{number:02}" for number in range(20)]
        phones = {number: site.phones.phone(number) for number in numbers}

        async def create(number: str) -> Answer | None:
            key = {"Idempotency-Key": f"order-{number}"}
            try:
                return await asyncio.to_thread(
                    site.rest.ask, "POST", "/calls", site.request(to=number), key
                )
            except (OSError, HTTPException):
                return None

        firsts = [asyncio.ensure_future(create(number)) for number in numbers]  # noqa: TID251
        await asyncio.wait(firsts, return_when=asyncio.FIRST_COMPLETED)
        os.kill(site.server.pid, signal.SIGKILL)
        await site.server.process.wait()
        before = await asyncio.gather(*firsts)
        async with running_again(site.server):
            again = await asyncio.gather(*map(create, numbers))
            once_more = await asyncio.gather(*map(create, numbers))
            for answer in again:
                assert answer is not None
                await disconnect_or_hang_up(site, answer)

        for first, second, third in zip(before, again, once_more, strict=True):
            assert second is not None
            assert third is not None
            assert second.status == third.status == 201
            assert second.body == third.body
            assert third.values("Idempotent-Replayed") == ["true"]
            if first is not None and first.status == 201:
                assert first.body == second.body
        assert max(len(phone.calls) for phone in phones.values()) == 1

    tell(tmp_path, story, limits="cps = 100")


async def disconnect_or_hang_up(site: Site, answer: Answer) -> None:
    """Wait until a call is over; one that is still talked on is hung up."""
    call_id, number = answer.json()["callId"], answer.json()["to"]

    async def over() -> bool:
        for handset in site.phones.phone(number).calls:
            handset.hang_up()
        return bool((await site.state(call_id))["state"] == "disconnected")

    async with asyncio.timeout(15):
        while not await over():  # noqa: ASYNC110  # of another process
            await asyncio.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether a process is there and not just waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_goodbye_that_was_not_delivered_is_delivered_after_the_next_start(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/status", document("").after(60.0))  # the application hangs
        call_id, handset = await talking(site)
        handset.hang_up()
        await disconnect(site, call_id)  # has come, and is not confirmed

        os.kill(site.server.pid, signal.SIGKILL)
        await site.server.process.wait()
        site.app.on("/status", document(""))
        async with running_again(site.server):
            await asyncio.wait_for(site.app.wait_event("disconnect", count=2), 15)
            await until(lambda: not site.store.pending_deliveries(), "the goodbye to be settled")

        first, again = (r for r in site.app.requests("/status") if r.event)
        assert first.event == again.event
        assert first.headers["offhook-event-id"] == again.headers["offhook-event-id"]

    tell(tmp_path, story)


def test_killed_media_worker_ends_its_calls_and_the_next_call_works(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        call_id, handset = await talking(site)
        worker = media_worker(site.server)
        assert worker is not None
        os.kill(worker, signal.SIGKILL)
        goodbye = await disconnect(site, call_id)
        await asyncio.wait_for(handset.wait("ended"), 15)

        assert (goodbye["cause"], goodbye["errorMessage"]) == ("error", "Media session failed")

        await until(lambda: media_worker(site.server) not in (None, worker), "another worker")
        site.app.on("/answer", '<SendDtmf>12</SendDtmf><Pause duration="60"/>')
        phone = site.phones.phone(WAITING)
        await site.create(to=WAITING)
        second = await asyncio.wait_for(phone.wait_call(), 15)
        await asyncio.wait_for(second.wait("digit", count=2), 15)
        assert second.digits == "12"

    tell(tmp_path, story)


def test_terminated_server_says_goodbye_everywhere_and_refuses_new_work(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.app.on("/voice/initiate", TALK)
        caller = await site.phones.phone(CALLER).dial(site.server.number)
        inbound = (await asyncio.wait_for(site.app.wait_event("initiate"), 15))["callId"]
        await site.wait_log(inbound, "verb.started", verb="Pause")
        outbound, handset = await talking(site)
        other = site.phones.phone(WAITING)
        waiting = await site.create(to=WAITING)
        for path in ("/status", "/voice/status"):
            site.app.on(path, document("").after(1.5))  # so that there is time to look

        site.server.process.terminate()
        await asyncio.gather(caller.wait("ended"), handset.wait("ended"))
        refusal = await asyncio.to_thread(site.rest.ask, "POST", "/calls", site.request())
        late = await site.phones.phone("+12025550178").dial(site.server.number)
        await asyncio.wait_for(late.wait("ended"), 15)
        async with asyncio.timeout(15):
            assert await site.server.process.wait() == 0

        assert (refusal.status, refusal.values("Retry-After")) == (503, ["30"])
        assert refusal.json()["description"] == "Handling too many requests"
        assert "503" in str(late.end)
        for call_id in (inbound, outbound):
            assert [e["cause"] for e in site.app.events("disconnect", callId=call_id)] == ["hangup"]
        assert len(site.app.events("disconnect")) == 2

        async with running_again(site.server):
            second = await asyncio.wait_for(other.wait_call(), 15)
            await asyncio.wait_for(second.wait("answered"), 15)
            second.hang_up()
            assert (await disconnect(site, waiting))["cause"] == "hangup"
        assert len(site.app.events("disconnect")) == 3

    tell(tmp_path, story, limits="cps = 0.2")  # the third call waits for seconds


def test_idle_server_ends_at_once(tmp_path: Path) -> None:
    async def story(site: Site) -> None:
        site.server.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(5):
            assert await site.server.process.wait() == 0

    tell(tmp_path, story)
