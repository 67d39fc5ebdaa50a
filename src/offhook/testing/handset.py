"""One call as a telephone has it: what was signalled, what was heard, and what one can do.

The same code runs in virtual time and on a real network. Waiting for something that can no longer
happen, because the call is over, raises `CallOverError` with the reason.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from offhook.facts import (
    Abandoned,
    Answered,
    Confirmed,
    FarEndHungUp,
    Referred,
    Refused,
    Reoffered,
    Ringing,
    SipFact,
    Unreachable,
)
from offhook.media import messages
from offhook.sip import offer
from offhook.sip.endpoint import Endpoint, IncomingCall, OutgoingCall
from offhook.sip.reasons import reason_phrase
from offhook.testing.damage import SOUND, Damage, DamagedPorts
from offhook.testing.ears import Ears
from offhook.testing.inband import without_telephone_events
from offhook.testing.sound import Pcm

TONE_MS = 100
GAP_MS = 100


class CallOverError(Exception):
    """The call has ended, so what was waited for cannot happen any more."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened on a call, in seconds of the loop's time."""

    at: float
    what: str  # ringing, early, answered, confirmed, digit, held, referred, referral, ended
    detail: str = ""


class Handset:
    """One call of a phone."""

    def __init__(
        self,
        endpoint: Endpoint,
        media: messages.MediaPlane,
        leg: str,
        ears: Ears,
        invite: IncomingCall | None = None,
    ) -> None:
        self.leg = leg
        self.invite = invite  # the INVITE that came in; None when this phone dialled
        self.session = invite.session if invite else 0
        self.telephone_events = True  # False: keys are sent and heard as sound (in-band)
        self.listens = True  # keeps what it hears
        self.talks = True  # False: sends no RTP, whatever was agreed
        self.damage = SOUND  # what the line does to sound, from when it is opened
        self.ports: DamagedPorts | None = None  # of its media
        self.events: list[Happening] = []
        self.end: str | None = None  # why the call is over
        self._endpoint = endpoint
        self._media = media
        self._ears = ears
        self._early = b""  # what the caller was told of this phone's media before the answer
        self._listening = False
        self._opened: asyncio.Future[offer.LocalMedia] | None = None
        self._local: offer.LocalMedia | None = None
        self._reoffered: asyncio.Future[None] | None = None
        self._plays: dict[int, asyncio.Future[None]] = {}
        self._changed = asyncio.Event()

    # what is known

    @property
    def heard(self) -> Pcm:
        """What the phone has heard since the answer, or since sound before it: int16, 8000 Hz."""
        return self._ears.heard(self.leg)

    def forget(self) -> None:
        """Let go of what was heard: for telephones that live long."""
        self._ears.forget(self.leg)

    def heard_after(self, ticks: int) -> Pcm:
        """Return what the phone has heard but for so many ticks of 20 ms at the beginning."""
        return self._ears.heard(self.leg, ticks)

    @property
    def digits(self) -> str:
        """The keys that the far end pressed."""
        return "".join(event.detail for event in self.events if event.what == "digit")

    def when(self, what: str) -> float | None:
        """Return when something first happened; None if it has not."""
        return next((event.at for event in self.events if event.what == what), None)

    async def wait(self, what: str, *, count: int = 1) -> float:
        """Wait until something has happened so many times; return when it did."""
        while len(times := [event.at for event in self.events if event.what == what]) < count:
            if self.end is not None:
                raise CallOverError(f"no {what}: {self.end}")
            self._changed.clear()
            await self._changed.wait()
        return times[count - 1]

    # signalling

    async def dial(self, make: Callable[[bytes], OutgoingCall], codecs: Sequence[str]) -> None:
        """Call somebody; returns when the INVITE has left."""
        self._local = await self._open_media()
        sdp = self._worded(offer.offer(self._local, codecs=codecs))
        self.session = self._endpoint.invite(make(sdp), self.on_fact)

    def ring(self, code: int = 180) -> None:
        """Tell the caller that this phone rings."""
        self._endpoint.ring(self.session, code)
        self._note("ringing", str(code))

    async def early(self) -> None:
        """Let the caller hear this phone before it is answered (RFC 3960)."""
        self._early = await self._describe()
        self._endpoint.ring(self.session, 183, self._early)
        self._note("early")

    async def answer(self, instead: bytes = b"") -> None:
        """Lift the receiver; `instead` is said where a description of the sound belongs."""
        sdp = instead or self._early or await self._describe()
        self._endpoint.accept(self.session, sdp)
        self._talk()

    async def _describe(self) -> bytes:
        """Open media; returns the answer to the caller's offer, or an offer if there is none."""
        assert self.invite is not None
        self._local = await self._open_media()
        if self.end is not None:
            raise CallOverError(self.end)
        if not self.invite.sdp:
            return self._worded(offer.offer(self._local))
        sdp, agreed = offer.answer(self.invite.sdp, self._local)
        self._connect(agreed)
        return self._worded(sdp)

    def refuse(self, code: int) -> None:
        """Refuse the caller with a SIP status."""
        self._endpoint.refuse(self.session, code)
        self._over(f"refused with {code}")

    def hang_up(self) -> None:
        """End the call, whatever its state: BYE, CANCEL or a refusal."""
        if self.end is not None:
            return
        if self.when("answered") is not None:
            self._endpoint.hang_up(self.session)
        elif self.invite is not None:
            self._endpoint.refuse(self.session, 603)
        elif self.session:
            self._endpoint.cancel(self.session)
        self._over("hung up here")

    def wear(self, damage: Damage) -> None:
        """Let the line be so bad from now on."""
        self.damage = damage
        if self._local is not None and self.end is None:
            self._wear(self._local.rtp_port)

    def _wear(self, rtp_port: int) -> None:
        assert self.ports is not None, "somebody has to give a telephone its ports"
        self.ports.damage(rtp_port, self.damage)

    async def hold(self) -> None:
        """Ask the far end to be silent; returns when it has agreed (RFC 3264 8.4)."""
        await self._reoffer("sendonly")
        self._note("held")

    async def resume(self) -> None:
        """Take the call back from hold."""
        await self._reoffer("sendrecv")
        self._note("resumed")

    def on_fact(self, fact: SipFact) -> None:
        """Take what the endpoint reports of this session."""
        if self.end is not None:
            return  # the end that this phone made itself, confirmed
        match fact:
            case Ringing(code=code, sdp=sdp):
                self._note("ringing", str(code))
                self._rings(sdp)
            case Answered(sdp=sdp):
                self._accepted(sdp)
            case Confirmed(sdp=sdp):
                self._confirmed(sdp)
            case Reoffered(sdp=sdp):
                self._answer_offer(sdp)
            case Referred(answered=answered, notified=notified):
                self._note("referral", f"{answered} {notified}")
            case Refused() if self._reoffered is not None and not self._reoffered.done():
                self._reoffered.set_exception(CallOverError(ending(fact)))  # only the offer is
            case _:
                self._over(ending(fact))

    def refer(self, to: str) -> None:
        """Ask the far end to call somebody else instead (RFC 3515)."""
        self._endpoint.refer(self.session, to)

    def referred(self, to: str) -> None:
        """Note that the far end has sent this phone elsewhere."""
        self._note("referred", to)

    def notify(self, status: int) -> None:
        """Tell who has sent this phone elsewhere how that fares (RFC 3515 2.4.5)."""
        state = "active;expires=60" if status < 200 else "terminated;reason=noresource"
        headers = (
            ("Event", "refer"),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag;version=2.0"),
        )
        body = f"SIP/2.0 {status} {reason_phrase(status)}\r\n"
        self._endpoint.notify(self.session, headers, body.encode())

    # sound

    async def press(self, keys: str, *, tone_ms: int = TONE_MS, gap_ms: int = GAP_MS) -> None:
        """Press keys, one after the other; returns when the last one has been sent.

        The far end may hang up as soon as it hears the last key: it was pressed all the same.
        """
        tones = [messages.ToneStep(key, tone_ms) for key in keys]
        gap = messages.ToneStep("", gap_ms)
        steps = [step for tone in tones for step in (gap, tone)][1:]
        now = asyncio.get_running_loop().time
        last = now() + (len(keys) - 1) * (tone_ms + gap_ms) / 1000
        try:
            await self._play(lambda number: messages.Dial(self.leg, number, tuple(steps)))
        except CallOverError:
            if now() < last:
                raise

    async def say(self, pcm: Pcm) -> None:
        """Speak into the telephone; returns when the last sample has been sent."""
        clip = f"{self.leg}.{len(self._plays)}"
        self._media.send(messages.Load(clip, pcm.tobytes()))
        try:
            await self._play(lambda number: messages.Play(self.leg, number, clip))
        finally:
            self._media.send(messages.Forget(clip))

    def on_report(self, report: messages.Report) -> None:
        """Take what the media plane reports of this leg."""
        match report:
            case messages.Opened() | messages.OpenFailed():
                self._on_opened(report)
            case messages.Digit(digit=digit):
                self._note("digit", digit)
            case messages.Ended(play=number) if not self._plays[number].done():
                self._plays[number].set_result(None)
            case _:
                pass  # counters and levels are nothing a telephone shows

    async def _play(self, command: Callable[[int], messages.Play | messages.Dial]) -> None:
        if self.end is not None:
            raise CallOverError(self.end)
        number = len(self._plays) + 1
        ended = self._plays[number] = asyncio.get_running_loop().create_future()
        self._media.send(command(number))
        try:
            await ended
        finally:
            if ended.cancelled() and self.end is None:
                self._media.send(messages.Stop(self.leg, number))

    # inside

    async def _open_media(self) -> offer.LocalMedia:
        self._opened = asyncio.get_running_loop().create_future()
        self._media.send(messages.Open(self.leg))
        return await self._opened

    def _on_opened(self, report: messages.Opened | messages.OpenFailed) -> None:
        assert self._opened is not None
        if self._opened.done():
            return  # nobody waits any more
        if isinstance(report, messages.OpenFailed):
            self._opened.set_exception(OSError(report.reason))
            return
        if self.damage != SOUND:
            self._wear(report.rtp_port)
        here = offer.LocalMedia(report.host, report.rtp_port, report.rtcp_port, 1, 1)
        self._opened.set_result(here)

    def _accepted(self, sdp: bytes) -> None:
        self._connect(offer.accept(sdp))
        if self._reoffered is not None and not self._reoffered.done():
            self._reoffered.set_result(None)
        else:
            self._talk()

    def _rings(self, sdp: bytes) -> None:
        """Listen to what the far end sends before it answers."""
        if sdp:
            self._connect(offer.accept(sdp))
            self._listen()
            self._note("early")

    def _talk(self) -> None:
        self._listen()
        self._note("answered")

    def _listen(self) -> None:
        """Begin to listen: from here on the seconds of `heard` count."""
        if self.listens and not self._listening:
            self._listening = True
            self._media.send(messages.Record(self.leg, self.leg, ""))

    def _confirmed(self, sdp: bytes) -> None:
        if self.invite is not None and not self.invite.sdp:
            self._connect(offer.accept(sdp))  # our 200 made the offer
        self._note("confirmed")

    async def _reoffer(self, direction: str) -> None:
        if self.end is not None:
            raise CallOverError(self.end)
        sdp = self._worded(offer.offer(self._next_version(), direction=direction))
        self._reoffered = asyncio.get_running_loop().create_future()
        self._endpoint.reoffer(self.session, sdp)
        await self._reoffered

    def _answer_offer(self, sdp: bytes) -> None:
        if not sdp:
            self._endpoint.answer_offer(
                self.session, self._worded(offer.offer(self._next_version()))
            )
            return
        reply, agreed = offer.answer(sdp, self._next_version())
        self._endpoint.answer_offer(self.session, self._worded(reply))
        self._connect(agreed)
        self._note("reoffered", "" if agreed.send and agreed.receive else "hold")

    def _next_version(self) -> offer.LocalMedia:
        assert self._local is not None
        self._local = replace(self._local, version=self._local.version + 1)
        return self._local

    def _worded(self, sdp: bytes) -> bytes:
        return sdp if self.telephone_events else without_telephone_events(sdp)

    def _connect(self, agreed: offer.Agreed) -> None:
        self._media.send(
            messages.Connect(
                self.leg,
                agreed.host,
                agreed.rtp_port,
                agreed.rtcp_port,
                agreed.codec,
                agreed.payload_type,
                agreed.dtmf_payload_type if self.telephone_events else None,
                agreed.send and self.talks,
                agreed.receive,
            )
        )

    def _note(self, what: str, detail: str = "") -> None:
        self.events.append(Happening(asyncio.get_running_loop().time(), what, detail))
        self._changed.set()

    def _over(self, reason: str) -> None:
        if self.end is not None:
            return
        self.end = reason
        if self._opened is not None:
            self._media.send(messages.Close(self.leg))
        waiting = [*self._plays.values(), *filter(None, [self._reoffered])]
        for future in waiting:
            if not future.done():
                future.set_exception(CallOverError(reason))
        self._note("ended", reason)


def ending(fact: SipFact) -> str:
    """Say in words how a call ended."""
    match fact:
        case Refused(code=code, reason=reason):
            return f"refused: {code} {reason}"
        case Unreachable(reason=reason):
            return f"unreachable: {reason}"
        case Abandoned():
            return "cancelled by the caller"
        case FarEndHungUp():
            return "hung up by the far end"
        case _:
            raise AssertionError(f"{fact} does not end a call")
