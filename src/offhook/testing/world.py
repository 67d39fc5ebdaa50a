"""A whole voice server in one process and in virtual time: real code, no sockets, no waiting.

A `World` is a node of Offhook with an account, a number and a trunk; a scripted application; and
phones at the far end of the trunk. When it is left, every call must have come to its end: one final
state, one `disconnect`, no media row, no SIP transaction and no task.
"""

import asyncio
import os
import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from offhook.api import assembly
from offhook.app import ConsoleSettings, Node, Parts
from offhook.calls.limits import Settings
from offhook.directory import Directory, merged
from offhook.ids import Ids
from offhook.media.messages import MediaPlane, Sink
from offhook.requests import CallFilter, ConferenceFilter
from offhook.scopes import InlineOffload
from offhook.sip.transport import Address, Sockets
from offhook.speech import Recognizer
from offhook.store import Store
from offhook.store.files import Folder
from offhook.testing import conferences, fixtures, invariants
from offhook.testing.app import Answer, App, Received
from offhook.testing.asgi import AsgiClient, Rest
from offhook.testing.browser import Browser, Browsers
from offhook.testing.conferences import RoomEvidence
from offhook.testing.fixtures import NUMBER, PARTY, SERVER, TRUNK
from offhook.testing.handset import Handset
from offhook.testing.hearing import ReadingEar
from offhook.testing.invariants import Evidence
from offhook.testing.loop import EPOCH, running_loop
from offhook.testing.mains import Mains, PluggedHttp, PluggedSockets, PluggedStore
from offhook.testing.memory import URL, memory_store
from offhook.testing.network import Network
from offhook.testing.paths import GOOD, Quality
from offhook.testing.phone import Headers, Phone, Phones
from offhook.testing.stillness import House, StillMedia
from offhook.testing.voice import ToneVoice
from offhook.timeline import line
from offhook.webhooks.http import HttpClient

ON_THE_WAY_S = 0.5  # for what has been sent when a story ends: it still arrives
SETTLE_S = 60.0  # for calls to end and webhooks to be delivered, once all phones have hung up
SETTLE_STEP_S = 0.1
DRAFTS = {".draft", ".made"}  # of files that nobody keeps
CALLS_TOLD = 5  # when something goes wrong
SIP_TIMERS_S = 120.0  # 2xx, its missing ACK and the BYE that follows: 32 s each (RFC 3261 17)


@dataclass(frozen=True, slots=True)
class Talk:
    """A call under test: its id, and the telephone at its other end."""

    world: "World"
    call_id: str
    phone: Handset

    async def disconnect(self) -> dict[str, Any]:
        """Wait for the call's `disconnect` event and return it."""
        return await self.wait_event("disconnect")

    async def wait_event(self, kind: str, *, count: int = 1) -> dict[str, Any]:
        """Wait for an event of this call."""
        return await self.world.app.wait_event(kind, count=count, callId=self.call_id)

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return the events of this call so far."""
        return self.world.app.events(kind, callId=self.call_id)

    async def state(self) -> dict[str, Any]:
        """Return the call as REST shows it."""
        answer = await self.world.rest.get_call(self.call_id)
        assert answer.status == 200, answer
        state: dict[str, Any] = answer.json()
        return state


class World:
    """The server and everything around it; an asynchronous context manager."""

    make_voice: Callable[[], ToneVoice] = ToneVoice  # for subclasses to change
    make_recognizer: type[Recognizer] | None = ReadingEar  # so is this

    def __init__(
        self,
        *,
        seed: int | None = None,  # None goes on from the seed of the loop
        quality: Quality = GOOD,
        settings: Settings | None = None,
        capacity: int = 64,  # calls at once
        mains: Mains | None = None,  # that of a server that dies in mid-run, and may `restart`
        store_url: str = URL,  # in memory, and so gone with its server
    ) -> None:
        loop = running_loop()
        self.rng = loop.rng if seed is None else random.Random(seed)  # noqa: S311  # see loop.py
        self.clock = loop.clock
        self.network = Network(loop.time, self.rng, quality, {fixtures.TRUNK_NAME: TRUNK})
        self.house = House(self.network.wire)  # where silence is passed over
        self.app = App()
        self.voice = self.make_voice()
        self.directory = fixtures.directory()
        self.mains = mains
        self._killed = False
        self._store_url = store_url
        self.recognizer = self.make_recognizer() if self.make_recognizer else None
        # where media of recordings is; it is made when there is one
        self.recordings = Path(tempfile.gettempdir()) / f"offhook-{os.getpid()}-{id(self)}"
        self.ports = self.network.ports(SERVER)
        self.ports.legs_per_socket = 64  # as where the system can; media tests do without
        self.sockets = self.network.sip_sockets(SERVER)
        self.phones = Phones(
            self.network.sip_sockets(TRUNK),
            self.network.ports(TRUNK),
            self.rng,
            Address("udp", SERVER, 5060),
            capacity,
            partial(StillMedia, self.house),
        )
        self.browsers = Browsers(self.network, self.rng, lambda: self.node.asgi)
        self._capacity = capacity
        self._settings = settings or Settings(fixtures.API_URL)
        self._build()

    @property
    def now(self) -> float:
        """The virtual time in seconds."""
        return self.clock.now()

    def phone(self, number: str = PARTY) -> Phone:
        """Return the phone at the far end that has this number."""
        return self.phones.phone(number)

    def change_account(self, **changes: Any) -> None:
        """Change fields of the account, such as `sessions=1`."""
        changed = [replace(each, **changes) for each in self.directory.accounts.values()]
        self.directory = merged(self.directory, Directory(changed))

    async def create_call(self, **fields: object) -> str:
        """Place a call to the party's number, or as the fields say; return its id."""
        request: dict[str, object] = {
            "to": PARTY,
            "from": NUMBER,
            "applicationId": fixtures.APPLICATION_ID,
            "answerUrl": fixtures.ANSWER_URL,
            "disconnectUrl": fixtures.STATUS_URL,
        }
        answer = await self.rest.create_call(**{**request, **fields})
        assert answer.status == 201, answer
        call_id: str = answer.json()["callId"]
        return call_id

    async def answered(self, *answers: Answer, **fields: object) -> Talk:
        """Place a call whose answer webhook gets these answers; return when it is answered."""
        if answers:
            self.app.on(fixtures.ANSWER_URL, *answers)
        phone = self.phone(str(fields.get("to", PARTY)))
        count = len(phone.calls)
        call_id = await self.create_call(**fields)
        call = await phone.wait_call(count + 1)
        await call.wait("answered")
        return Talk(self, call_id, call)

    async def calling(self, *answers: Answer, to: str = NUMBER, headers: Headers = ()) -> Talk:
        """Let the party call the account, whose initiate webhook gets these answers."""
        if answers:
            self.app.on(fixtures.INITIATE_URL, *answers)
        count = len(self.app.events("initiate"))
        call = await self.phone().dial(to, headers=headers)
        event = await self.app.wait_event("initiate", count=count + 1)
        return Talk(self, event["callId"], call)

    async def endpoint(self, **fields: object) -> tuple[str, str]:
        """Create an endpoint; return its id and its token."""
        answer = await self.rest.create_endpoint(**fields)
        assert answer.status == 201, answer
        made = answer.json()["data"]
        return made["endpointId"], made["token"]

    async def browser(self, token: str, **how: Any) -> Browser:
        """Open a browser that becomes a device of the endpoint; return it connected."""
        browser = self.browsers.open()
        await browser.connect(token, **how)
        return browser

    async def restart(self) -> None:
        """Kill the server and start it again on what its store has."""
        assert self.mains is not None, "a server without mains of its own cannot be killed"
        self._killed = True
        self.mains.off.set()
        await self._media.close()
        await self.node.close()  # takes its time, and nobody hears of it
        self.sockets.close()
        self.store.close()
        self.mains = Mains()
        self.sockets = self.network.sip_sockets(SERVER)
        self._build()
        self._media.start()
        await self.node.start()

    async def __aenter__(self) -> Self:
        fixtures.serve(self.app)
        self.phones.start()
        self._media.start()
        self.browsers.start()
        await self.node.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                await self._settle()
            else:
                error.add_note(self.story())
        except BaseException as fault:
            fault.add_note(self.story())
            raise
        finally:
            await self.node.close()
            await self.phones.close()
            await self.browsers.close()
            await self._media.close()
            self.store.close()
            shutil.rmtree(self.recordings, ignore_errors=True)

    async def _settle(self) -> None:
        """Hang up everywhere, wait for the end of everything and look at what is left."""
        await asyncio.sleep(ON_THE_WAY_S)
        for call in self.phones.live:
            call.hang_up()
        self.browsers.leave()
        exchange, outbox, takes = self.node.exchange, self.node.outbox, self.node.archive.takes
        texts = self.node.archive.scribe
        rooms = exchange.rooms
        channels = self.node.channels
        alive = (exchange.calls, rooms, takes, texts, channels, self.node.dictations)
        await _until(lambda: not (any(alive) or outbox.open_lanes), SETTLE_S)
        assert not exchange.calls, f"calls that do not end: {list(exchange.calls)}"
        left = {
            "a conference does not end": rooms,
            "a recording is not finished": takes,
            "a text is not finished": texts,
            "a WebSocket is not closed": channels,
            "webhooks are still under way": outbox.open_lanes,
        }
        assert not [fault for fault, found in left.items() if found]
        await self.store.flushed()
        faults = [
            f"{evidence.record.call_id}: {fault}"
            for evidence in self.evidence()
            for fault in invariants.faults(evidence)
        ]
        faults += [
            f"{evidence.record.conference_id}: {fault}"
            for evidence in self.room_evidence()
            for fault in conferences.faults(evidence)
        ]
        assert not faults, "\n".join(faults)
        assert not self.store.unfinished_recordings(), "a recording is processed for ever"
        drafts = [path.name for path in self.recordings.glob("*") if path.suffix in DRAFTS]
        assert not drafts, f"files are left: {drafts}"
        assert not self.node.listening, "somebody listens to a call that is over"
        assert not self.node.gauges, "somebody looks at a call that is over"
        assert self.ports.open_count == 0, "the server has not given back all its ports"
        assert exchange.sessions.total == 0, "session slots are not given back"
        assert not exchange.tasks, "the exchange still has tasks"
        assert not exchange.rooms.tasks, "the rooms still have tasks"
        await self._media.close()
        ends = (self.node.sip, self.phones.endpoint)
        await _until(lambda: not any(end.unfinished for end in ends), SIP_TIMERS_S)
        assert not any(end.unfinished for end in ends), "a SIP session or transaction is not over"

    def evidence(self) -> list[Evidence]:
        """Return what is known of each call, in the order they began."""
        dialogues = invariants.dialogues(self.network.messages)
        requests = self._requests()
        return [
            Evidence(
                record,
                self.store.events(record.call_id),
                self.store.deliveries(record.call_id),
                sorted(requests[record.call_id], key=_moment),
                dialogues.get(record.sip_call_id or "", []),
                SERVER,
                self._killed,
            )
            for record in self.store.calls(fixtures.ACCOUNT_ID, CallFilter(limit=100_000))
        ]

    def room_evidence(self) -> list[RoomEvidence]:
        """Return what is known of each conference, in the order they began."""
        requests = self._requests()
        everything = ConferenceFilter(limit=100_000)
        return [
            RoomEvidence(
                record,
                self.store.events(record.conference_id),
                self.store.deliveries(record.conference_id),
                sorted(requests[record.conference_id], key=_moment),
                self._killed,
            )
            for record in self.store.conferences(fixtures.ACCOUNT_ID, everything)
        ]

    def _requests(self) -> dict[str, list[Received]]:
        """Return the webhooks of each call and conference, as they came."""
        requests: dict[str, list[Received]] = defaultdict(list)
        for request in self.app.received + self.app.refused:
            event = request.event
            if "eventType" in event:  # those of endpoints have another form
                requests[event.get("conferenceId") or event.get("callId", "")].append(request)
        return requests

    def story(self) -> str:
        """Return the time lines of the latest calls, for whoever wonders what went wrong."""
        records = self.store.calls(fixtures.ACCOUNT_ID, CallFilter(limit=100_000))
        return "\n".join(
            f"{record.call_id}\n"
            + "\n".join(line(event, EPOCH) for event in self.store.events(record.call_id))
            for record in records[-CALLS_TOLD:]
        )

    def _build(self) -> None:
        """Put the server together, and a client in front of it."""
        mains = self.mains
        self.store: Store
        if mains is not None:
            self.store = PluggedStore(self._store_url, self.clock, mains)
        elif self._store_url == URL:
            self.store = memory_store(self.clock)
        else:
            self.store = Store.open(self._store_url, self.clock, threaded=False)
        self.node = self._node(
            PluggedHttp(self.app, mains) if mains else self.app,
            PluggedSockets(self.sockets, mains) if mains else self.sockets,
        )
        client = AsgiClient(self.node.asgi)
        self.rest = Rest(client, fixtures.ACCOUNT_ID, fixtures.USER, fixtures.PASSWORD)

    def _node(self, http: HttpClient, sockets: Sockets) -> Node:
        def make_media(sink: Sink) -> MediaPlane:
            self._media = StillMedia(self.house, self.ports, sink, self.rng, self._capacity)
            return self._media

        return Node(
            Parts(
                clock=self.clock,
                ids=Ids(self.rng),
                offload=InlineOffload(),
                store=self.store,
                files=Folder(self.recordings),
                files_offload=InlineOffload(),
                http=http,
                websockets=self.app.sockets,
                synthesizer=self.voice,
                recognizer=self.recognizer,
                sockets=sockets,
                make_media=make_media,
                directory=lambda: self.directory,
                fixed=lambda: self.directory,
                calls=self._settings,
                api=assembly.Settings(fixtures.API_URL),
                gateway=self.browsers.gateway,
                console=ConsoleSettings(open=True),
            )
        )


async def _until(condition: Callable[[], bool], patience_s: float) -> None:
    """Wait for something that tells nobody when it happens, but not for ever."""
    for _ in range(round(patience_s / SETTLE_STEP_S)):
        if condition():
            return
        await asyncio.sleep(SETTLE_STEP_S)


def _moment(request: Received) -> tuple[float, str, bool]:
    """Order requests; of those at one instant nobody knows whether the refused ones were first."""
    event = request.event
    return request.at, event["eventTime"], event["eventType"] in invariants.GOODBYES
