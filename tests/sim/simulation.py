"""One seed: a node that everything happens to at once, and the rules it must keep all the same.

Safety is what a `World` checks when it is left. Liveness is checked here: a call that the party
hangs up or that REST completes is over within a bound, and what REST accepts is done at once.
"""

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass, replace
from random import Random
from urllib.parse import urljoin

from structlog.testing import capture_logs
from tests.sim.author import Author

from offhook.directory import Directory
from offhook.records import CallState
from offhook.scopes import TaskOwner
from offhook.testing import sound
from offhook.testing.app import BASE
from offhook.testing.fixtures import NUMBER
from offhook.testing.handset import CallOverError, Handset
from offhook.testing.invariants import GOODBYES, ORDER, Evidence
from offhook.testing.loop import EPOCH
from offhook.testing.paths import GOOD, Quality
from offhook.testing.phone import Phone, refuses
from offhook.testing.world import World

AT_ONCE_S = 0.1  # for what happens inside the server
CLOCK_S = 1e-6  # a wall clock in doubles is no better
PROMPT_S = 1.0  # for a hang-up that the network does not lose
LOSSY_S = 100.0  # and for one that it does: the timers of RFC 3261 17, one after the other
ACTS = (*["keys"] * 5, *["wait"] * 3, "talk", "hold", "hang up")
REFUSALS = (404, 480, 486, 500, 503, 603)


@dataclass(slots=True)
class Deed:
    """Something done to a call from outside, to be judged when all is over."""

    at: float
    kind: str  # hang-up, complete, redirect, rescript
    call: str  # call id; of a hang-up the SIP Call-ID
    url: str = ""  # of a redirect


class Simulation:
    """Calls, parties and REST clients, all drawn from one seed; made inside a virtual loop."""

    pace_s = 0.7  # at most between two things that a party does

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.author = self._author(Random(seed + 1))
        self.tasks = TaskOwner()
        quality = self._quality()
        self.world = World(seed=seed, quality=quality)
        self.patience_s = PROMPT_S if quality.loss == 0 else LOSSY_S
        self.end_at = self.rng.uniform(1, 5)
        self.deeds: list[Deed] = []
        self.pressed: defaultdict[str, str] = defaultdict(str)  # keys, by SIP Call-ID
        self.dialled: dict[int, str] = {}  # SIP Call-ID by session of the telephones
        self.shown: dict[str, CallState] = {}  # by REST
        self.found: list[Evidence] = []  # when all is over
        self._limits()

    async def run(self) -> str:
        """Run it; returns the time lines of its calls."""
        async with self.world:
            self.world.app.default = self.author.reply
            async with asyncio.TaskGroup() as group:
                for number in range(self._callers()):
                    group.create_task(self._caller(number))
            await self._finish()
            await self._verdict()
            return self.world.story()

    # the world

    def _author(self, rng: Random) -> Author:
        return Author(rng, self._react)

    def _called(self) -> str:
        return NUMBER

    def _callers(self) -> int:
        return self.rng.choice((1, 1, 2, 2, 3, 5))

    def _quality(self) -> Quality:
        if self._chance(0.5):
            return GOOD
        return Quality(
            latency_s=self.rng.uniform(0, 0.1),
            jitter_s=self.rng.choice((0.0, self.rng.uniform(0, 0.1))),
            loss=self.rng.choice((0.0, 0.0, self.rng.uniform(0, 0.2))),
            duplicate=self.rng.choice((0.0, self.rng.uniform(0, 0.3))),
        )

    def _limits(self) -> None:
        self.world.change_account(
            sessions=self.rng.choice((100, 100, 2, 1)),
            cps=self.rng.choice((1000.0, 1000.0, 5.0, 1.0)),
            queueing=self._chance(0.7),
        )
        if self._chance(0.2):
            old = self.world.directory
            self.world.directory = Directory(
                old.accounts.values(),
                old.users.values(),
                old.applications.values(),
                old.numbers.values(),
                [replace(trunk, transport="tcp") for trunk in old.trunks.values()],
            )

    async def _finish(self) -> None:
        """Let nobody answer any more, hang up everywhere, and wait until all calls are over."""
        for number in range(10):
            self._phone(number).behaviour = refuses(480)
        for call in self.world.phones.live:
            self._hang_up(call)
        deadline = self.world.now + LOSSY_S
        while self.world.node.exchange.calls or self.tasks:
            assert self.world.now < deadline, f"still there: {list(self.world.node.exchange.calls)}"
            await asyncio.sleep(0.5)

    # those who act

    async def _caller(self, number: int) -> None:
        """Calls of one telephone, one after the other, and a REST client that meddles with them."""
        phone = self._phone(number)
        phone.behaviour = self._behave
        while self.world.now < self.end_at:
            await self._sleep(1.0)
            phone.telephone_events = self._chance(0.8)
            call_id = await (self._dial(phone) if self._chance(0.35) else self._create(phone))
            while call_id in self.world.node.exchange.calls and self.world.now < self.end_at:
                await self._sleep(2.0)
                if self._chance(0.5):
                    await self._meddle(call_id)

    async def _create(self, phone: Phone) -> str | None:
        fields: dict[str, object] = {
            "to": phone.number,
            "from": NUMBER,
            "applicationId": self.world.directory.numbers[NUMBER].application_id,
            "answerUrl": f"{BASE}/answer",
            "callTimeout": self.rng.choice((1, 2, 30)),
            "callbackTimeout": 1,
            "priority": self.rng.randint(1, 5),
        }
        optional: dict[str, object] = {
            "disconnectUrl": f"{BASE}/status",
            "answerMethod": "GET",
            "answerFallbackUrl": f"{BASE}/fallback",
            "tag": "zero",
        }
        fields |= {name: value for name, value in optional.items() if self._chance(0.6)}
        answer = await self.world.rest.create_call(**fields)
        assert answer.status in (201, 429, 503), answer
        return str(answer.json()["callId"]) if answer.status == 201 else None

    async def _dial(self, phone: Phone) -> str | None:
        before = len(self.world.app.events("initiate"))
        call = await phone.dial(self._called())
        self.dialled[call.session] = self.world.phones.endpoint.call_id(call.session)
        with contextlib.suppress(CallOverError):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.rng.uniform(0, 2)):
                    await call.wait("answered")
            await self._act(call)
        found = self.world.app.events("initiate", **{"from": phone.number})[before:]
        return str(found[0]["callId"]) if found else None

    async def _behave(self, call: Handset) -> None:
        """What a telephone does that is called."""
        if self._chance(0.1):
            await self._sleep(0.5)
            call.refuse(self.rng.choice(REFUSALS))
            return
        if self._chance(0.8):
            call.ring(self.rng.choice((180, 183)))
        if self._chance(0.1):
            return  # nobody at home, or not even a bell
        await self._sleep(self.rng.choice((0.3, 0.3, 2.2)))
        await call.answer()
        await self._act(call)

    async def _act(self, call: Handset) -> None:
        """What a party does, until the call is over."""
        while self.world.now < self.end_at:
            await self._sleep(self.pace_s)
            match self.rng.choice(ACTS):
                case "keys":
                    await self._press(call)
                case "talk" if call.when("answered"):
                    await call.say(sound.tone(500, self.rng.uniform(0.1, 0.5)))
                case "hold" if call.when("answered"):
                    await call.hold()
                    await self._sleep(0.3)
                    await call.resume()
                case "hang up":
                    self._hang_up(call)
                    return

    async def _press(self, call: Handset) -> None:
        if call.when("answered"):
            keys = "".join(self.rng.choices("0123456789*#A", k=self.rng.randint(1, 3)))
            self.pressed[self._name(call)] += keys
            await call.press(keys, tone_ms=60, gap_ms=60)

    def _hang_up(self, call: Handset) -> None:
        if call.end is None:
            self.deeds.append(Deed(self.world.now, "hang-up", self._name(call)))
            call.hang_up()

    def _name(self, call: Handset) -> str:
        """Return the SIP Call-ID, by which both ends know the call."""
        return call.invite.call_id if call.invite else self.dialled[call.session]

    def _react(self, call_id: str) -> None:
        """Now and then the application calls REST because of an event, at once or soon after."""
        if self._chance(0.2) and self.world.now < self.end_at:
            delay_s = self.rng.choice((0.0, self.rng.randint(1, 9) / 10))
            self.tasks.start(self._meddle_later(call_id, delay_s), f"client of {call_id}")

    async def _meddle_later(self, call_id: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await self._meddle(call_id)

    async def _meddle(self, call_id: str) -> None:
        """What a client of the REST API does to a call, whatever state it is in."""
        rest, at = self.world.rest, self.world.now
        match self.rng.choice(("redirect", "redirect", "rescript", "complete", "get", "spoil")):
            case "redirect":
                url = urljoin(BASE, self.author.url("rest"))
                answer = await rest.update_call(call_id, state="active", redirectUrl=url)
                self._did(Deed(at, "redirect", call_id, url), answer.status, 200)
            case "rescript":
                document = f"<Response>{self.author.verbs()}</Response>"
                answer = await rest.update_bxml(call_id, document)
                self._did(Deed(at, "rescript", call_id), answer.status, 204)
            case "complete":
                answer = await rest.update_call(call_id, state="completed")
                self._did(Deed(at, "complete", call_id), answer.status, 200)
            case "get":
                answer = await rest.get_call(call_id)
                assert answer.status == 200, answer
                self._saw(call_id, CallState(answer.json()["state"]))
            case "spoil":
                answer = await rest.update_bxml(call_id, "<Response><Dance/></Response>")
                assert answer.status in (400, 409), answer

    def _did(self, deed: Deed, status: int, good: int) -> None:
        assert status in (good, 409), f"{deed}: {status}"
        if status == good:
            self.deeds.append(deed)

    def _saw(self, call_id: str, state: CallState) -> None:
        """REST shows no state but later ones, and the last one once it has been reported."""
        before = self.shown.get(call_id, state)
        assert ORDER.index(before) <= ORDER.index(state), f"{call_id}: {state} after {before}"
        self.shown[call_id] = state
        if any(self.world.app.events(kind, callId=call_id) for kind in GOODBYES):
            assert state is CallState.DISCONNECTED, f"{call_id} is {state}, but it has gone"

    # judgement

    async def _verdict(self) -> None:
        """Judge what all calls have left behind."""
        self.found = self.world.evidence()
        for evidence in self.found:
            self._judge(evidence)

    def _taken(self, evidence: Evidence) -> list[float]:
        """Return when Bridges of other calls took this one."""
        return [event.at - EPOCH for event in evidence.log if event.kind == "bridge.taken"]

    def _judge(self, evidence: Evidence) -> None:
        """What was done to this call had its effect in time."""
        record = evidence.record
        assert record.end_time is not None, record
        heard = [str(event.data["digit"]) for event in evidence.log if event.kind == "media.digit"]
        pressed = iter(self.pressed[record.sip_call_id or ""])
        assert all(key in pressed for key in heard), f"keys that nobody pressed: {heard}"
        for request in evidence.requests:
            if request.event["eventType"] in GOODBYES:
                assert request.event["cause"] == record.disconnect_cause
        ended = record.end_time - EPOCH
        mine = [deed for deed in self.deeds if deed.call in (record.call_id, record.sip_call_id)]
        for deed in mine:
            later = [other.at for other in mine if deed.at <= other.at and other is not deed]
            match deed.kind:
                case "hang-up":
                    assert ended <= deed.at + self.patience_s, f"{deed}, but it ended at {ended}"
                case "complete":
                    assert ended <= deed.at + AT_ONCE_S, f"{deed}, but it ended at {ended}"
                case "redirect":
                    asked = [request.at for request in evidence.requests if request.url == deed.url]
                    taken = [at for at in self._taken(evidence) if at >= deed.at - CLOCK_S]
                    first = min([*asked, *later, *taken, ended])
                    assert first <= deed.at + AT_ONCE_S, f"{deed}, but it was asked at {asked}"

    # chance

    def _phone(self, number: int) -> Phone:
        return self.world.phone(f"+120255510{number:02d}")

    async def _sleep(self, longest_s: float) -> None:
        await asyncio.sleep(self.rng.uniform(0, longest_s))

    def _chance(self, probability: float) -> bool:
        return self.rng.random() < probability


async def simulate(seed: int, kind: type[Simulation] = Simulation) -> str:
    """Run a seed; returns the time lines of its calls. What the server logs as an error is one."""
    with capture_logs() as logs:
        story = await kind(seed).run()
    errors = [entry for entry in logs if entry["log_level"] in ("error", "critical")]
    assert not errors, errors
    return story
