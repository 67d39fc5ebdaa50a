"""One seed of a graph of calls: they transfer, bridge, forward and record while all goes on.

To the rules of one call (`simulation`, `offhook.testing.invariants`) it adds those of several: who
is tied to whom, who hears whom, who is told, what was recorded, and what REST says of it all.
"""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random
from urllib.parse import urljoin, urlsplit

from tests.sim import rules, streams
from tests.sim.dramatist import PHONES, Dramatist
from tests.sim.simulation import AT_ONCE_S, CLOCK_S, REFUSALS, Deed, Simulation

from offhook.scopes import background
from offhook.testing.app import BASE
from offhook.testing.fixtures import ACCOUNT_ID, NUMBER, SIP_USER
from offhook.testing.handset import Handset
from offhook.testing.invariants import GOODBYES, Evidence
from offhook.testing.loop import EPOCH, running_loop
from offhook.testing.paths import GOOD, Quality
from offhook.testing.phone import Referral

LOOK_S = 0.050_000_7  # between two looks at who is tied to whom, at moments nobody else has
REFERRALS = (
    Referral(202, ((0.0, 100), (0.2, 200))),
    Referral(202, ((0.0, 100), (0.2, 486))),
    Referral(202),  # and never a word again
    Referral(603),
)
HANDLES = Path("/proc/self/fd")
LARGE = 8  # every so manieth seed is a large graph


class Graph(Simulation):
    """Up to six calls and the legs that they place."""

    author: Dramatist
    pace_s = 0.5

    def __init__(self, seed: int) -> None:
        self.large = seed % LARGE == 0
        super().__init__(seed)
        self.end_at = self.rng.uniform(1.5, 3) if self.large else self.rng.uniform(0.8, 1.6)
        self.refused: list[Deed] = []  # by REST, with 409
        self.deleted: set[str] = set()  # recordings
        self.stop_at = self.rng.uniform(0, self.end_at) if self._chance(0.05) else None
        if self.stop_at is not None:
            self.world.change_account(queueing=False)  # what is queued outlives the process

    async def run(self) -> str:
        """Run it; returns the time lines of its calls."""
        for number in range(PHONES):
            self._phone(number).behaviour = self._behave
        streams.serve(self.world.app.sockets)
        handles = _handles()
        async with background(self._watch()), background(self._stop()), background(self._client()):
            story = await super().run()
        assert not running_loop().timers, f"timers are left: {running_loop().timers}"
        assert _handles() == handles, f"file handles: {handles} before, {_handles()} now"
        return story

    # the world

    def _author(self, rng: Random) -> Dramatist:
        return Dramatist(rng, self._react, self._targets)

    def _targets(self) -> list[str]:
        """Return whom a call may want to talk to: those that are answered, as a rule."""
        calls = self.world.node.exchange.calls
        answered = [call_id for call_id, call in calls.items() if call.answered]
        return answered if self._chance(0.9) else list(calls)

    def _called(self) -> str:
        return SIP_USER if self._chance(0.4) else NUMBER

    def _callers(self) -> int:
        return self.rng.choice((5, 6) if self.large else (3, 4, 5))

    def _quality(self) -> Quality:
        return super()._quality() if self._chance(0.4) else GOOD

    async def _watch(self) -> None:
        """Look at the node now and then: its calls agree on who is tied to whom."""
        node = self.world.node
        while self.world.now < self.end_at or node.exchange.calls:
            await asyncio.sleep(LOOK_S)
            faults = [*rules.tie_faults(node), *rules.sound_faults(node)]
            assert not faults, f"at {self.world.now}: {faults}"

    async def _stop(self) -> None:
        """The operator stops the server while all goes on."""
        if self.stop_at is not None:
            await asyncio.sleep(self.stop_at)
            self.end_at = self.world.now
            await self.world.node.exchange.close()
            assert not self.world.node.exchange.calls

    # those who act

    async def _caller(self, number: int) -> None:
        """One call of one telephone."""
        await self._sleep(0.3)
        phone = self._phone(number)
        phone.telephone_events = self._chance(0.8)
        phone.referral = self.rng.choice(REFERRALS)
        await (self._dial(phone) if self._chance(0.35) else self._create(phone))
        await asyncio.sleep(max(0.0, self.end_at - self.world.now))

    async def _client(self) -> None:
        """Use the REST API on whatever calls there are."""
        while self.world.now < self.end_at:
            await self._sleep(0.4)
            if calls := list(self.world.node.exchange.calls):
                await self._meddle(self.rng.choice(calls))
            if rooms := await self.world.rest.conferences():
                await self._meet(self.rng.choice(rooms)["id"])

    async def _meet(self, conference_id: str) -> None:
        """What a client of the REST API does to a conference."""
        rest = self.world.rest
        match self.rng.choice(("complete", "play", "mute", "redirect")):
            case "complete":
                answer = await rest.update_conference(conference_id, status="completed")
            case "play":
                verbs = f"<Response>{self.author.conference_verbs()}</Response>"
                answer = await rest.play_in_conference(conference_id, verbs)
                if b"without a base" in answer.body:
                    return  # the conference has no URL (bxml.md 1.7)
            case "redirect":
                url = urljoin(BASE, self.author.url("conferenceRedirect"))
                answer = await rest.update_conference(conference_id, redirectUrl=url)
            case "mute":
                found = await rest.conference(conference_id)
                for member in found["activeMembers"]:
                    path = member["callId"]
                    answer = await rest.update_member(conference_id, path, mute=self._chance(0.5))
                    assert answer.status in (204, 404, 409), answer
                return
        assert answer.status in (200, 204, 404, 409), answer

    async def _behave(self, call: Handset) -> None:
        """What a telephone does that is called."""
        if self._chance(0.8):
            await self._sleep(0.1)
            call.ring(self.rng.choice((180, 183)))
        await self._sleep(0.2)
        if self._chance(0.06):
            call.refuse(self.rng.choice(REFUSALS))
        elif self._chance(0.94):
            await call.answer()
            await self._act(call)

    async def _meddle(self, call_id: str) -> None:
        if self._chance(0.75):
            await super()._meddle(call_id)
        elif self._chance(0.7):
            state = self.rng.choice(("paused", "recording"))
            answer = await self.world.rest.update_recording(call_id, state)
            assert answer.status in (200, 404), answer
        elif found := await self.world.rest.recordings(call_id):
            recording_id = self.rng.choice(found)["recordingId"]
            path = f"/calls/{call_id}/recordings/{recording_id}"
            answer = await self.world.rest.request("DELETE", path)
            assert answer.status in (204, 404), answer
            self.deleted.add(recording_id)

    def _did(self, deed: Deed, status: int, good: int) -> None:
        call = self.world.node.exchange.calls.get(deed.call)
        if status == 400 and deed.kind == "rescript" and call is not None and call.announcing:
            return  # a verb that would move the leg
        super()._did(deed, status, good)
        if status != good:
            self.refused.append(deed)

    # judgement

    async def _verdict(self) -> None:
        await super()._verdict()
        found = self.found
        ended = {each.record.call_id: each.record.end_time or 0.0 for each in found}
        asked = Counter(urlsplit(r.url).path for each in found for r in rules.asked(each))
        twice = [path for path, count in asked.items() if count > 1 and rules.is_unique(path)]
        assert not twice, f"asked twice: {twice}"
        for own, other in self.author.bridges:
            both = urlsplit(own).path in asked and urlsplit(other).path in asked
            assert not both, f"both sides of a Bridge were asked: {own}, {other}"
        for evidence in found:
            self._judge_leg(evidence, ended.get(evidence.record.parent_call_id or ""))
        if found:
            await self._judge_shown(self.rng.choice(found))

    def _judge(self, evidence: Evidence) -> None:
        super()._judge(evidence)
        call_id = evidence.record.call_id
        recordings = self.world.store.recordings_of(ACCOUNT_ID, call_id)
        faults = [
            *rules.recording_faults(evidence, recordings, self.deleted),
            *rules.refusal_faults(evidence, self.refused, self.deeds),
        ]
        assert not faults, f"{call_id}: {faults}"

    def _judge_leg(self, evidence: Evidence, parent_end: float | None) -> None:
        """A leg goes with the call that has placed it, unless it was sent or taken elsewhere."""
        record = evidence.record
        if parent_end is None or record.end_time is None:
            return
        moved = {d.at for d in self.deeds if d.call == record.call_id and d.kind != "hang-up"}
        # A Bridge may take it in the very instant in which its call lets go of it.
        moved |= {
            event.at - EPOCH
            for event in evidence.log
            if event.data.get("eventType") == "bridgeTargetComplete"
        }
        if not any(at <= parent_end - EPOCH + CLOCK_S for at in moved):
            late = record.end_time - parent_end
            assert late <= AT_ONCE_S, f"{record.call_id} ended {late} s after its parent"

    async def _judge_shown(self, evidence: Evidence) -> None:
        """REST shows what the last webhook said."""
        answer = await self.world.rest.get_call(evidence.record.call_id)
        shown = answer.json()
        assert shown["state"] == "disconnected", shown
        for request in evidence.requests:
            event = request.event
            if event["eventType"] in GOODBYES:
                assert event["cause"] == shown["disconnectCause"], (event, shown)
                for name in ("errorMessage", "errorId", "answerTime", "endTime"):
                    assert event.get(name) == shown.get(name), (name, event, shown)


def _handles() -> int:
    """Return how many file handles the process has, where the system tells."""
    return len(list(HANDLES.iterdir())) if HANDLES.exists() else 0
