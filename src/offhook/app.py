"""The composition root: puts a node together from its parts; the only file that knows every part.

What differs between a real network and virtual time comes in as `Parts`; everything else is the
same code, so a story test drives the very server that carries calls.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from offhook.api import assembly
from offhook.api.app import Server
from offhook.api.inside import Inside
from offhook.calls.archive import Archive
from offhook.calls.clips import ClipBank
from offhook.calls.exchange import Exchange
from offhook.calls.following import Following
from offhook.calls.gauges import Gauges
from offhook.calls.headroom import Headroom
from offhook.calls.hearing import Hearing
from offhook.calls.limits import Settings
from offhook.calls.listening import Listening
from offhook.calls.mailroom import Mailroom
from offhook.calls.memory import Memory
from offhook.calls.plant import Plant
from offhook.calls.turned_away import TurnedAway
from offhook.clock import Clock
from offhook.console.desk import Contact, Desk
from offhook.console.front import Front
from offhook.console.guard import Door
from offhook.console.house import Console
from offhook.console.house import Parts as ConsoleParts
from offhook.console.instruments import Instruments
from offhook.directory import Directory
from offhook.ids import Ids
from offhook.media.messages import MediaPlane, Report, Sink
from offhook.media.pool import Pool
from offhook.records import Delivery
from offhook.scopes import Offload, TaskOwner
from offhook.sip.endpoint import Endpoint, IncomingCall
from offhook.sip.registrar import Login, Registrar
from offhook.sip.stack import Stack
from offhook.sip.transport import Sockets
from offhook.sip.trunks import accepts, known_addresses
from offhook.speech import Recognizer, Synthesizer
from offhook.store import Store
from offhook.store.files import Files
from offhook.webhooks.channel import Channels
from offhook.webhooks.documents import Documents
from offhook.webhooks.downloads import Downloads
from offhook.webhooks.fetch import Attempt, Courier
from offhook.webhooks.http import HttpClient
from offhook.webhooks.outbox import Outbox
from offhook.webhooks.websocket import WebSockets
from offhook.webrtc import Gateway, NoGateway

SIP_GRACE_S = 4.0  # at shutdown, for goodbyes to be confirmed: three retransmissions
SIP_LOOK_S = 0.05
NO_WEBRTC = "this server takes no WebRTC devices"
OUTBOX_GRACE_S = 5.0  # at shutdown, for webhooks under way


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """What the operator sets for the console."""

    enabled: bool = True
    open: bool = False  # without a login, to browsers on this machine
    secure: bool = False  # browsers reach it by https
    contacts: Sequence[Contact] = ()  # whom the dialler offers


@dataclass(frozen=True, slots=True)
class Parts:
    """What a node is made of."""

    clock: Clock
    ids: Ids
    offload: Offload
    store: Store
    files: Files  # of recordings
    files_offload: Offload
    http: HttpClient
    websockets: WebSockets
    synthesizer: Synthesizer
    sockets: Sockets
    make_media: Callable[[Sink], MediaPlane]
    directory: Callable[[], Directory]  # the one in force now
    calls: Settings
    api: assembly.Settings = field(default_factory=assembly.Settings)
    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    recognizer: Recognizer | None = None  # None: nothing is understood
    hearing_offload: Offload | None = None  # for it alone; None takes `offload`
    login: Login = field(default_factory=Login)  # of phones that register
    gateway: Gateway = field(default_factory=lambda: NoGateway(NO_WEBRTC))
    trunk_addresses: Callable[[], Mapping[str, Collection[str]]] = dict  # of trunks named by host
    fixed: Callable[[], Directory] = Directory  # what of the directory is the configuration file's
    headroom: Headroom = field(default_factory=lambda: Headroom({}))  # what the machine has left


class Node:
    """A running server without its sockets: ASGI application, SIP endpoint, exchange."""

    def __init__(self, parts: Parts) -> None:
        self._tasks = TaskOwner()
        self._headroom = parts.headroom
        self.store = parts.store
        self._turned_away = TurnedAway(
            parts.store.put_incident,
            parts.ids,
            parts.clock,
            parts.directory,
            parts.trunk_addresses,
        )
        self.sip = self._endpoint(parts)
        self.sip_address = "{}:{}".format(*parts.sockets.local("udp"))
        self.media = parts.make_media(self._on_report)
        self.documents = Documents(parts.http, parts.calls.base_url, parts.clock, parts.ids)
        self.courier = Courier(self.documents, parts.directory, parts.clock)
        self.outbox = Outbox(
            self.courier,
            parts.clock,
            self._tasks,
            self._settle,
            self._on_attempt,
            parts.store.flushed,
        )
        self.channels = Channels(parts.websockets)
        self.dictations = TaskOwner()
        self._hearing = Hearing(parts.recognizer, parts.hearing_offload or parts.offload)
        self.archive = Archive(
            parts.store,
            parts.files,
            parts.clock,
            parts.offload,
            parts.files_offload,
            self._hearing,
        )
        self.listening = Listening(self.media)
        self.gauges = Gauges(self.media.send)
        plant = self._plant(parts)
        self.exchange = Exchange(plant)
        self.mailroom = Mailroom(plant, self.exchange.reopen)
        self.following = Following(parts.store, parts.offload)
        self.asgi = self._api(parts)
        self.instruments = self._instruments(parts)
        self.front = self._front(parts)  # what is served: console and API

    def _front(self, parts: Parts) -> ASGIApp:
        gate = self.asgi.gate
        door = Door(
            gate.passwords.user,
            gate.lets,
            parts.directory,
            parts.console.open,
            parts.console.secure,
        )
        prefix = urlsplit(parts.api.public_url or "").path.rstrip("/")
        figures = partial(self._figures, door)
        if not parts.console.enabled:
            return Front(None, prefix, figures, self.asgi)
        desk = Desk(
            parts.clock,
            parts.ids,
            parts.offload,
            self.store,
            self.exchange,
            self.mailroom,
            self.archive,
            self.gauges,
            parts.directory,
            parts.fixed,
            self.documents,
            Inside(self.asgi, parts.directory, parts.ids),
            parts.console.contacts,
            self.instruments,
        )
        console = Console(ConsoleParts(desk, door, gate.tokens.key("console"), prefix))
        return Front(console, prefix, figures, self.asgi)

    def _figures(self, door: Door) -> ASGIApp:
        """Make the page of figures; what it needs is loaded only when somebody asks for it."""
        from offhook.console.metrics import Figures, Metrics

        return Metrics(Figures(self.exchange, self.store, self.instruments), door)

    def _instruments(self, parts: Parts) -> Instruments:
        media = self.media if isinstance(self.media, Pool) else None
        return Instruments(
            lambda: self.asgi.admission.in_flight,
            parts.api.in_flight,
            lambda: self.outbox.open_lanes,
            lambda: media.beats if media else (),
            media.capacity if media else 0,
            lambda phone: self.registrar.state(phone, parts.clock.now()),
            lambda trunk: known_addresses(trunk, parts.trunk_addresses()),
            self._headroom,
        )

    def _api(self, parts: Parts) -> Server:
        world = assembly.World(
            parts.clock,
            parts.ids,
            parts.offload,
            self.archive,
            self.exchange.rooms,
            self.exchange.endpoints,
            parts.store.put_incident,
            parts.store,
            Memory(parts.store, parts.offload),
            self.mailroom,
            self.following,
            lambda: parts.store.healthy,
        )
        return assembly.assemble(self.exchange, parts.directory, parts.api, world)

    def _plant(self, parts: Parts) -> Plant:
        return Plant(
            settings=parts.calls,
            directory=parts.directory,
            clock=parts.clock,
            ids=parts.ids,
            offload=parts.offload,
            store=parts.store,
            courier=self.courier,
            outbox=self.outbox,
            downloads=Downloads(parts.http, parts.clock),
            channels=self.channels,
            synthesizer=parts.synthesizer,
            sip=self.sip,
            sip_host=parts.sockets.local("udp")[0],
            registrar=self.registrar,
            media=self.media,
            clips=ClipBank(self.media),
            listening=self.listening,
            gauges=self.gauges,
            archive=self.archive,
            hearing=self._hearing,
            dictations=self.dictations,
            turned_away=self._turned_away,
            gateway=parts.gateway,
            headroom=parts.headroom,
        )

    def _endpoint(self, parts: Parts) -> Endpoint:
        stack = Stack(
            parts.sockets.local,
            parts.ids,
            accepts=lambda source: accepts(parts.directory(), source, parts.trunk_addresses()),
            on_stranger=self._turned_away.stranger,
        )
        self.registrar = stack.gate.registrar = Registrar(
            stack.core,
            lambda: parts.directory().phones,
            parts.login,
            self._turned_away.phone,
        )
        return Endpoint(stack, parts.sockets, on_call=self._on_call)

    async def start(self) -> None:
        """Take care of what a former process left behind, then listen to SIP."""
        await self.exchange.start()
        self.sip.start()
        if self._headroom.used:  # there are meters
            self._tasks.start(self._headroom.watch(), "headroom")

    async def drain(self) -> None:
        """End calls and deliver their last webhooks; callers are refused meanwhile."""
        await self.exchange.close()
        await self.channels.drain()
        await self.outbox.drain(OUTBOX_GRACE_S)
        self.store.feed.close()

    async def close(self) -> None:
        """Drain what is left, stop listening; the store stays open."""
        await self.drain()
        await self._wait_quiet()
        self.sip.close()
        await self._tasks.close()
        await self.store.flushed()

    async def _wait_quiet(self) -> None:
        """Let the far ends hear the goodbyes, again if one was lost."""
        waited_s = 0.0
        while self.sip.busy and waited_s < SIP_GRACE_S:
            await asyncio.sleep(SIP_LOOK_S)
            waited_s += SIP_LOOK_S

    def _on_call(self, incoming: IncomingCall) -> None:
        self.exchange.on_call(incoming)

    def _on_report(self, report: Report) -> None:
        self.exchange.on_report(report)

    def _on_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        self.exchange.on_attempt(delivery, attempt)

    def _settle(self, delivery: Delivery) -> None:
        self.store.settle(delivery)
