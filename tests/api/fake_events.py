"""Event logs without a store: what tests put in, and what was asked."""

from dataclasses import dataclass, field

from offhook.records import Event


@dataclass(frozen=True)
class FakeNews:
    events: list[Event]
    place: str
    missed: bool = False


@dataclass(frozen=True)
class FakeLog:
    events: list[Event]
    live: bool
    pending: int = 0


@dataclass
class FakeEvents:
    """Places are `p.` and how many events were before."""

    events: list[Event] = field(default_factory=list)
    live: bool = True
    asked: list[tuple[str, object, float]] = field(default_factory=list)

    async def news(self, account_id: str, place: str | None, wait_s: float) -> FakeNews:
        self.asked.append((account_id, place, wait_s))
        if place is None:
            return FakeNews([], f"p.{len(self.events)}")
        if not place.startswith("p."):
            raise ValueError(place)
        return FakeNews(self.events[int(place[2:]) :], f"p.{len(self.events)}")

    async def since(self, account_id: str, at: float) -> FakeNews:
        self.asked.append((account_id, at, 0.0))
        found = [each for each in self.events if each.at >= at]
        return FakeNews(found, f"p.{len(self.events)}", missed=True)

    async def log(self, account_id: str, name: str, after: int, wait_s: float) -> FakeLog | None:
        self.asked.append((account_id, after, wait_s))
        found = [each for each in self.events if each.call_id == name]
        if not found:
            return None
        return FakeLog([each for each in found if each.number > after], self.live, 1)
