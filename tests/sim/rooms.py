"""One seed of calls that meet in conferences, while REST changes the conferences as well."""

from random import Random

from tests.sim.convener import Convener
from tests.sim.graph import Graph

from offhook.records import Member
from offhook.requests import ConferenceFilter
from offhook.testing.fixtures import ACCOUNT_ID


class Rooms(Graph):
    """A graph of calls with conferences among them."""

    author: Convener

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.end_at = self.rng.uniform(1.5, 4.0)  # time for calls to meet
        if self.stop_at is not None:
            self.stop_at = self.rng.uniform(0, self.end_at)

    def _callers(self) -> int:
        return self.rng.choice((4, 5, 6))

    def _author(self, rng: Random) -> Convener:
        return Convener(rng, self._react, self._targets)

    async def _meddle(self, call_id: str) -> None:
        found = self.world.store.conferences(ACCOUNT_ID, ConferenceFilter())
        if found and self._chance(0.5):
            await self._meddle_with(self.rng.choice(found).conference_id, call_id)
        else:
            await super()._meddle(call_id)

    async def _meddle_with(self, room: str, call_id: str) -> None:
        """What a client of the REST API does to a conference, live or not."""
        rest, rng = self.world.rest, self.rng
        kind = rng.choice(("member", "member", "document", "redirect", "complete", "look"))
        if kind == "member":
            change = {"mute": rng.random() < 0.5, "callIdsToCoach": rng.choice(([], [call_id]))}
            answer = await rest.update_member(room, call_id, **change)
            assert answer.status in (204, 400, 404), answer
        elif kind == "document":
            verbs = f"<Bxml>{self.author.room_verbs()}</Bxml>"
            answer = await rest.play_in_conference(room, verbs)
            assert answer.status in (204, 400, 404), answer  # 400: a relative URL without a base
        elif kind == "redirect":
            url = f"http://app.test{self.author.url('redirected')}".replace(
                "http://app.testhttp", "http"
            )
            answer = await rest.update_conference(room, redirectUrl=url)
            assert answer.status in (204, 404), answer
        elif kind == "complete" and self._chance(0.5):
            answer = await rest.update_conference(room, status="completed")
            assert answer.status in (204, 404), answer
        else:
            shown = await rest.conference(room)
            live = {each.call_id for each in self._seated(room)}
            assert {each["callId"] for each in shown["activeMembers"]} == live, shown

    def _seated(self, room: str) -> list[Member]:
        return [*(self.world.node.exchange.rooms.members(ACCOUNT_ID, room) or ())]
