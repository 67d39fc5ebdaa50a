"""The two calls of the demo, told from the telephones' side."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bandwidth

from offhook.clock import Clock
from offhook.demo.checks import CHIME_HZ, Checks, keep
from offhook.demo.site import CALLER_NUMBER, PHONE_NUMBER, DemoError, Site
from offhook.demo.watch import watching
from offhook.store import Store
from offhook.testing.handset import Handset
from offhook.testing.phone import Phones, answers
from offhook.testing.server import ACCOUNT, APP_NUMBER, APPLICATION
from offhook.testing.sound import sounds, tones

PATIENCE_S = 20.0  # for anything that is waited for
POLL_S = 0.1
GREETING_S = 1.5  # of the prompt is listened to before a key is pressed
PAUSE_S = 1.5  # of silence means that the far end has said all


class Demo:
    """Tells both stories."""

    def __init__(self, site: Site, phones: Phones, out: Path, say: Callable[[str], None]) -> None:
        self._site = site
        self._phones = phones
        self._out = out
        self._say = say
        self.checks = Checks()
        self._store = Store.open(site.server.store_url, Clock(), threaded=False)

    def close(self) -> None:
        """Close what the demo reads the events with."""
        self._store.close()

    async def outbound(self) -> None:
        """The SDK has a telephone called; it answers, presses 5, listens and hangs up."""
        self._say(f"\n--- Outbound: the SDK calls {PHONE_NUMBER}, which answers and presses 5")
        phone = self._phones.phone(PHONE_NUMBER)
        phone.behaviour = answers(0.5)
        created = await asyncio.to_thread(self._create)
        async with watching(self._store, created.call_id, self._say) as watched:
            call = await asyncio.wait_for(phone.wait_call(), PATIENCE_S)
            await asyncio.wait_for(call.wait("answered"), PATIENCE_S)
            await self._converse(call, "5", "outbound", "the called phone")
            await asyncio.wait_for(watched, PATIENCE_S)
        state = await asyncio.to_thread(self._read, created.call_id)
        self.checks.require(
            (state.state, state.disconnect_cause) == ("disconnected", "hangup"),
            f"the SDK reads the call as {state.state}, cause {state.disconnect_cause}",
        )

    async def inbound(self) -> None:
        """A telephone calls the app's number, presses 1, listens and hangs up."""
        self._say(f"\n--- Inbound: {CALLER_NUMBER} calls {APP_NUMBER} and presses 1")
        call = await self._phones.phone(CALLER_NUMBER).dial(APP_NUMBER)
        call_id = await self._inbound_id()
        async with watching(self._store, call_id, self._say) as watched:
            await asyncio.wait_for(call.wait("answered"), PATIENCE_S)
            await self._converse(call, "1", "inbound", "the calling phone")
            await asyncio.wait_for(watched, PATIENCE_S)
        state = await asyncio.to_thread(self._read, call_id)
        self.checks.require(
            (state.direction, state.disconnect_cause) == ("inbound", "hangup"),
            f"the SDK reads the call as {state.direction.value}, cause {state.disconnect_cause}",
        )

    async def _converse(self, call: Handset, key: str, name: str, who: str) -> None:
        await _hear(call, lambda: _spoken(call) >= GREETING_S, f"{who} to hear a greeting")
        before = len(call.heard)
        await call.press(key)
        await _hear(call, lambda: _chimed(call, before), f"{who} to hear the chime")
        await _hear(call, lambda: _quiet(call), f"{who} to hear the end of the announcement")
        heard = call.heard
        call.hang_up()
        keep(heard, self._out / f"{name}.wav")
        self.checks.speech(heard[:before], who, "the greeting")
        self.checks.chime(heard[before:], who)
        after = max(tones(heard, CHIME_HZ), key=lambda span: span.duration_s).end_s
        self.checks.speech(heard[round(after * 8000) :], who, f"the announcement for key {key}")

    async def _inbound_id(self) -> str:
        """Return the id of the inbound call, which the SDK lists."""
        found: list[str] = []

        def listed() -> bool:
            found.extend(c.call_id for c in self._list() if c.direction == "inbound")
            return bool(found)

        await _until(listed, "the SDK to list the inbound call")
        return found[0]

    # the official SDK, in threads

    def _api(self) -> bandwidth.CallsApi:
        configuration = bandwidth.Configuration(
            host=self._site.server.api,
            ignore_operation_servers=True,
            username=self._site.server.user,
            password=self._site.server.password,
        )
        return bandwidth.CallsApi(bandwidth.ApiClient(configuration))

    def _create(self) -> Any:
        request = bandwidth.CreateCall.from_dict(
            {
                "to": PHONE_NUMBER,
                "from": APP_NUMBER,
                "applicationId": APPLICATION,
                "answerUrl": f"{self._site.app_url}/voice/answer",
                "disconnectUrl": f"{self._site.app_url}/voice/status",
                "tag": "demo",
            }
        )
        return self._api().create_call(ACCOUNT, request)

    def _read(self, call_id: str) -> Any:
        return self._api().get_call_state(ACCOUNT, call_id)

    def _list(self) -> Any:
        return self._api().list_calls(ACCOUNT)


async def _until(holds: Callable[[], bool], what: str) -> None:
    """Look again and again, in a thread, until something holds."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110  # sound has no event
                await asyncio.sleep(POLL_S)  # what is heard has no event
    except TimeoutError:
        raise DemoError(f"waited {PATIENCE_S:.0f} s for {what}") from None


async def _hear(call: Handset, holds: Callable[[], bool], what: str) -> None:
    """Wait for something to be heard on a call, as long as there is a call."""
    await _until(lambda: holds() or call.end is not None, what)
    if call.end is not None:
        raise DemoError(f"waited for {what}, but the call was {call.end}")


def _chimed(call: Handset, since: int) -> bool:
    return bool(tones(call.heard[since:], CHIME_HZ))


def _spoken(call: Handset) -> float:
    return sum(span.duration_s for span in sounds(call.heard))


def _quiet(call: Handset) -> bool:
    """Whether there was sound after the chime, and then silence for a while."""
    heard = call.heard
    chime = tones(heard, CHIME_HZ)
    spans = sounds(heard, gap_s=0.6)
    spoken = [span for span in spans if chime and span.end_s > chime[-1].end_s + 1.0]
    return bool(spoken) and len(heard) / 8000 - spoken[-1].end_s > PAUSE_S
