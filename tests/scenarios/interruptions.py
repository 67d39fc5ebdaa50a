"""The interruption matrix: verbs, what interrupts them and when, and what the contract says then.

A *scene* brings a call into something that takes time. It is run once undisturbed, to learn when it
begins and ends; then again for every interruption and moment, at exactly those times. What must
come of it is told by the tables below, which say what bxml.md 1.5, 1.9, 4.1, 10.7 and 10.8 and
rest.md 4.5 say, and by nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto
from functools import cache

from tests.scenarios.links import N1, N2, party

from offhook.records import Event
from offhook.testing import sound
from offhook.testing.app import BASE, Received, Reply, document
from offhook.testing.fixtures import INITIATE_URL, NUMBER, SIP_USER, T1_HZ
from offhook.testing.handset import Handset
from offhook.testing.invariants import ASKED
from offhook.testing.loop import EPOCH, run
from offhook.testing.phone import Behaviour, Referral, only_rings
from offhook.testing.world import Talk, World

PAUSE = '<Pause duration="20"/>'
NEXT = '<Redirect redirectUrl="/done"/>'  # what follows a verb that has no URL of its own
LAST_S = 0.1  # the document that interrupts
WAITING_S = 0.2  # /done takes so long to answer
NETWORK_S = 0.01  # one way
EARLIER_S = 0.001
TURNS = 50  # of the loop, in which everything due at an instant has happened
HUSH_S = 0.1  # what is on its way when the sound stops
BRIEF = sound.wav(sound.tone(T1_HZ, 0.4))
YS_NUMBER = "+12025550177"


class Interruption(StrEnum):
    """What happens to a call that is busy."""

    REDIRECT = auto()  # REST: POST state active
    DOCUMENT = auto()  # REST: PUT bxml
    COMPLETED = auto()  # REST: POST state completed
    HANG_UP = auto()  # by its party
    TAKEN = auto()  # another call, Y, bridges to it
    SHUTDOWN = auto()  # of the server


class Moment(StrEnum):
    """When it happens."""

    START = auto()
    MIDDLE = auto()
    END_FIRST = auto()  # at the very instant of the natural end, before it
    END_LAST = auto()  # and after it
    REPLY = auto()  # while the application thinks about /done


AT_END = {Moment.END_FIRST, Moment.END_LAST}


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it: the columns of the tables."""

    status: int | None = None  # of the REST request
    refusal: str | None = None  # cause of Y's bridgeComplete, when it could not have the call
    asked: tuple[str, ...] = ()  # paths of the call's synchronous webhooks, in order
    cause: str = "hangup"  # of its disconnect
    legs: tuple[str, ...] = ()  # causes of the transferDisconnect events, sorted
    other: tuple[str, ...] = ()  # paths at which the call at the other end was asked
    recordings: tuple[str, ...] = ()  # status of each recordingAvailable
    room: tuple[str, ...] = ()  # the events of the conference, or statuses of Connect


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an interruption does to the call; `stays`: nothing at all."""

    status: int | None = None
    refusal: str | None = None
    asked: tuple[str, ...] = ()
    cause: str = "hangup"
    stays: bool = False


Outcomes = dict[Interruption, Outcome]

ANSWERED: Outcomes = {  # bxml.md 1.5; rest.md 4.5
    Interruption.REDIRECT: Outcome(200, asked=("/redirect",)),
    Interruption.DOCUMENT: Outcome(204, asked=("/document",)),
    Interruption.COMPLETED: Outcome(200),
    Interruption.HANG_UP: Outcome(),
    Interruption.TAKEN: Outcome(asked=("/target",)),  # when Y has left
    Interruption.SHUTDOWN: Outcome(),
}
UNANSWERED: Outcomes = ANSWERED | {  # an inbound call (bxml.md 1.5, 1.6, 1.8)
    Interruption.REDIRECT: Outcome(409, stays=True),
    Interruption.DOCUMENT: Outcome(409, stays=True),
    Interruption.COMPLETED: Outcome(200, cause="rejected"),
    Interruption.HANG_UP: Outcome(cause="cancel"),
    Interruption.SHUTDOWN: Outcome(cause="rejected"),
}
JOINED: Outcomes = ANSWERED | {  # it talks to another call (bxml.md 4.1)
    Interruption.TAKEN: Outcome(refusal="busy", stays=True),
}
FORWARDING: Outcomes = UNANSWERED | {  # bxml.md 4.1, 4.4
    Interruption.TAKEN: Outcome(refusal="rejected", stays=True),
}
FORWARDED: Outcomes = FORWARDING | {
    Interruption.COMPLETED: Outcome(200),
    Interruption.HANG_UP: Outcome(),
    Interruption.SHUTDOWN: Outcome(),
}
REFERRING: Outcomes = ANSWERED | {  # bxml.md 1.9
    Interruption.REDIRECT: Outcome(409, stays=True),
    Interruption.DOCUMENT: Outcome(409, stays=True),
    Interruption.TAKEN: Outcome(refusal="rejected", stays=True),
}
OVER: Outcomes = {  # it has just ended (bxml.md 4.1; rest.md 4.5)
    Interruption.REDIRECT: Outcome(409, stays=True),
    Interruption.DOCUMENT: Outcome(409, stays=True),
    Interruption.COMPLETED: Outcome(409, stays=True),
    Interruption.HANG_UP: Outcome(stays=True),
    Interruption.TAKEN: Outcome(refusal="rejected", stays=True),
    Interruption.SHUTDOWN: Outcome(stays=True),
}
RAN_OUT: Outcomes = OVER | {Interruption.COMPLETED: Outcome(200, stays=True)}  # rest.md 4.5

Stage = Callable[[World], Awaitable[Talk]]
Span = Callable[["Logs"], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Logs:
    """The event logs of an undisturbed run."""

    call: list[Event]
    leg: list[Event]  # of the first leg that the call has placed
    other: list[Event]  # of the call at the other end


@dataclass(frozen=True, slots=True)
class Peers:
    """What those at the other end are told: legs, another call, who waits for a recording."""

    legs: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    room: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Scene:
    """Something that a call does for a while."""

    name: str
    stage: Stage
    span: Span
    outcomes: Outcomes = field(default_factory=lambda: ANSWERED)
    afterwards: Outcomes = field(default_factory=lambda: ANSWERED)  # while /done is asked
    asked: tuple[str, ...] = ("/v/answer",)  # before it begins
    done: tuple[str, ...] = ("/done",)  # after its natural end
    natural: Peers = Peers()  # when it comes to its natural end
    stopped: Peers = Peers()  # when it is interrupted
    stopped_late: Peers = Peers()  # when it is interrupted at the instant of its natural end
    cause: str = "hangup"  # of the call, when nothing happens to it
    then: "Scene | None" = None  # what its natural end leads to, if that is not /done

    @property
    def moments(self) -> list[Moment]:
        """When it may be interrupted."""
        has_reply = self.done and self.then is None
        return [each for each in Moment if has_reply or each is not Moment.REPLY]


# what the contract says


def expected(scene: Scene, interruption: Interruption, moment: Moment) -> list[Seen]:
    """Return what may be seen: one thing, or, at the natural end, whatever either order leads to.

    There the natural end may also win and its webhook lose (10.7: it comes last).
    """
    outcome, later = scene.outcomes[interruption], scene.afterwards[interruption]
    if moment is Moment.REPLY:
        return [_seen(scene, later, scene.done, scene.natural)]
    alone = interruption is Interruption.SHUTDOWN  # the other call ends with it
    stopped = replace(scene.stopped, other=()) if alone else scene.stopped
    if moment not in AT_END:
        return [_seen(scene, outcome, (), stopped)]
    ways = [
        _seen(scene, each, (), peers)
        for each in (outcome, later)
        for peers in (stopped, scene.stopped_late, scene.natural)
    ]
    if scene.then is not None:
        return ways + expected(scene.then, interruption, Moment.MIDDLE)
    return [*ways, _seen(scene, later, scene.done, scene.natural)]


def _seen(scene: Scene, outcome: Outcome, done: tuple[str, ...], peers: Peers) -> Seen:
    """Return what an interruption leads to, after /done or before it."""
    asked, cause = scene.asked + done + outcome.asked, outcome.cause
    if outcome.stays:
        asked, cause, peers = scene.asked + scene.done, scene.cause, scene.natural
    told = (peers.legs, peers.other, peers.recordings, peers.room)
    return Seen(outcome.status, outcome.refusal, asked, cause, *told)


# how it is played


@cache
def rehearse(scene: Scene, with_y: bool) -> tuple[float, float]:
    """Return when the scene begins and ends in a run in which nothing happens to it."""
    logs: list[Logs] = []

    async def undisturbed() -> None:
        async with World() as world:
            talk = await _staged(world, scene, with_y)
            await talk.disconnect()
            await asyncio.sleep(WAITING_S)
            logs.append(_logs(world, talk))

    run(undisturbed())
    begin, end = scene.span(logs[0])
    return round(begin - EPOCH, 6), round(end - EPOCH, 6)  # wall clocks are no finer


@dataclass(frozen=True, slots=True)
class Played:
    """What was seen, and whether the party heard something after it."""

    seen: Seen
    quiet: bool


def play(scene: Scene, interruption: Interruption, moment: Moment) -> Played:
    """Let it happen."""
    begin, end = rehearse(scene, interruption is Interruption.TAKEN)
    at = {Moment.START: begin, Moment.MIDDLE: (begin + end) / 2}.get(moment, end)
    return run(_interrupted_at(at, scene, interruption, moment))


async def _interrupted_at(
    at: float, scene: Scene, interruption: Interruption, moment: Moment
) -> Played:
    async with World() as world:
        talk = await _staged(world, scene, interruption is Interruption.TAKEN)
        if moment is Moment.REPLY:
            at += WAITING_S / 2
        elif interruption is Interruption.HANG_UP and moment in AT_END:
            at -= NETWORK_S  # so that it arrives at that instant
        await _until(world, at, moment)
        status = await _interrupt(world, talk, interruption)
        await talk.disconnect()
    return Played(_look(world, talk, status), _is_quiet(talk.phone, at + HUSH_S))


async def _staged(world: World, scene: Scene, with_y: bool) -> Talk:
    world.app.file("brief.wav", BRIEF, Content_Type="audio/wav")
    world.app.on("/done", document("").after(WAITING_S))
    world.app.on("/redirect", f'<Pause duration="{LAST_S}"/>')
    world.app.on("/document", f'<Pause duration="{LAST_S}"/>')
    world.app.on("/z", PAUSE)
    world.app.on("/slow", document(NEXT).after(0.4))
    for told in ("/zc", "/zt", "/target"):
        world.app.on(told, "")
    if with_y:
        world.app.on("/y", PAUSE)
        party(world, YS_NUMBER)
        await world.answered(to=YS_NUMBER, answerUrl=f"{BASE}/y")
    return await scene.stage(world)


async def _until(world: World, at: float, moment: Moment) -> None:
    """Wait until then. Of all timers of an instant those go off first that were set first."""
    if moment is not Moment.END_FIRST:
        await asyncio.sleep(at - EARLIER_S - world.now)
    assert world.now <= at
    await asyncio.sleep(at - world.now)
    for _ in range(TURNS * (moment is Moment.START)):
        await asyncio.sleep(0)


async def _interrupt(world: World, talk: Talk, interruption: Interruption) -> int | None:
    """Do it; returns what REST answers, if it is asked."""
    call_id, rest = talk.call_id, world.rest
    match interruption:
        case Interruption.REDIRECT:
            return (await rest.update_call(call_id, redirectUrl=f"{BASE}/redirect")).status
        case Interruption.DOCUMENT:
            verbs = '<Redirect redirectUrl="/document"/>'
            return (await rest.update_bxml(call_id, f"<Response>{verbs}</Response>")).status
        case Interruption.COMPLETED:
            return (await rest.update_call(call_id, state="completed")).status
        case Interruption.HANG_UP:
            talk.phone.hang_up()
        case Interruption.TAKEN:
            await _take(world, call_id)
        case Interruption.SHUTDOWN:
            await world.node.exchange.close()
    return None


async def _take(world: World, call_id: str) -> None:
    """Let Y bridge to the call, and leave a little later."""
    (y,) = (r.event["callId"] for r in world.app.requests("/y"))
    bridge = f'<Bridge bridgeCompleteUrl="/refused" bridgeTargetCompleteUrl="/target">{call_id}'
    answer = await world.rest.update_bxml(y, f"<Response>{bridge}</Bridge></Response>")
    assert answer.status == 204
    await asyncio.sleep(LAST_S)
    world.phone(YS_NUMBER).call.hang_up()


def _look(world: World, talk: Talk, status: int | None) -> Seen:
    """Return what can be seen of it."""
    mine = [r for r in world.app.received if r.event.get("callId") == talk.call_id]
    refusals = [r.event["cause"] for r in world.app.requests("/refused")]
    (goodbye,) = talk.events("disconnect")
    legs = sorted(event["cause"] for event in world.app.events("transferDisconnect"))
    recordings = [event["status"] for event in talk.events("recordingAvailable")]
    return Seen(
        status,
        refusals[0] if refusals else None,
        tuple(r.path for r in mine if r.event.get("eventType") in ASKED),
        goodbye["cause"],
        tuple(legs),
        tuple(r.path for r in world.app.received if r.path in ("/zc", "/zt")),
        tuple(recordings),
        tuple(sorted(map(_told, world.app.requests("/room")))),
    )


def _told(request: Received) -> str:
    told: str = request.event.get("eventType") or request.event["status"]
    return told


def _is_quiet(phone: Handset, after: float) -> bool:
    """Whether a phone has heard nothing since then, neither sound nor keys."""
    answered = phone.when("answered")
    if answered is None:
        return True
    keys = [e.at for e in phone.events if e.what == "digit" and e.at > after]
    rest = phone.heard[round((after - answered) * 8000) :] if after > answered else phone.heard
    return not keys and sound.is_silent(rest)


def _logs(world: World, talk: Talk) -> Logs:
    evidence = world.evidence()
    legs = [e for e in evidence if e.record.parent_call_id == talk.call_id]
    (call,) = (e for e in evidence if e.record.call_id == talk.call_id)
    others = [e for e in evidence if N2 in (e.record.to, e.record.from_)]
    return Logs(
        list(call.log),
        list(legs[0].log) if legs else [],
        list(others[0].log) if others else [],
    )


# spans


def _first(log: list[Event], kind: str, **data: str) -> float:
    return next(e.at for e in log if e.kind == kind and data.items() <= e.data.items())


def verb(name: str) -> Span:
    """From the start of a verb to its end."""
    return lambda logs: (
        _first(logs.call, "verb.started", verb=name),
        _first(logs.call, "verb.ended", verb=name),
    )


def _fetch(event: str, kind: str, **data: str) -> Span:
    """From something in the log to the reply to a webhook."""
    return lambda logs: (
        _first(logs.call, kind, **data),
        _first(logs.call, "webhook.answered", eventType=event),
    )


def _announcing(logs: Logs) -> tuple[float, float]:
    """From the answer of the leg to the end of its document."""
    return (
        _first(logs.leg, "call.state", state="answered"),
        _first(logs.leg, "verb.ended", verb="Pause"),
    )


def _talking(name: str) -> Span:
    """From the answer of the leg to the end of the verb."""
    return lambda logs: (
        _first(logs.leg, "call.state", state="answered"),
        _first(logs.call, "verb.ended", verb=name),
    )


def _waiting_for_z(logs: Logs) -> tuple[float, float]:
    return (
        _first(logs.call, "verb.started", verb="Bridge"),
        _first(logs.other, "call.state", state="answered"),
    )


def _with_z(logs: Logs) -> tuple[float, float]:
    """From the moment Z is taken to the end of the verb."""
    return (
        _first(logs.call, "verb.started", verb="Bridge"),
        _first(logs.call, "verb.ended", verb="Bridge"),
    )


def _taken_by_z(logs: Logs) -> tuple[float, float]:
    """From the moment Z takes the call to Z's end."""
    return _first(logs.other, "verb.started", verb="Bridge"), _first(logs.other, "call.ended")


# stages


def out(verbs: str, late_s: float = 0.0) -> Stage:
    """The call is outbound and answered; so late comes the first document."""
    return lambda world: world.answered(document(verbs).after(late_s))


def into(verbs: str, late_s: float = 0.0) -> Stage:
    """The call is inbound."""
    return lambda world: world.calling(document(verbs).after(late_s))


def _leaves(after_s: float) -> Behaviour:
    """Answer, and hang up some time later."""

    async def behave(call: Handset) -> None:
        await call.answer()
        await asyncio.sleep(after_s)
        call.hang_up()

    return behave


async def _pressing(world: World) -> Talk:
    """A key is pressed soon after the Gather has begun."""

    async def behave(call: Handset) -> None:
        await call.answer()
        await asyncio.sleep(0.1)
        await call.press("5")

    world.phone().behaviour = behave
    return await world.answered('<Gather gatherUrl="/done" interDigitTimeout="1"/>')


def _to_legs(stage: Stage, *behaviours: Behaviour) -> Stage:
    """The same, with telephones at the other end that do this."""

    async def staged(world: World) -> Talk:
        world.app.on("/ta", '<Pause duration="0.4"/>')
        for number, behaviour in zip((N1, N2), behaviours, strict=False):
            party(world, number, behaviour)
        return await stage(world)

    return staged


def _rings_later(after_s: float) -> Behaviour:
    async def behave(call: Handset) -> None:
        await asyncio.sleep(after_s)
        call.ring()

    return behave


async def _referring(world: World) -> Talk:
    """A caller by SIP URI is sent elsewhere, where nobody has time for him."""
    world.phone().referral = Referral(202, ((0.0, 100), (0.4, 486)))
    return await world.calling(REFER, to=SIP_USER)


def _connecting(kind: str, after_s: float, **hello: str) -> Stage:
    """A browser hangs up some time after such a message."""

    async def staged(world: World) -> Talk:
        world.app.on("/room", Reply(status=204))
        endpoint_id, token = await world.endpoint()
        browser = await world.browser(token, **hello)

        async def behave() -> None:
            await browser.wait(kind)
            await asyncio.sleep(after_s)
            browser.hang_up()

        world.browsers.tasks.start(behave(), "behaviour of a browser")
        verbs = f'<Connect eventCallbackUrl="/room"><Endpoint>{endpoint_id}</Endpoint></Connect>'
        return await world.answered(verbs + NEXT)

    return staged


async def _conferring(world: World) -> Talk:
    """The party ends the conference by REST after a while."""

    async def behave(call: Handset) -> None:
        await call.answer()
        await asyncio.sleep(0.5)
        for room in await world.rest.conferences():
            await world.rest.update_conference(room["id"], status="completed")

    world.app.on("/room", Reply(status=204))
    world.phone().behaviour = behave
    return await world.answered(CONFERENCE + NEXT)


async def _bridging_to_caller(world: World) -> Talk:
    """Z rings at the server, and is answered when the call bridges to it."""
    world.app.on(INITIATE_URL, '<Ring answerCall="false" duration="20"/>')
    await world.phone(N2).dial(NUMBER)
    z = await world.app.wait_event("initiate")
    world.phone().behaviour = _leaves(0.8)
    return await world.answered(_bridge(z["callId"]))


async def _bridging(world: World) -> Talk:
    """Z has been answered before, and leaves after a while."""
    party(world, N2, _leaves(0.6))
    z = await world.answered(to=N2, answerUrl=f"{BASE}/z")
    await asyncio.sleep(0.1)
    return await world.answered(_bridge(z.call_id))


async def _bridged(world: World) -> Talk:
    """Z bridges to the call, and leaves after a while."""
    talk = await world.answered(PAUSE)
    party(world, N2, _leaves(0.6))
    await asyncio.sleep(0.1)
    verbs = '<Bridge bridgeCompleteUrl="/zc" bridgeTargetCompleteUrl="/done">{}</Bridge>'
    world.app.on("/z", verbs.format(talk.call_id))
    await world.create_call(to=N2, answerUrl=f"{BASE}/z")
    return talk


def _bridge(target: str) -> str:
    return f'<Bridge bridgeCompleteUrl="/done" bridgeTargetCompleteUrl="/zt">{target}</Bridge>'


# the scenes

INBOUND = ("/v/init",)
PLAY = "<PlayAudio>brief.wav</PlayAudio>"
RECORD = '<Record recordCompleteUrl="/done" recordingAvailableUrl="/ra" maxDuration="1"/>'
TRANSFER = '<Transfer transferCompleteUrl="/done" callTimeout="1">{}</Transfer>'
LEG = '<PhoneNumber transferDisconnectUrl="/td" {}>{}</PhoneNumber>'
TWO_LEGS = TRANSFER.format(LEG.format("", N1) + LEG.format("", N2))
ONE_LEG = TRANSFER.format(LEG.format("", N1))
ANNOUNCED = TRANSFER.format(LEG.format('transferAnswerUrl="/ta"', N1))
REFER = '<Refer referCompleteUrl="/done"><SipUri>sip:z@far.test</SipUri></Refer>'
CONFERENCE = '<Conference conferenceEventUrl="/room">room</Conference>'
MET = Peers(
    room=(
        "conferenceCompleted",
        "conferenceCreated",
        "conferenceMemberExit",
        "conferenceMemberJoin",
    )
)
TALKED = Peers(room=("COMPLETED", "INITIATED"))
GIVEN_UP = Peers(room=("CANCELED", "INITIATED"))
FORWARD = f'<Forward to="{N1}" callTimeout="1"/>'
HUNG_UP = Peers(legs=("hangup",))
ONE_RECORDING = Peers(recordings=("complete",))

_talks_to_leg = Scene(
    "Transfer talks",
    _to_legs(out(ONE_LEG), _leaves(0.4)),
    _talking("Transfer"),
    JOINED,
    natural=HUNG_UP,
    stopped=HUNG_UP,
)
_talks_to_z = Scene(
    "Bridge talks",
    _bridging,
    _with_z,
    JOINED,
    stopped=Peers(other=("/zt",)),
)
_waits_for_z = Scene(
    "Bridge waits for its target",
    _bridging_to_caller,
    _waiting_for_z,
    JOINED,
    done=(),
    natural=Peers(other=("/zt",)),
    stopped=Peers(other=("/zt",)),
    then=replace(_talks_to_z, done=(), natural=Peers(other=("/zt",))),
)
_forwarded = Scene(
    "Forward talks",
    _to_legs(into(FORWARD), _leaves(0.4)),
    _talking("Forward"),
    FORWARDED,
    OVER,
    asked=INBOUND,
    done=(),
)

SCENES = (
    Scene("Pause", out(f'<Pause duration="0.4"/>{NEXT}'), verb("Pause")),
    Scene(
        "Pause as the last verb",
        out('<Pause duration="0.4"/>'),
        verb("Pause"),
        afterwards=RAN_OUT,
        done=(),
    ),
    Scene("PlayAudio", out(PLAY + NEXT), verb("PlayAudio")),
    Scene(
        "SpeakSentence", out(f"<SpeakSentence>hey you</SpeakSentence>{NEXT}"), verb("SpeakSentence")
    ),
    Scene("Ring", out(f'<Ring duration="0.4"/>{NEXT}'), verb("Ring")),
    Scene(
        "Ring of an unanswered caller",
        into(f'<Ring answerCall="false" duration="0.4"/>{NEXT}'),
        verb("Ring"),
        UNANSWERED,
        UNANSWERED,
        asked=INBOUND,
        cause="rejected",
    ),
    Scene(
        "SendDtmf",
        out(f'<SendDtmf toneDuration="100" toneInterval="50">123</SendDtmf>{NEXT}'),
        verb("SendDtmf"),
    ),
    Scene(
        "Gather prompts",
        out(f'<Gather gatherUrl="/done" firstDigitTimeout="0">{PLAY}</Gather>'),
        verb("Gather"),
    ),
    Scene("Gather waits", _pressing, verb("Gather")),
    Scene("Record", out(RECORD), verb("Record"), natural=ONE_RECORDING, stopped=ONE_RECORDING),
    Scene(
        "Redirect asks",
        out('<Redirect redirectUrl="/slow"/>'),
        _fetch("redirect", "verb.started", verb="Redirect"),
        asked=("/v/answer", "/slow"),
    ),
    Scene("answer is asked", out(NEXT, 0.4), _fetch("answer", "call.state", state="answered")),
    Scene(
        "initiate is asked",
        into(NEXT, 0.4),
        _fetch("initiate", "call.received"),
        UNANSWERED,
        UNANSWERED,
        asked=INBOUND,
        cause="rejected",
    ),
    Scene(
        "Transfer dials",
        _to_legs(out(TWO_LEGS), only_rings, _rings_later(0.1)),
        verb("Transfer"),
        natural=Peers(legs=("timeout", "timeout")),
        stopped=Peers(legs=("cancel", "cancel")),
        stopped_late=Peers(legs=("cancel", "timeout")),
    ),
    Scene(
        "Transfer announces",
        _to_legs(out(ANNOUNCED), _leaves(0.8)),
        _announcing,
        natural=HUNG_UP,
        stopped=HUNG_UP,
        then=_talks_to_leg,
    ),
    _talks_to_leg,
    _waits_for_z,
    _talks_to_z,
    Scene(
        "a target of Bridge talks",
        _bridged,
        _taken_by_z,
        JOINED,
        stopped=Peers(other=("/zc",)),
    ),
    Scene(
        "Forward dials",
        _to_legs(into(FORWARD), only_rings),
        verb("Forward"),
        FORWARDING,
        OVER,
        asked=INBOUND,
        done=(),
        cause="timeout",
    ),
    _forwarded,
    Scene("Conference", _conferring, verb("Conference"), natural=MET, stopped=MET),
    Scene(
        "Connect rings",
        _connecting("call", 0.5, answers="manual"),
        verb("Connect"),
        natural=Peers(room=("DENIED", "INITIATED")),
        stopped=GIVEN_UP,
    ),
    Scene(
        "Connect talks",
        _connecting("talking", 0.5),
        _talking("Connect"),
        JOINED,
        natural=TALKED,
        stopped=TALKED,
    ),
    Scene("Refer waits", _referring, verb("Refer"), REFERRING, asked=INBOUND),
)
