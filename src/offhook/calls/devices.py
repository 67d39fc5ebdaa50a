"""The line on which calls reach a device of an endpoint.

To a leg a device is a far end like any other: it is invited, answers or refuses, and hangs up. It
talks to one call at a time.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from offhook.facts import Answered, FarEndHungUp, Referred, Refused, Ringing, Unreachable
from offhook.sip.endpoint import OutgoingCall, Sink, Tap
from offhook.sip.offer import LocalMedia, accept, offer
from offhook.webrtc import Gateway, Plain

DECLINE = (603, "Decline")
BUSY = (486, "Busy Here")
Tell = Callable[[Mapping[str, Any]], None]  # a message to the device; never blocks


@dataclass(slots=True)
class Use:
    """The call that a device talks to, or is asked to talk to."""

    session: int
    sink: Sink
    call: OutgoingCall  # its target is the id of the call
    talking: bool = False


class DeviceLine:
    """The signalling of one device (signalling.py: Signalling)."""

    def __init__(self, device_id: str, endpoint_id: str, gateway: Gateway, tell: Tell) -> None:
        self.device_id = device_id
        self.endpoint_id = endpoint_id
        self.manual = False  # somebody has to lift the receiver
        self.plain: Plain | None = None  # where its sound is, once it has been offered an answer
        self.publishing = False
        self._gateway = gateway
        self._tell = tell
        self._use: Use | None = None
        self._sessions = 0

    @property
    def taken_by(self) -> str | None:
        """The call that has it, if one does."""
        return self._use.call.target if self._use else None

    @property
    def obstacle(self) -> str | None:
        """Why no call can have it now; None if one can."""
        if not self.publishing:
            return "its device publishes no media"
        return f"its device belongs to call {self.taken_by}" if self._use else None

    # what a leg asks for

    def invite(self, call: OutgoingCall, sink: Sink, tap: Tap | None = None) -> int:
        """Ask the device to talk to a call; one that answers by itself does so at once."""
        del tap  # there are no SIP messages
        self._sessions += 1
        use = Use(self._sessions, sink, call)
        asyncio.get_running_loop().call_soon(self._ask, use)
        return use.session

    def _ask(self, use: Use) -> None:
        if self._use is not None or not self.publishing:
            use.sink(Refused(*BUSY) if self._use else Unreachable("the device has left"))
            return
        self._use = use
        self._tell({"type": "call", "callId": use.call.target, "from": use.call.from_uri})
        use.sink(Ringing(180))
        if not self.manual:
            self.lift()

    def cancel(self, session: int) -> None:
        """Tell the device that it is asked no more."""
        self.hang_up(session)

    def hang_up(self, session: int) -> None:
        """Tell the device that the call is over."""
        if self._use is not None and self._use.session == session:
            self._finish()

    def refer(self, session: int, to: str) -> None:
        """Fail: a device cannot be sent elsewhere."""
        del to
        if self._use is not None and self._use.session == session:
            self._use.sink(Referred(405, None))

    def call_id(self, session: int) -> str:
        """Return nothing: no SIP dialogue has a name."""
        del session
        return ""

    # a device never calls, and never changes its media in the middle of a call

    def attach(self, *_: object) -> NoReturn:
        """Never."""
        raise AssertionError(self.device_id)

    ring = accept = refuse = answer_offer = refuse_offer = attach

    # what the gateway and the device say

    def connected(self) -> None:
        """Tell the device that it is there."""
        self._tell({"type": "connected"})

    def lift(self) -> None:
        """Talk to the call that asks."""
        use, plain = self._use, self.plain
        if use is None or use.talking or plain is None:
            return
        use.talking = True
        far = accept(use.call.sdp)
        self._gateway.attach(self.device_id, far.host, far.rtp_port, far.rtcp_port)
        here = LocalMedia(plain.host, plain.rtp_port, plain.rtcp_port, use.session, 1)
        use.sink(Answered(offer(here, codecs=(plain.codec,))))
        self._tell({"type": "talking", "callId": use.call.target})

    def hang(self) -> None:
        """Leave the call, or refuse it."""
        if (use := self._use) is not None:
            self._finish()
            use.sink(FarEndHungUp() if use.talking else Refused(*DECLINE))

    def leave(self, reason: str) -> None:
        """Be gone: what it talked to ends."""
        self.publishing = False
        if (use := self._use) is not None:
            self._finish()
            use.sink(FarEndHungUp() if use.talking else Unreachable(reason))

    def _finish(self) -> None:
        use, self._use = self._use, None
        assert use is not None
        if use.talking:
            self._gateway.detach(self.device_id)
        self._tell({"type": "ended", "callId": use.call.target})
