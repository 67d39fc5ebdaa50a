"""What applications are told of endpoints (webhooks.md 9), in the older or the newer shape.

The older one tells of devices that come and go. The newer one is flat, and tells too when calls can
have an endpoint and when they no longer can.
"""

import re
from typing import Any

from offhook.calls.plant import Plant
from offhook.clock import timestamp
from offhook.hooks import Hook
from offhook.records import CallRecord, Delivery, Device, DeviceStatus, EndpointRecord

CONNECTED, DISCONNECTED = "DEVICE_CONNECTED", "DEVICE_DISCONNECTED"
FLAT = {CONNECTED: "endpointConnected", DISCONNECTED: "endpointDisconnected"}
ELIGIBLE, INELIGIBLE = "endpointEligible", "endpointIneligible"  # in the newer shape only
REQUEST = "outboundConnectionRequest"
LONGEST = 256  # characters of whom a device asks for
TIMEOUT_S = 15.0


def device_event(record: EndpointRecord, kind: str, device: Device, at: float) -> dict[str, Any]:
    """Return an event in the older shape."""
    about = {
        "deviceId": device.device_id,
        "deviceName": device.name,
        "status": str(device.status),
        "creationTimestamp": timestamp(device.created),
    }
    event: dict[str, Any] = {
        "endpointId": record.endpoint_id,
        "type": "WEBRTC",
        "status": str(record.status),
        "creationTimestamp": timestamp(record.created),
        "expirationTimestamp": timestamp(record.expires),
        "tag": record.tag,
        "eventTime": timestamp(at),
        "eventType": kind,
        "device": _present(about),
    }
    return _present(event)


def flat_event(
    record: EndpointRecord, kind: str, device: Device, at: float, message: str | None = None
) -> dict[str, Any]:
    """Return an event in the newer shape."""
    event = {
        "accountId": record.account_id,
        "endpointId": record.endpoint_id,
        "event": kind,
        "deviceId": device.device_id,
        "timestamp": round(at * 1000),
        "tags": record.tag,
        "errorMessage": message,
    }
    return _present(event)


def destination(to: str) -> dict[str, str] | None:
    """Return whom a device wants to talk to, as events tell it; None if it is nobody."""
    if len(to) > LONGEST or len(to.split()) != 1:
        return None
    if re.fullmatch(r"\+[0-9]{2,15}", to, re.ASCII):
        return {"type": "PHONE_NUMBER", "id": to}
    if to.lower().startswith(("sip:", "sips:")):
        return {"type": "SIP_URI", "id": to}
    return {"type": "ENDPOINT", "id": to} if to.startswith("e-") else None


def request_event(
    record: EndpointRecord, device: Device, wanted: dict[str, str], at: float
) -> dict[str, Any]:
    """Return how a device asks for a call; there is but one shape of it."""
    return flat_event(record, REQUEST, device, at) | {"destination": wanted}


def of_device(
    plant: Plant, record: EndpointRecord, sequence: int, payload: dict[str, Any]
) -> Delivery | None:
    """Return the webhook that tells an endpoint's application, if it wants to know."""
    if record.events is None:
        return None
    ids = (record.endpoint_id, record.account_id)
    return _delivery(plant, ids, sequence, payload, record.events, TIMEOUT_S)


def of_connect(
    plant: Plant, record: CallRecord, sequence: int, endpoint_id: str, status: str, hook: Hook
) -> Delivery:
    """Return the webhook that tells how far a call's Connect is (bxml.md 4.3)."""
    payload = {
        "accountId": record.account_id,
        "endpointId": endpoint_id,
        "event": "connectStatus",
        "status": status,
        "callId": record.call_id,
        "timestamp": round(plant.clock.wall() * 1000),
        "tags": record.tag,
    }
    ids = (record.call_id, record.account_id)
    return _delivery(plant, ids, sequence, _present(payload), hook, record.callback_timeout_s)


def _delivery(
    plant: Plant,
    ids: tuple[str, str],
    sequence: int,
    payload: dict[str, Any],
    hook: Hook,
    timeout_s: float,
) -> Delivery:
    owner, account_id = ids
    return Delivery(
        id=plant.ids.uuid(),
        call_id=owner,
        account_id=account_id,
        sequence=sequence,
        event_type=payload.get("eventType") or payload["event"],
        payload=payload,
        target=hook.primary,
        fallback=hook.fallback,
        timeout_s=timeout_s,
        created=plant.clock.wall(),
        once=True,
    )


def _present(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if value is not None}


def shown(device: Device, *, there: bool) -> Device:
    """Return a device as it is once it has come, or has left."""
    status = DeviceStatus.CONNECTED if there else DeviceStatus.DISCONNECTED
    return Device(device.device_id, device.created, device.name, status)
