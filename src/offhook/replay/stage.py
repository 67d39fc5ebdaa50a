"""The stage: a whole server in virtual time, and a telephone that does what was recorded."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, cast

from offhook.app import Node
from offhook.calls.limits import Settings
from offhook.clock import Clock
from offhook.directory import Account, Application, Directory, Number, Trunk
from offhook.errors import ApiError
from offhook.hooks import Hook, Target
from offhook.records import Direction, Event
from offhook.replay import inputs
from offhook.replay.bridge import Bridge
from offhook.replay.inputs import Input
from offhook.replay.steps import durations, is_point
from offhook.replay.tape import Tape
from offhook.requests import CallFilter, OutboundRequest
from offhook.scopes import TaskOwner, background
from offhook.sip.grammar import SipSyntaxError
from offhook.sip.transport import Sockets
from offhook.sip.uri import Uri
from offhook.speech.pico import Voices
from offhook.testing import sound
from offhook.testing.fixtures import TRUNK
from offhook.testing.handset import CallOverError, Handset
from offhook.testing.hearing import ReadingEar
from offhook.testing.loop import run as run_virtually
from offhook.testing.loop import running_loop
from offhook.testing.phone import ignores
from offhook.testing.voice import ToneVoice
from offhook.testing.words import speak
from offhook.testing.world import World
from offhook.webhooks.http import HttpClient

LOOK_S = 0.1
PATIENCE_S = 90.0  # after the recorded end, for a script that goes on
LIMIT_S = 8 * 86_400.0
SPEECH_HZ = (210.0, 430.0, 1250.0)  # what speech sounds like whose words are not known
PLUMBING = """
    via max-forwards from to call-id cseq contact allow supported user-agent content-type
    content-length route record-route session-expires min-se authorization proxy-authorization
    accept require proxy-require expires date
"""  # headers of an INVITE that belong to its way, not to the call
IsOver = Callable[[Sequence[Event], bool], bool]  # of the log so far, and whether it is whole


class Stage(World):
    """A server like the recorded one, around which nothing but the app is real."""

    make_voice = staticmethod(lambda: cast(ToneVoice, Voices()))  # speaks as long as the real one

    def __init__(self, tape: Tape, account: Account, bridge: Bridge) -> None:
        loop = running_loop()
        start = Clock().wall()
        loop.clock = Clock(loop.time, lambda: start + loop.time())
        self._tape = tape
        self._bridge = bridge
        understood = any(event.kind == "speech.listening" for event in tape.events)
        self.make_recognizer = ReadingEar if understood else None
        super().__init__(settings=Settings(_base_url(tape)))
        self.directory = _directory(tape, account)

    def evidence(self) -> list[Any]:
        """Return none: the app is not ours to be judged."""
        return []

    def room_evidence(self) -> list[Any]:
        """Return none."""
        return []

    def _node(self, http: HttpClient, sockets: Sockets) -> Node:
        return super()._node(self._bridge, sockets)


@dataclass(frozen=True, slots=True)
class Played:
    """What has happened on the stage."""

    events: list[Event]
    legs: list[list[Event]]  # of the recorded legs, in their order; empty where none came
    whole: bool  # all has ended


async def play(tape: Tape, account: Account, bridge: Bridge, is_over: IsOver) -> Played:
    """Run the call again until it has ended, or `is_over`."""
    async with Stage(tape, account, bridge) as stage:
        bridge.delays = durations(_all_events(tape))
        player = Player(stage, tape)
        legs = _legs(player, stage, tape) if tape.whole else []
        await player.begin()
        async with AsyncExitStack() as stack:
            for each in (player, *legs):
                await stack.enter_async_context(background(each.perform()))
            whole = await player.watch(is_over)
        return Played(player.log(), [leg.log() for leg in legs], whole)


def _all_events(tape: Tape) -> list[Event]:
    events = [event for each in (tape, *tape.legs) for event in each.events]
    return sorted(events, key=lambda event: event.at)


def _legs(player: "Player", stage: "Stage", tape: Tape) -> "list[Leg]":
    """Return who plays the recorded legs; their telephones wait for the tape to tell them."""
    counts: Counter[str] = Counter()
    found = []
    for leg in tape.legs:
        stage.phone(leg.call.to).behaviour = ignores
        counts[leg.call.to] += 1
        found.append(Leg(stage, leg, player, counts[leg.call.to]))
    return found


def run(tape: Tape, account: Account, bridge: Bridge, is_over: IsOver) -> Played:
    """Do that in virtual time."""
    return run_virtually(play(tape, account, bridge, is_over), limit_s=LIMIT_S)


class Player:
    """The far end, and REST."""

    def __init__(self, stage: Stage, tape: Tape) -> None:
        self._stage = stage
        self._tape = tape
        self._handset: Handset
        self._call_id = ""
        self._speech = TaskOwner()
        self._log: list[Event] = []

    async def begin(self) -> None:
        """Place the call, or have it come in."""
        call = self._tape.call
        if call.direction is Direction.INBOUND:
            await self._dial()
            return
        phone = self._stage.phone(_user(call.to))
        phone.behaviour = ignores  # what it does comes from the tape
        phone.telephone_events = not self._is_inband()
        assert call.hook is not None
        request = OutboundRequest(
            application_id=call.application_id,
            to=_reachable(call.to),
            from_=call.from_,
            answer=call.hook,
            disconnect=call.status,
            call_timeout_s=call.call_timeout_s,
            callback_timeout_s=call.callback_timeout_s,
            priority=call.priority,
            tag=call.tag,
            display_name=call.display_name,
            privacy=call.privacy,
            uui=call.uui,
            machine_detection=call.machine_detection,
        )
        account = self._stage.directory.accounts[call.account_id]
        placed = await self._stage.node.exchange.create(account, request)
        self._call_id = placed.call_id
        self._handset = await phone.wait_call()

    async def _dial(self) -> None:
        call, stage = self._tape.call, self._stage
        phone = stage.phone(_user(call.from_))
        phone.telephone_events = not self._is_inband()
        display, headers = _invite(self._tape.events)
        self._handset = await phone.dial(_user(call.to), headers=headers, display=display)
        while not (found := stage.store.calls(call.account_id, CallFilter())):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)
        self._call_id = found[0].call_id

    async def perform(self) -> None:
        """Do what came from outside."""
        await self.act(inputs.of(self._tape))

    @property
    def call_id(self) -> str:
        """The call's id of now; blank before there is one."""
        return self._call_id

    def _is_inband(self) -> bool:
        return any(e.kind == "media.digit" and e.data["inband"] for e in self._tape.events)

    def log(self) -> list[Event]:
        """Return what has happened so far."""
        if not self._call_id:
            return []
        after = self._log[-1].number if self._log else 0
        self._log += self._stage.store.events(self._call_id, after)
        return self._log

    async def watch(self, is_over: IsOver) -> bool:
        """Wait for the end of call and webhooks (True), for `is_over`, or for too long."""
        loop = asyncio.get_running_loop()
        limit = loop.time() + self._tape.duration_s + PATIENCE_S
        told = -1
        while loop.time() < limit:
            await asyncio.sleep(LOOK_S)
            whole, log = self._is_whole(), self.log()
            if whole or (len(log) > told and is_over(log, whole)):
                return whole
            told = len(log)
        return False

    def _is_whole(self) -> bool:
        node = self._stage.node
        return not (node.exchange.calls or node.outbox.open_lanes or node.archive.takes)

    async def act(self, acts: Sequence[Input]) -> None:
        """Do one after the other what came from outside."""
        try:
            with contextlib.suppress(CallOverError):
                for each in acts:
                    await self._wait_for(each)
                    with contextlib.suppress(ApiError):  # REST is refused: the call has gone on
                        await self._do(each.act)
                await self._speech.close(LIMIT_S)  # what is being said is said to its end
        finally:
            await self._speech.close()

    async def _wait_for(self, each: Input) -> None:
        while len(points := list(filter(is_point, self.log()))) < each.points:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)
        clock = self._stage.clock
        at = points[each.points - 1].at if each.points else clock.wall()
        await asyncio.sleep(max(0.0, at + each.after_s - clock.wall()))

    async def _do(self, act: inputs.Act) -> None:
        phone = self._handset
        match act:
            case inputs.Ring(code=code, early=early):
                await phone.early() if early else phone.ring(code)
            case inputs.Answer():
                await phone.answer()
            case inputs.Refuse(code=code):
                phone.refuse(code)
            case inputs.HangUp():
                phone.hang_up()
            case inputs.Key(digit=digit):
                await phone.press(digit)
            case inputs.Speak(duration_s=seconds, words=words):
                said = speak(words) if words else sound.tone(SPEECH_HZ, seconds, 0.1)
                self._speech.start(_say(phone, said), "speech")
            case _:
                await self._ask(act)

    async def _ask(self, act: inputs.Redirect | inputs.Rescript | inputs.Complete) -> None:
        exchange, account = self._stage.node.exchange, self._tape.call.account_id
        match act:
            case inputs.Redirect(url=url):
                await exchange.redirect(account, self._call_id, Hook(Target(url)), None)
            case inputs.Rescript(text=text):
                await exchange.rescript(account, self._call_id, text.encode(), None)
            case inputs.Complete():
                await exchange.complete(account, self._call_id)


class Leg(Player):
    """The far end of a call that the main one places, the `nth` to its number."""

    def __init__(self, stage: Stage, tape: Tape, main: Player, nth: int) -> None:
        super().__init__(stage, tape)
        self._main = main
        self._nth = nth

    async def perform(self) -> None:
        """Wait to be called, then do what came from outside."""
        call, store = self._tape.call, self._stage.store
        phone = self._stage.phone(call.to)
        phone.telephone_events = not self._is_inband()
        self._handset = await phone.wait_call(self._nth)
        calls = [
            each.call_id
            for each in store.calls(call.account_id, CallFilter(to=call.to))
            if each.parent_call_id == self._main.call_id
        ]
        if len(calls) >= self._nth:
            self._call_id = calls[self._nth - 1]
            await super().perform()
        await asyncio.Event().wait()  # who watches ends this


async def _say(phone: Handset, said: sound.Pcm) -> None:
    with contextlib.suppress(CallOverError):
        await phone.say(said)


def _base_url(tape: Tape) -> str:
    """Return what the recorded server told of its own address."""
    for event in tape.events:
        url, found, _ = event.data.get("body", "").partition("/api/v2/accounts/")
        if found:
            return str(url.rpartition('"')[2])
    return "http://127.0.0.1:8080"


def _directory(tape: Tape, account: Account) -> Directory:
    call = tape.call
    application = Application(
        call.application_id, account.id, "replayed", call.hook, call.status, call.status_fallback
    )
    free = replace(account, cps=1000.0, sessions=10_000, suspended=False, voice_enabled=True)
    numbers = [Number(each, call.application_id) for each in {_user(call.to), call.to}]
    return Directory([free], [], [application], numbers, [Trunk("trunk", TRUNK)])


def _user(party: str) -> str:
    """Return the user of a SIP URI; a number as it is."""
    try:
        return Uri.parse(party).user or party
    except SipSyntaxError:
        return party


def _reachable(party: str) -> str:
    """Return a party of the virtual network: all SIP URIs lead to its one trunk."""
    return f"sip:{_user(party)}@{TRUNK}" if party.lower().startswith(("sip:", "sips:")) else party


def _invite(events: Sequence[Event]) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """Return display name and headers of the INVITE that came in, but those of its way."""
    received = (e.data["message"] for e in events if e.kind == "sip.received")
    message = next((each for each in received if each.startswith("INVITE ")), "")
    lines = [line.partition(":") for line in message.partition("\n\n")[0].splitlines()[1:]]
    fields = [(name.strip(), value.strip()) for name, _, value in lines]
    kept = tuple(each for each in fields if each[0].lower() not in PLUMBING.split())
    sender = next((value for name, value in fields if name.lower() in ("from", "f")), "")
    display = sender.partition("<")[0].strip().strip('"') or None
    return display, kept
