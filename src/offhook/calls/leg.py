"""One party of a call: its SIP session and its media row, and the offer/answer that ties them.

A leg is told what to do and posts facts to the call's inbox; the call hands facts that concern the
leg (`Answered`, `Confirmed`, `Reoffered`, `PlayEnded`) back to it, so that everything happens in
inbox order.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from ipaddress import ip_address

from offhook.calls import endings, summaries
from offhook.calls.journal import Journal
from offhook.calls.limits import (
    CONFIRM_S,
    MEDIA_OPEN_S,
    RELAYED_GAP_MS,
    RELAYED_KEY_MS,
    RELAYED_KEYS,
    RETRY_AFTER_S,
)
from offhook.calls.plant import Plant
from offhook.calls.players import Players
from offhook.calls.signalling import Signalling
from offhook.errors import CallError, Cause, calls
from offhook.facts import (
    Answered,
    DigitHeard,
    Fact,
    LegFact,
    MediaLost,
    PlayEnded,
    Referred,
    Reoffered,
    VoiceChanged,
)
from offhook.media import messages
from offhook.media.detect import HANGOVER_S
from offhook.sip.endpoint import IncomingCall, OutgoingCall
from offhook.sip.offer import Agreed, LocalMedia, SdpError, accept, answer, offer, wants
from offhook.sip.transport import Address


class Phase(Enum):
    """Which goodbye the far end is owed."""

    IDLE = auto()  # nobody knows of us
    CALLING = auto()  # our INVITE has no final response: CANCEL
    ALERTING = auto()  # their INVITE has no final response: refuse it
    TALKING = auto()  # BYE
    GONE = auto()  # nothing


class Leg:
    """A SIP session with a media row."""

    def __init__(
        self,
        plant: Plant,
        call_id: str,
        post: Callable[[Fact], None],
        journal: Journal,
        signalling: Signalling,
    ) -> None:
        self._plant = plant
        self._sip = signalling
        self.id = call_id
        self._post = post
        self._journal = journal
        self.phase = Phase.IDLE
        self.session = 0
        self._offered = b""  # the caller's offer, until answered
        self._source = ""  # where the caller's INVITE came from
        self._early = b""  # what the caller has been told of our media before it is answered
        self.players = Players(plant.media, call_id)
        self._opened: asyncio.Future[messages.Opened] | None = None
        self._confirmed = asyncio.Event()
        self._referral: asyncio.Future[Referred] | None = None
        self._local: LocalMedia | None = None
        self._keys: deque[str] = deque()  # to be relayed; the first one sounds
        self._key_play = 0  # its player
        self.voice = VoiceChanged(False, 0.0)  # whether the party speaks

    def hear(self, fact: LegFact) -> None:
        """Take a fact that concerns this leg alone, when its turn in the inbox has come."""
        match fact:
            case PlayEnded(play=play):
                self._play_ended(play)
            case Reoffered(sdp=sdp):
                self._reoffered(sdp)
            case Answered(sdp=sdp):
                self.accepted(sdp)
            case Referred() if self._referral is not None and not self._referral.done():
                self._referral.set_result(fact)

    # SIP, our call

    async def prepare(self, *, trunk: bool, near: str = "") -> LocalMedia:
        """Open media for a call of ours; returns what it offers once the call is on disk.

        After a crash nobody may be called twice. Who is called over a trunk is not behind NAT. It
        will talk to the call `near`, if that is known.
        """
        flushing = self._plant.store.flushing()  # takes its time, as opening does
        local = await self._open_media(messages.Open(self.id, alone=not trunk, near=near))
        if not await self._journal.written(flushing):
            raise calls.unknown_failure()
        return local

    def dial(self, make: Callable[[bytes], OutgoingCall], local: LocalMedia) -> str:
        """Offer media and send the INVITE; returns the SIP Call-ID."""
        self.session = self._sip.invite(make(offer(local)), self._post, self._log_message)
        self.phase = Phase.CALLING
        return self._sip.call_id(self.session)

    def accepted(self, sdp: bytes) -> None:
        """The far end answered our offer (also one made in a re-INVITE)."""
        self.phase = Phase.TALKING
        self._connect(self._agree(sdp))

    def early(self, sdp: bytes) -> bool:
        """Listen to a far end that sends sound before it answers; whether there is such sound."""
        if sdp:
            try:
                self._connect(accept(sdp))
            except SdpError as error:  # it may still do better when it answers
                self._journal.log("media.refused", reason=str(error))
                return False
        return bool(sdp)

    # SIP, their call

    def received(self, incoming: IncomingCall) -> None:
        """Take the caller's INVITE; it rings until answered or refused."""
        self.session = incoming.session
        self.phase = Phase.ALERTING
        self._offered = incoming.sdp
        self._source = incoming.source.host
        self._sip.attach(self.session, self._post, self._log_message)

    def ring(self) -> None:
        """Tell the caller that it rings."""
        self._sip.ring(self.session)

    async def progress(self) -> bool:
        """Let an unanswered caller hear what is played to it; not if it wants us to offer."""
        if not self._offered or self.phase is not Phase.ALERTING:
            return False
        self._early = self._early or await self._describe()
        self._sip.ring(self.session, 183, self._early)
        return True

    async def _describe(self) -> bytes:
        """Open media; returns our answer to the caller's offer, or an offer if there is none."""
        local = await self._open_media(self._place())
        if not self._offered:
            return offer(local)
        try:
            sdp, agreed = answer(self._offered, local)
        except SdpError as error:
            self._journal.log("media.refused", reason=str(error))
            raise calls.media_failed(str(error)) from error
        self._connect(agreed)
        return sdp

    async def answer(self) -> None:
        """Send 200 and wait for the caller's ACK."""
        sdp = self._early or await self._describe()
        self._sip.accept(self.session, sdp)
        self.phase = Phase.TALKING
        try:
            async with asyncio.timeout(CONFIRM_S):
                await self._confirmed.wait()
        except TimeoutError:
            raise calls.media_failed("the caller did not confirm our 200 with an ACK") from None

    def confirmed(self, sdp: bytes) -> None:
        """The caller's ACK came, with the answer if our 200 made the offer."""
        if sdp and not self._offered:
            self._connect(self._agree(sdp))
        self._confirmed.set()

    def _reoffered(self, sdp: bytes) -> None:
        """The far end wants other media (hold, another address): answer, or make the offer."""
        assert self._local is not None
        self._local = _next_version(self._local)
        if not sdp:
            self._offered = b""
            self._sip.answer_offer(self.session, offer(self._local))
            return
        try:
            reply, agreed = answer(sdp, self._local)
        except SdpError as error:
            self._journal.log("media.refused", reason=str(error))
            self._sip.refuse_offer(self.session, 488)
            return
        self._sip.answer_offer(self.session, reply)
        self._connect(agreed)

    # any

    async def refer(self, to: str) -> Referred:
        """Ask the far end to call somebody else; the SIP stack sets limits to the wait."""
        self._referral = asyncio.get_running_loop().create_future()
        self._sip.refer(self.session, to)
        return await self._referral

    def gone(self) -> None:
        """The far end has left, or never came."""
        self.phase = Phase.GONE

    def release(self, cause: Cause) -> None:
        """Say goodbye as the phase demands and free the media row."""
        phase, self.phase = self.phase, Phase.GONE
        if phase is Phase.CALLING:
            self._sip.cancel(self.session)
        elif phase is Phase.ALERTING:
            code = endings.refusal(cause)
            headers = (("Retry-After", str(RETRY_AFTER_S)),) if code == 503 else ()
            self._sip.refuse(self.session, code, headers)
        elif phase is Phase.TALKING:
            self._sip.hang_up(self.session)
        if self.players.open:
            self.players.open = False
            self._plant.gauges.stop(self.id)
            self._plant.media.send(messages.Close(self.id))

    def _log_message(self, sent: bool, data: bytes, peer: Address) -> None:
        kind = "sip.sent" if sent else "sip.received"
        self._journal.log(kind, **summaries.sip_message(data, peer))

    # media

    def relay(self, key: str) -> None:
        """Press a key for the far end that another party has pressed; keys wait their turn."""
        if len(self._keys) < RELAYED_KEYS:
            self._keys.append(key)
            if len(self._keys) == 1:
                self._press()

    def stop_relaying(self) -> None:
        """Forget the keys that wait, and end the one that sounds."""
        if self._keys:
            self.players.stop(self._key_play)
        self._keys.clear()

    def _press(self) -> None:
        tone = messages.ToneStep(self._keys[0], RELAYED_KEY_MS)
        self._key_play = self.players.press((tone, messages.ToneStep("", RELAYED_GAP_MS)))

    def _play_ended(self, play: int) -> None:
        """A player came to its end."""
        if self._keys and play == self._key_play:
            self._keys.popleft()
            if self._keys:
                self._press()
        self.players.ended(play)

    def on_report(self, report: messages.Report) -> None:
        """Take a report of the media plane about this leg."""
        match report:
            case messages.Opened():
                self._settle(report)
            case messages.OpenFailed(reason=reason):
                self._journal.log("media.failed", reason=reason)
                self._settle(calls.media_failed(reason))
            case messages.Digit(digit=digit, inband=inband):
                self._journal.log("media.digit", digit=digit, inband=inband)
                self._post(DigitHeard(digit, inband))
            case messages.Ended(play=play):
                self._post(PlayEnded(play))
            case messages.Lost(reason=reason):
                self.players.open = False
                self._plant.gauges.take(self.id)
                self._journal.log("media.lost", reason=reason)
                self._settle(calls.media_failed(reason))
                self._post(MediaLost(reason))
            case messages.Voice(active=active):
                self._journal.log("media.voice", active=active)
                now = asyncio.get_running_loop().time()
                self.voice = VoiceChanged(active, now if active else now - HANGOVER_S)
                self._post(self.voice)
            case messages.Recorded() | messages.Closed():
                pass  # the archive takes recordings, the exchange logs the counters

    def _place(self) -> messages.Open:
        """Ask for ports; what the caller's offer says helps to choose them."""
        wanted = wants(self._offered, self._source) if self._offered else None
        if wanted is None:
            return messages.Open(self.id, alone=True)
        alone = hidden(wanted.host, self._source)
        return messages.Open(self.id, wanted.host, wanted.rtp_port, alone)

    async def _open_media(self, command: messages.Open) -> LocalMedia:
        self._opened = asyncio.get_running_loop().create_future()
        self.players.open = True
        self._plant.media.send(command)
        try:
            async with asyncio.timeout(MEDIA_OPEN_S):
                opened = await self._opened
        except TimeoutError:
            why = f"the media worker did not open a port within {MEDIA_OPEN_S:g} s"
            raise calls.media_failed(why) from None
        session_id = self._plant.ids.rng.getrandbits(62)
        self._local = LocalMedia(opened.host, opened.rtp_port, opened.rtcp_port, session_id, 1)
        self._journal.log("media.opened", host=opened.host, rtp_port=opened.rtp_port)
        return self._local

    def _settle(self, result: messages.Opened | CallError) -> None:
        if self._opened is None or self._opened.done():
            return
        if isinstance(result, CallError):
            self._opened.set_exception(result)
        else:
            self._opened.set_result(result)

    def _agree(self, sdp: bytes) -> Agreed:
        try:
            return accept(sdp)
        except SdpError as error:
            self._journal.log("media.refused", reason=str(error))
            raise calls.media_failed(str(error)) from error

    def _connect(self, agreed: Agreed) -> None:
        self._plant.media.send(
            messages.Connect(
                self.id,
                agreed.host,
                agreed.rtp_port,
                agreed.rtcp_port,
                agreed.codec,
                agreed.payload_type,
                agreed.dtmf_payload_type,
                agreed.send,
                agreed.receive,
            )
        )
        self._plant.gauges.start(self.id)
        self._journal.log(
            "media.connected",
            codec=agreed.codec,
            host=agreed.host,
            rtp_port=agreed.rtp_port,
            dtmf="RFC 4733" if agreed.dtmf_payload_type is not None else "in-band",
            send=agreed.send,
            receive=agreed.receive,
        )


def _next_version(local: LocalMedia) -> LocalMedia:
    return LocalMedia(
        local.host, local.rtp_port, local.rtcp_port, local.session_id, local.version + 1
    )


def hidden(host: str, source: str) -> bool:
    """Whether a far end whose SIP comes from `source` may send from elsewhere than `host` (NAT)."""
    try:
        return host != source and not ip_address(host).is_global
    except ValueError:  # a name
        return True
