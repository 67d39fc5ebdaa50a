"""The measurement: calls at once, then calls a second, each until it is too much."""

import asyncio
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offhook.capacity.client import Tally, quantile
from offhook.capacity.parties import HOST, Answer
from offhook.capacity.site import Site, running_site
from offhook.capacity.steps import Step, ladder
from offhook.capacity.telephones import Telephones
from offhook.scopes import background
from offhook.settings import Settings

TALK: Final = '<Response><Ring duration="86400"/></Response>'  # it plays, and hears, all the time
SHORT: Final = "<Response><Hangup/></Response>"
PLACED_PER_S: Final = 50.0  # while calls at once are counted
PATIENCE_S: Final = 10.0  # for calls to be answered, or to end
LOOK_S: Final = 1.0
WARM_UP_CALLS: Final = 20  # the first ones load modules and open connections


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be measured, and how long."""

    settings: Settings
    seconds: float = 8.0  # that each load is held
    calls: int = 5000  # at once, at most
    first_calls: int = 50  # not fewer than WARM_UP_CALLS
    per_second: int = 1000  # at most
    first_per_second: int = 20


Tell = Callable[[Step], None]


async def calls_at_once(wish: Wish, tell: Tell) -> list[Step]:
    """Have more and more calls talk at once; raises ServerError, TelephonesError and OSError."""
    tally = Tally()
    telephones = Telephones(wish.calls)

    def invited(user: str, port: int, answer: Answer) -> None:
        tally.invited(user)
        telephones.ring(user, port, answer)

    await telephones.start()
    try:
        with tempfile.TemporaryDirectory(prefix="offhook-bench-") as folder:
            async with running_site(Path(folder), wish.settings, TALK, tally, invited) as site:
                return await _grow(wish, site, telephones, tell)
    finally:
        await telephones.close()


async def _grow(wish: Wish, site: Site, telephones: Telephones, tell: Tell) -> list[Step]:
    steps: list[Step] = []
    placed = min(WARM_UP_CALLS, wish.calls)
    await site.client.place(placed, PLACED_PER_S)
    await _until(lambda: telephones.speaking >= placed)
    for load in ladder(max(placed, min(wish.first_calls, wish.calls)), wish.calls):
        site.tally.delays_s.clear()
        await site.client.place(load - placed, PLACED_PER_S)
        placed = load
        await _until(lambda: telephones.speaking >= load or bool(site.tally.refused))  # noqa: B023
        step = await _hold(wish, site, telephones, load)
        steps.append(step)
        tell(step)
        if list(step.faults()):
            break
    return steps


async def _until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, but not for ever."""
    until = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < until:  # noqa: ASYNC110 it has no event
        await asyncio.sleep(0.05)


class Watch:
    """What the server has said of itself while a load was on it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.shares: dict[str, float] = {}  # the most that was used of each resource
        self.skipped = 0

    async def run(self) -> None:
        """Look every second, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            figures = await self._site.figures()
            self.skipped += figures.skipped
            for name, share in figures.used.items():
                self.shares[name] = max(share, self.shares.get(name, 0.0))


async def _hold(wish: Wish, site: Site, telephones: Telephones, load: int) -> Step:
    """Let all talk for a while and count what arrives."""
    received, lost = await telephones.counted()
    watch, behind = Watch(site), 0
    until = time.monotonic() + wish.seconds
    async with background(watch.run()):
        while time.monotonic() < until:
            await asyncio.sleep(LOOK_S)
            behind += telephones.skipped
    received_now, lost_now = await telephones.counted()
    return Step(
        load,
        watch.shares,
        invite_ms=quantile(site.tally.delays_s, 0.99) * 1000,
        failed=load - telephones.speaking,
        why=site.tally.refusal,
        received=received_now - received,
        lost=lost_now - lost,
        skipped=watch.skipped,
        behind=behind,
    )


async def calls_a_second(wish: Wish, tell: Tell) -> list[Step]:
    """Have more and more short calls a second; raises ServerError and OSError."""
    steps: list[Step] = []
    tally = Tally()
    with (
        tempfile.TemporaryDirectory(prefix="offhook-bench-") as folder,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,  # what is said is not heard
    ):
        rtp.bind((HOST, 0))
        rtp_port: int = rtp.getsockname()[1]

        def invited(user: str, port: int, answer: Answer) -> None:
            del port
            tally.invited(user)
            answer(rtp_port)

        async with running_site(Path(folder), wish.settings, SHORT, tally, invited) as site:
            await site.client.finish(WARM_UP_CALLS, WARM_UP_CALLS, PATIENCE_S)
            for load in ladder(min(wish.first_per_second, wish.per_second), wish.per_second):
                step = await _short_calls(wish, site, load)
                steps.append(step)
                tell(step)
                if list(step.faults()):
                    break
    return steps


async def _short_calls(wish: Wish, site: Site, per_second: int) -> Step:
    tally, calls = site.tally, round(per_second * wish.seconds)
    tally.delays_s.clear()
    ended, watch = tally.ended, Watch(site)
    async with background(watch.run()):
        await site.client.finish(calls, per_second, PATIENCE_S)
    return Step(
        per_second,
        watch.shares,
        invite_ms=quantile(tally.delays_s, 0.99) * 1000,
        failed=calls - (tally.ended - ended),
        why=tally.refusal,
        skipped=watch.skipped,
    )
