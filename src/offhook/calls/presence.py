"""Endpoints that devices speak for: who is there, what the application is told, what is kept."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from offhook.calls import endpoint_news as news
from offhook.calls.devices import DeviceLine, Tell
from offhook.calls.journal import Journal
from offhook.calls.limits import DEVICES_LISTED
from offhook.calls.mail import Mail
from offhook.calls.plant import Plant
from offhook.records import Device, EndpointRecord
from offhook.webrtc import Connected, GatewayError, Gone, Publishing, Report

INBOUND = "INBOUND"  # the direction of endpoints that may not ask for calls
DELETED = "the endpoint was deleted"
EXPIRED = "the endpoint is a day old"
CONNECT_S = 30.0  # for a device, from its hello
LATE = f"the device did not connect within {CONNECT_S:g} seconds"
Dismiss = Callable[[str], None]  # ends the connection to a device, with a reason; never blocks


class Presence:
    """One endpoint with at least one device on its way; the record here is the newest."""

    def __init__(self, plant: Plant, record: EndpointRecord, journal: Journal, sent: int) -> None:
        self.record = record
        self.journal = journal
        self.sessions: dict[str, DeviceSession] = {}
        self._plant = plant
        self._mail = Mail(plant, sent)
        left_s = max(0.0, record.expires - plant.clock.wall())
        self._timer = asyncio.get_running_loop().call_later(left_s, self.end, EXPIRED)

    def lines(self) -> list[DeviceLine]:
        """Return the lines of its devices, the latest first."""
        return [each.line for each in reversed(self.sessions.values())]

    def end(self, reason: str) -> None:
        """Let all devices go."""
        for session in list(self.sessions.values()):
            session.close(reason)

    def close(self) -> None:
        """Nobody is left."""
        self._timer.cancel()

    def came(self, device: Device) -> None:
        """A device is connected."""
        others = [each for each in self.record.devices if each.device_id != device.device_id]
        self._keep((*others, device)[-DEVICES_LISTED:])
        self.journal.log("device.connected", device=device.device_id, name=device.name)
        self._tell(news.CONNECTED, device)

    def publishes(self, device: Device) -> None:
        """Calls can have a device from now on."""
        self.journal.log("device.publishing", device=device.device_id)
        self._tell(news.ELIGIBLE, device)

    def left(self, device: Device, reason: str, *, published: bool) -> None:
        """A connected device is there no more."""
        gone = news.shown(device, there=False)
        listed = self.record.devices
        self._keep(tuple(gone if each.device_id == gone.device_id else each for each in listed))
        self.journal.log("device.disconnected", device=device.device_id, reason=reason)
        if published:
            self._tell(news.INELIGIBLE, gone, reason)
        self._tell(news.DISCONNECTED, gone)

    def wants(self, device: Device, to: str) -> str | None:
        """A device asks for a call; returns why nobody is told of it, if so."""
        record = self.record
        if record.direction == INBOUND:
            return "the endpoint is for inbound calls only"
        if record.events is None:
            return "the endpoint has no eventCallbackUrl, so nobody can be asked"
        destination = news.destination(to)
        if destination is None:
            return "to must be a telephone number in E.164, a SIP URI or the id of an endpoint"
        self.journal.log("device.requested", device=device.device_id, to=to)
        payload = news.request_event(record, device, destination, self._plant.clock.wall())
        self._mail.send(news.of_device(self._plant, record, self._mail.next, payload))
        return None

    def _keep(self, devices: tuple[Device, ...]) -> None:
        version = self.record.version + 1
        self.record = replace(self.record, devices=devices, version=version)
        self._plant.store.put_endpoint(self.record)

    def _tell(self, kind: str, device: Device, message: str | None = None) -> None:
        now = self._plant.clock.wall()
        if self._plant.settings.flat_endpoint_events:
            kind = news.FLAT.get(kind, kind)
            payload = news.flat_event(self.record, kind, device, now, message)
        elif kind in news.FLAT:
            payload = news.device_event(self.record, kind, device, now)
        else:
            return
        self._mail.send(news.of_device(self._plant, self.record, self._mail.next, payload))


class DeviceSession:
    """One browser or app, from the moment its token was taken until it leaves."""

    def __init__(
        self,
        plant: Plant,
        presence: Presence,
        name: str | None,
        tell: Tell,
        dismiss: Dismiss,
        on_close: Callable[["DeviceSession"], None],
    ) -> None:
        self.device = Device(plant.ids.device(), plant.clock.wall(), name)
        self.presence = presence
        self._plant = plant
        self._dismiss = dismiss
        self._on_close = on_close
        self._offered = self._connected = self._over = False
        endpoint_id = presence.record.endpoint_id
        self.line = DeviceLine(self.device.device_id, endpoint_id, plant.gateway, tell)
        presence.sessions[self.device.device_id] = self
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(CONNECT_S, self.close, LATE)

    @property
    def device_id(self) -> str:
        """The id of the device."""
        return self.device.device_id

    @property
    def endpoint_id(self) -> str:
        """The id of the endpoint."""
        return self.presence.record.endpoint_id

    async def offer(self, sdp: str) -> str:
        """Take the device's offer; returns the answer; raises GatewayError."""
        if self._offered:
            raise GatewayError("a device makes one offer; connect anew to make another")
        self._offered = True
        gateway, journal = self._plant.gateway, self.presence.journal
        try:
            opened = await gateway.open(self.device_id, sdp, self._on_report)
        except GatewayError as error:
            journal.log("device.refused", device=self.device_id, reason=str(error))
            raise
        self.line.plain = opened.plain
        return opened.answer

    def answers_by_itself(self, automatic: bool) -> None:
        """Say whether calls are taken at once, or somebody lifts the receiver."""
        self.line.manual = not automatic

    def lift(self) -> None:
        """Take the call that rings."""
        self.line.lift()

    def hang(self) -> None:
        """Leave the call, or refuse the one that rings."""
        self.line.hang()

    def request(self, to: str) -> str | None:
        """Ask the application for a call to somebody; returns why it is not asked, if so."""
        if not self._connected:
            return "the device is not connected"
        return self.presence.wants(self.device, to)

    def hint(self, candidate: Mapping[str, Any]) -> None:
        """Take a candidate that came after the offer."""
        self._plant.gateway.hint(self.device_id, candidate)

    def close(self, reason: str) -> None:
        """Let the device go, once."""
        if self._over:
            return
        self._over = True
        self._timer.cancel()
        published = self.line.publishing
        self.line.leave(reason)
        self._plant.gateway.close(self.device_id)
        del self.presence.sessions[self.device_id]
        if self._connected:
            self.presence.left(self.device, reason, published=published)
        self._on_close(self)
        self._dismiss(reason)

    def _on_report(self, report: Report) -> None:
        match report:
            case _ if self._over:
                return
            case Connected():
                self._connected = True
                self._timer.cancel()
                self.presence.came(self.device)
                self.line.connected()
            case Publishing():
                self.line.publishing = True
                self.presence.publishes(self.device)
            case Gone(reason=reason):
                self.close(reason)
