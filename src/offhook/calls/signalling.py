"""What a leg asks of whoever carries its signalling: the SIP endpoint, or a device's line."""

from typing import Protocol

from offhook.sip.endpoint import OutgoingCall, Sink, Tap

Headers = tuple[tuple[str, str], ...]


class Signalling(Protocol):
    """Sessions by number; what becomes of one comes through the sink it began with."""

    def invite(self, call: OutgoingCall, sink: Sink, tap: Tap | None = None) -> int:
        """Place a call; return its session."""
        ...

    def call_id(self, session: int) -> str:
        """Return the Call-ID of a session; empty if it has none."""
        ...

    def attach(self, session: int, sink: Sink, tap: Tap | None = None) -> None:
        """Say where facts of an incoming session go."""
        ...

    def ring(self, session: int, code: int = 180, sdp: bytes = b"") -> None:
        """Tell a caller that it rings."""
        ...

    def accept(self, session: int, sdp: bytes) -> None:
        """Answer a caller."""
        ...

    def refuse(self, session: int, code: int, headers: Headers = ()) -> None:
        """Refuse a caller."""
        ...

    def cancel(self, session: int) -> None:
        """Give up a call that is not answered."""
        ...

    def hang_up(self, session: int) -> None:
        """End a call."""
        ...

    def answer_offer(self, session: int, sdp: bytes) -> None:
        """Accept what a far end offers in the middle of a call."""
        ...

    def refuse_offer(self, session: int, code: int) -> None:
        """Refuse it."""
        ...

    def refer(self, session: int, to: str) -> None:
        """Ask a far end to call somebody else."""
        ...
