"""One device: ICE by aioice, DTLS and SRTP keys by aiortc, SRTP by pylibsrtp, and the plain side.

The classes of aiortc that decode and mix media are not used: a packet is taken out of its armour
and handed on as it is, and the other way round.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aioice
import pylibsrtp
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport, State
from aiortc.rtcicetransport import candidate_to_aioice

from offhook.scopes import TaskOwner
from offhook.webrtc import Connected, GatewayError, Gone, Opened, Plain, Publishing, Sink
from offhook.webrtc import description as sdp
from offhook.webrtc.relay import Relay

CANDIDATES = 64  # of a device that are tried
WAITING = 50  # packets for a device: a second of sound
EVERYWHERE = "0.0.0.0"  # noqa: S104
CANDIDATE = "candidate:"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the gateway is."""

    host: str  # for devices; 0.0.0.0 for every address of the machine
    advertised: str | None  # what they are told instead
    stun: tuple[str, int] | None
    media_host: str  # for the media plane


class Ice(aioice.Connection):
    """ICE on the addresses that the operator has chosen."""

    def __init__(self, place: Place) -> None:
        super().__init__(ice_controlling=False, stun_server=place.stun)
        self._host = place.host
        self.role = "controlled"
        self._recv = self.recv  # as the DTLS transport calls it
        self._send = self.send

    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = 5
    ) -> list[aioice.Candidate]:
        """Gather on one address alone, if one is chosen."""
        chosen = addresses if self._host == EVERYWHERE else [self._host]
        return await super().get_component_candidates(component, chosen, timeout)


class Armour(RTCDtlsTransport):
    """DTLS-SRTP whose packets go to a peer, unparsed."""

    def __init__(self, ice: Ice, certificate: RTCCertificate, peer: "Peer") -> None:
        super().__init__(ice, [certificate])  # type: ignore[arg-type]  # it sends and receives
        self._peer = peer
        self._set_role("client")

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        self._peer.said(data)

    async def _handle_rtcp_data(self, data: bytes) -> None:
        self._peer.reported(data)


class Peer:
    """A device, from its offer to its end."""

    def __init__(self, place: Place, certificate: RTCCertificate, sink: Sink) -> None:
        self._place = place
        self._sink = sink
        self._tasks = TaskOwner()
        self._ice = Ice(place)
        self._armour = Armour(self._ice, certificate, self)
        self._fingerprint = next(
            each.value for each in certificate.getFingerprints() if each.algorithm == "sha-256"
        )
        self._relay: Relay | None = None
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(WAITING)
        self._publishes = False
        self._candidates_left = CANDIDATES

    async def open(self, offer: str, session_id: int) -> Opened:
        """Answer an offer, and begin to connect; raises GatewayError."""
        offered = sdp.read(offer)
        await self._ice.gather_candidates()
        local = sdp.Local(
            session_id,
            self._ice.local_username,
            self._ice.local_password,
            tuple(self._candidates()),
            self._fingerprint,
        )
        if not local.candidates:
            raise GatewayError(f"the server has no address for devices: {self._place.host}")
        self._relay = relay = await Relay.open(
            self._place.media_host, offered.events_type, self._post
        )
        for each in offered.audio.ice_candidates:
            await self._take(candidate_to_aioice(each))
        if offered.audio.ice_candidates_complete:
            await self._take(None)
        self._ice.remote_username, self._ice.remote_password = offered.ice
        self._tasks.start(self._live(offered), "device")
        plain = Plain(self._place.media_host, relay.rtp.port, relay.rtcp.port, offered.codec)
        return Opened(sdp.answer(offered, local), plain)

    def _candidates(self) -> list[str]:
        shown = self._place.advertised
        told = []
        for candidate in self._ice.local_candidates:
            if shown is not None and candidate.type == "host":
                candidate.host = shown
            told.append(candidate.to_sdp())
        return told

    async def hint(self, candidate: Mapping[str, Any]) -> None:
        """Take a candidate that came late; what is none is nothing."""
        text = str(candidate.get("candidate") or "")
        try:
            found = aioice.Candidate.from_sdp(text.removeprefix(CANDIDATE)) if text else None
        except (ValueError, IndexError, AssertionError):
            return
        await self._take(found)

    async def _take(self, candidate: aioice.Candidate | None) -> None:
        """Try a candidate, if there have not been too many; ICE refuses what is no address."""
        self._candidates_left -= candidate is not None
        if self._candidates_left < 0:
            return
        with contextlib.suppress(ValueError):
            await self._ice.add_remote_candidate(candidate)

    async def _live(self, offered: sdp.Offered) -> None:
        """Connect, and relay until one side has had enough."""
        reason = "the connection ended"
        try:
            await self._ice.connect()
            await self._armour.start(offered.dtls)
            if self._armour._state is not State.CONNECTED:
                reason = "the DTLS handshake failed"
                return
            self._sink(Connected())
            ended = asyncio.Event()
            self._armour.on("statechange", ended.set)
            self._tasks.start(self._carry(), "device: to it")
            await ended.wait()
        except ConnectionError as error:
            reason = f"no connection: {error}" if str(error) else reason
        finally:
            self._sink(Gone(reason))

    # the two directions

    def said(self, data: bytes) -> None:
        """The device has sent an RTP packet."""
        if not self._publishes:
            self._publishes = True
            self._sink(Publishing())
        if self._relay is not None:
            self._relay.from_device(data)

    def reported(self, data: bytes) -> None:
        """The device has sent an RTCP packet."""
        if self._relay is not None:
            self._relay.rtcp.send(data)

    def _post(self, data: bytes) -> None:
        """A packet for the device; one that is too late anyway is dropped."""
        if not self._waiting.full():
            self._waiting.put_nowait(data)

    async def _carry(self) -> None:
        while True:
            data = await self._waiting.get()
            try:
                await self._armour._send_rtp(data)
            except (ConnectionError, pylibsrtp.Error):
                continue  # its end, if this is one, comes by itself

    def attach(self, host: str, rtp_port: int, rtcp_port: int) -> None:
        """Relay to and from a leg of the media plane."""
        del host  # it may be what far ends elsewhere are told
        if self._relay is not None:
            self._relay.attach(self._place.media_host, rtp_port, rtcp_port)

    def detach(self) -> None:
        """Relay no more."""
        if self._relay is not None:
            self._relay.detach()

    async def close(self) -> None:
        """End the connection."""
        await self._tasks.close()
        await self._armour.stop()
        await self._ice.close()
        if self._relay is not None:
            self._relay.close()
