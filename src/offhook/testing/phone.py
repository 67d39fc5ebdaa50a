"""Telephones: SIP user agents with ears, a mouth and keys, all on one SIP address.

They share one endpoint and one media engine, so that a thousand phones are a thousand rows. What a
phone does when it is called is its behaviour: a coroutine function of the call.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offhook.hooks import Credentials
from offhook.ids import Ids
from offhook.media.local import LocalMedia
from offhook.media.messages import Heard, Report, Sink
from offhook.media.packets import Ports
from offhook.media.recorder import Recordings
from offhook.scopes import TaskOwner, background
from offhook.sip.endpoint import Endpoint, IncomingCall, OutgoingCall
from offhook.sip.message import Request
from offhook.sip.session import Session
from offhook.sip.stack import Stack
from offhook.sip.transactions import Transaction
from offhook.sip.transport import Address, Sockets
from offhook.sip.uri import Uri
from offhook.testing.damage import SOUND, DamagedPorts
from offhook.testing.ears import Ears
from offhook.testing.handset import CallOverError, Handset

Behaviour = Callable[[Handset], Coroutine[Any, Any, None]]
MakeMedia = Callable[[Ports, Sink, random.Random, int, Recordings | None], LocalMedia]
Headers = tuple[tuple[str, str], ...]


def answers(after_s: float = 0.0, *, rings: bool = True) -> Behaviour:
    """Ring, if wanted, and answer after some seconds."""

    async def behave(call: Handset) -> None:
        if rings:
            call.ring()
        await asyncio.sleep(after_s)
        await call.answer()

    return behave


def refuses(code: int, after_s: float = 0.0, *, rings: bool = False) -> Behaviour:
    """Refuse with a SIP status, after some seconds."""

    async def behave(call: Handset) -> None:
        if rings:
            call.ring()
        await asyncio.sleep(after_s)
        call.refuse(code)

    return behave


async def only_rings(call: Handset) -> None:
    """Ring and never answer."""
    call.ring()


async def ignores(call: Handset) -> None:
    """Take the INVITE and do nothing about it, not even ring."""


busy = refuses(486)


@dataclass(frozen=True, slots=True)
class Referral:
    """What a phone says when it is sent elsewhere with a REFER (RFC 3515)."""

    answer: int
    news: tuple[tuple[float, int], ...] = ()  # NOTIFYs: seconds after the one before, and a status

    async def tell(self, call: Handset) -> None:
        """Tell how the new call fares; it is not really made."""
        for after_s, status in self.news:
            await asyncio.sleep(after_s)
            call.notify(status)


NO_REFERRAL: Final = Referral(405)


class Phone:
    """One telephone number and its calls."""

    def __init__(self, phones: "Phones", number: str) -> None:
        self.number = number
        self.behaviour: Behaviour = answers()
        self.referral = NO_REFERRAL
        self.telephone_events = True  # RFC 4733; False: keys are tones in the sound
        self.codecs: Sequence[str] = ("PCMU", "PCMA")  # offered when it dials
        self.listens = True  # keeps what it hears
        self.talks = True  # False: sends no RTP
        self.damage = SOUND  # what its line does to sound
        self.credentials: Credentials | None = None  # for a server that it registers at
        self.calls: list[Handset] = []  # in the order they began
        self._phones = phones
        self._rang = asyncio.Event()

    @property
    def call(self) -> Handset:
        """The latest call."""
        return self.calls[-1]

    async def wait_call(self, count: int = 1) -> Handset:
        """Wait for the first (second, …) call that comes in or is dialled."""
        while len(self.calls) < count:
            self._rang.clear()
            await self._rang.wait()
        return self.calls[count - 1]

    async def dial(
        self, number: str, *, headers: Headers = (), display: str | None = None
    ) -> Handset:
        """Call a number of the server; returns when the INVITE has left."""
        server, home = self._phones.server, self._phones.home
        to_uri = f"sip:{number}@{server.host}:{server.port}"
        from_uri = f"sip:{self.number}@{home}"

        def make(sdp: bytes) -> OutgoingCall:
            return OutgoingCall(
                to_uri, from_uri, to_uri, sdp, server, display, self.credentials, headers
            )

        call = self._phones.handset(self)
        await call.dial(make, self.codecs)
        return call

    def add(self, call: Handset) -> None:
        """Take a new call into the list."""
        call.listens = self.listens
        call.talks = self.talks
        call.telephone_events = self.telephone_events
        call.damage = self.damage
        self.calls.append(call)
        self._rang.set()


class Phones:
    """All phones of one SIP address: one endpoint, one media engine."""

    def __init__(
        self,
        sockets: Sockets,
        ports: Ports,
        rng: random.Random,
        server: Address,
        capacity: int = 64,  # calls at once
        make_media: MakeMedia = LocalMedia,
    ) -> None:
        self.server = server  # where dialled calls go
        self.home = ":".join(map(str, sockets.local(server.transport)))
        stack = Stack(sockets.local, Ids(rng), accepts=lambda _: True)
        stack.extensions["REFER"] = self._on_refer
        self._core = stack.core
        self.endpoint = Endpoint(stack, sockets, on_call=self._on_call)
        self._ears = Ears()
        self._ports = DamagedPorts(ports, rng, lambda: asyncio.get_running_loop().time())
        self._media = make_media(self._ports, self._on_report, rng, capacity, self._ears)
        self._phones: dict[str, Phone] = {}
        self._handsets: dict[str, Handset] = {}
        self._tasks = TaskOwner()
        self._unplugged = False

    def start(self) -> None:
        """Plug the telephones in."""
        self._media.start()
        self.endpoint.start()

    async def close(self) -> None:
        """Hang up everywhere and unplug; who calls meanwhile is refused."""
        self._unplugged = True
        for call in self.live:
            call.hang_up()
        await self._tasks.close()
        self.endpoint.close()
        await self._media.close()

    @property
    def live(self) -> list[Handset]:
        """The calls that are not over."""
        return [call for call in self._handsets.values() if call.end is None]

    def phone(self, number: str) -> Phone:
        """Return the phone with this number, a new one if there is none yet."""
        if number not in self._phones:
            self._phones[number] = Phone(self, number)
        return self._phones[number]

    def handset(self, phone: Phone, invite: IncomingCall | None = None) -> Handset:
        """Return a new call of a phone."""
        leg = f"{phone.number}/{len(phone.calls) + 1}"
        call = Handset(self.endpoint, self._media, leg, self._ears, invite)
        call.ports, self._handsets[leg] = self._ports, call
        phone.add(call)
        return call

    def _on_call(self, invite: IncomingCall) -> None:
        """Let the phone that is called behave; nobody has the number: 404."""
        if self._unplugged:
            self.endpoint.refuse(invite.session, 480)
            return
        number = Uri.parse(invite.target).user or ""
        phone = self._phones.get(number)
        if phone is None:
            self.endpoint.refuse(invite.session, 404)
            return
        call = self.handset(phone, invite)
        self.endpoint.attach(invite.session, call.on_fact)
        self._tasks.start(_behave(phone.behaviour, call), f"phone {call.leg}")

    def _on_refer(self, session: Session, request: Request, tx: Transaction) -> None:
        """Do with a REFER what the phone has in mind."""
        found = (each for each in self.live if each.session == session.number)
        if (call := next(found, None)) is None:
            self._core.answer(tx, 603)  # it has just hung up
            return
        plan = self._phones[call.leg.partition("/")[0]].referral
        self._core.answer(tx, plan.answer, (session.contact(),))
        call.referred(request.get("Refer-To") or "")
        self._tasks.start(_behave(plan.tell, call), f"referral of {call.leg}")

    def _on_report(self, report: Report) -> None:
        if not isinstance(report, Heard):  # nobody listens in to a telephone
            self._handsets[report.leg].on_report(report)


async def _behave(behaviour: Behaviour, call: Handset) -> None:
    """Run a behaviour beside its call; what it still waits for when the call is over is void."""
    with contextlib.suppress(CallOverError):
        async with background(behaviour(call)):
            await call.wait("ended")
