"""What a call asks of the exchange and of itself to meet another call."""

from typing import Protocol

from offhook.calls.endpoints import Endpoints
from offhook.calls.journal import Journal
from offhook.calls.legs import Parent
from offhook.calls.plant import Plant
from offhook.calls.rooms import Rooms
from offhook.calls.ties import Ties
from offhook.facts import Peer, Taken
from offhook.records import CallRecord


class Switchboard(Protocol):
    """The exchange, as far as links between calls need it."""

    rooms: Rooms
    endpoints: Endpoints

    async def take(self, taker: CallRecord, call_id: str, taken: Taken) -> Peer:
        """Let `taker` have another call; raises CallError when that one is not to be had."""
        ...

    def place(self, record: CallRecord, parent: Parent) -> Peer:
        """Place a leg; raises CallError at a limit."""
        ...


class Party(Protocol):
    """A call that ties itself to others."""

    plant: Plant
    record: CallRecord
    board: Switchboard
    ties: Ties
    journal: Journal

    @property
    def diversions(self) -> tuple[str, ...]:
        """The Diversion headers that came with the call."""
        ...

    async def progress(self) -> bool:
        """Let an unanswered caller hear what is played to it, if that can be."""
        ...

    async def answer(self) -> None:
        """Answer, if that is not done yet."""
        ...
