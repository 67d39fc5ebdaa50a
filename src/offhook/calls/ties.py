"""The other calls a call is tied to: legs that it has placed, or the call that it talks to.

Each end of a link holds a tie and knows the other by its inbox alone. Whoever lets go tells the
other with `PeerLeft`; what comes from a call that one is not tied to any more is not heard.
"""

import asyncio
from dataclasses import dataclass, field

from offhook.errors import Cause
from offhook.facts import Chosen, Peer, PeerFact, PeerLeft, PeerPressed, PeerReady
from offhook.media.messages import Join, MediaPlane, Part


@dataclass(slots=True)
class Ties:
    """One call's ends of its links."""

    media: MediaPlane
    me: Peer
    forwarding: bool = False  # given away: nobody may change or join it (bxml.md 4.4)
    engaged: str | None = field(default=None, init=False)  # the call it talks to, or soon will
    _pending: str | None = field(default=None, init=False)  # who has taken it; it will soon know
    _joined: str | None = field(default=None, init=False)
    _peers: dict[str, Peer] = field(default_factory=dict, init=False)
    _facts: asyncio.Queue[PeerFact] = field(default_factory=asyncio.Queue, init=False)

    def tie(self, peer: Peer) -> None:
        """Hold on to a call: its facts are heard from now on."""
        self._peers[peer.call_id] = peer

    def engage(self, peer: Peer) -> None:
        """Hold on to the call that this one is going to talk to; there is only one."""
        assert self.engaged is None, f"{self.me.call_id} is engaged with {self.engaged}"
        self.tie(peer)
        self.engaged = peer.call_id

    def take(self, peer: Peer) -> None:
        """Be taken by a call; nothing lets go of it before this one has come to know."""
        self.engage(peer)
        self._pending = peer.call_id

    def taken(self) -> None:
        """The call knows who has taken it."""
        self._pending = None

    def choose(self, call_id: str) -> None:
        """Let the leg that was answered first go on, and give up all others."""
        for other in [each for each in self._peers if each != call_id]:
            self._let_go(other, PeerLeft(self.me.call_id, Cause.CANCEL))
        self._tell(call_id, Chosen())

    def ready(self, call_id: str) -> None:
        """Tell the other call that the two can be joined; it does that at once."""
        if self._tell(call_id, PeerReady(self.me.call_id)):
            self._joined = call_id

    def join(self, call_id: str) -> None:
        """Let the two parties hear each other."""
        if self._joined != call_id:
            self.engaged = self._joined = call_id
            self.media.send(Join(self.me.call_id, call_id))

    def _tell(self, call_id: str, fact: Chosen | PeerReady) -> bool:
        """Tell a call; False: it has left meanwhile, which is the next fact to be heard."""
        peer = self._peers.get(call_id)
        if peer is not None:
            peer.post(fact)
        return peer is not None

    def is_joined(self, call_id: str) -> bool:
        """Whether this call talks to that one."""
        return self._joined == call_id

    def pressed(self, digit: str) -> None:
        """Pass a key of our party on to the other one, if there is one."""
        if self._joined is not None:
            self._peers[self._joined].post(PeerPressed(self.me.call_id, digit))

    def hear(self, fact: PeerFact) -> None:
        """Take a fact from the inbox, for whoever waits at `next`."""
        if fact.call_id in self._peers:
            if isinstance(fact, PeerLeft):
                self._forget(fact.call_id)
            self._facts.put_nowait(fact)

    async def next(self) -> PeerFact:
        """Wait for what the other calls have to say."""
        return await self._facts.get()

    def release(self, left: PeerLeft) -> None:
        """Let go of all calls, and tell them so."""
        for call_id in list(self._peers):
            if call_id != self._pending:
                self._let_go(call_id, left)
        self._facts = asyncio.Queue()  # what was not waited for any more

    def _let_go(self, call_id: str, left: PeerLeft) -> None:
        if self._joined == call_id:
            self.media.send(Part(self.me.call_id, call_id))
        peer = self._peers[call_id]
        self._forget(call_id)
        peer.post(left)

    def _forget(self, call_id: str) -> None:
        del self._peers[call_id]
        if self.engaged == call_id:
            self.engaged = None
        if self._joined == call_id:
            self._joined = None
