"""Each persona does what its row says: once in virtual time, and once over real SIP and RTP."""

import asyncio
import traceback
from pathlib import Path

import pytest
from tests.dev.trials import TRIALS, Evidence, Trial, loaded, speak
from tests.interop.site import Site, running_site

from offhook.dev.bank import populate
from offhook.dev.personas import PERSONAS, find, give, number
from offhook.testing import fixtures
from offhook.testing.app import BASE
from offhook.testing.loop import virtual
from offhook.testing.world import World

pytestmark = pytest.mark.slow

NAMES = [persona.name for persona in PERSONAS]


def test_no_persona_is_without_a_trial() -> None:
    assert list(TRIALS) == NAMES
    for name, trial in TRIALS.items():
        persona = find(number(trial.line))
        assert persona is not None
        assert persona.name == name


@virtual
@pytest.mark.parametrize("name", NAMES)
async def test_in_virtual_time(name: str) -> None:
    trial = TRIALS[name]
    async with World() as world:
        wanted = number(trial.line)
        persona = find(wanted)
        assert persona is not None
        give(persona, world.phone(wanted), speak)
        url = f"{BASE}/v/{name}"
        world.app.on(url, trial.document)
        call_id = await world.create_call(to=wanted, answerUrl=url, **trial.fields)
        if trial.give_up_s is not None:
            await asyncio.sleep(trial.give_up_s)
            await world.rest.update_call(call_id, state="completed")
        await world.app.wait_event("disconnect", callId=call_id)
        heard = None
        if "<Record" in trial.document:
            event = await world.app.wait_event("recordingAvailable", callId=call_id)
            (path,) = world.recordings.glob(f"{event['recordingId']}*")
            heard = loaded(str(path))
        await asyncio.sleep(1)
        await world.store.flushed()
        record = world.store.any_call(call_id)
        assert record is not None
        events, webhooks = world.store.events(call_id), world.app.events(callId=call_id)

    trial.check(Evidence(record, events, webhooks, heard))


async def tried(site: Site, name: str, trial: Trial) -> Evidence:
    """Call one persona of a running server, to the end."""
    site.app.on(f"/v/{name}", trial.document)
    call_id = await site.create(
        to=number(trial.line), answerUrl=f"{site.app_url}/v/{name}", **trial.fields
    )
    if trial.give_up_s is not None:
        await asyncio.sleep(trial.give_up_s)
        body = {"state": "completed"}
        await asyncio.to_thread(site.rest.ask, "POST", f"/calls/{call_id}", body)
    await site.told("disconnect", callId=call_id)
    heard = None
    if "<Record" in trial.document:
        event = await site.told("recordingAvailable", callId=call_id)
        (path,) = (site.server.folder / "recordings").glob(f"{event['recordingId']}*")
        heard = loaded(str(path))
    await site.ended(call_id)
    record = site.store.any_call(call_id)
    assert record is not None
    if record.answer_time is not None:
        await site.wait_log(call_id, "media.closed")
    webhooks = site.app.events(callId=call_id)
    return Evidence(record, await site.events(call_id), webhooks, heard)


def test_all_at_once_over_real_sockets(tmp_path: Path) -> None:
    """One server, and every persona of the table called at the same time."""

    async def all_at_once() -> dict[str, Evidence]:
        async with running_site(tmp_path, limits="cps = 100") as site:
            fixtures.serve(site.app)
            populate(site.phones, speak)
            async with asyncio.TaskGroup() as group:
                calls = {n: group.create_task(tried(site, n, t)) for n, t in TRIALS.items()}
        return {name: call.result() for name, call in calls.items()}

    evidence, faults = asyncio.run(all_at_once()), []
    for name in NAMES:
        try:
            TRIALS[name].check(evidence[name])
        except (AssertionError, ValueError) as error:  # ValueError: not the sounds that it unpacks
            faults.append(f"{name}: {error!r} {traceback.format_exc(limit=-1)}")

    assert not faults, "\n".join(faults)
