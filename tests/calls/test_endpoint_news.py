"""Events of endpoints as they are sent; the stories are in tests/scenarios."""

import pytest

from offhook.calls import endpoint_news as news
from offhook.records import Device, DeviceStatus, EndpointRecord

RECORD = EndpointRecord("e-1", "9900000", "INBOUND", 1_770_000_000.0, 1_770_086_400.0, "")
DEVICE = Device("d-1", 1_770_000_001.5)


def test_the_older_shape_leaves_out_what_is_not_there() -> None:
    assert news.device_event(RECORD, news.CONNECTED, DEVICE, 1_770_000_002.0) == {
        "endpointId": "e-1",
        "type": "WEBRTC",
        "status": "DISCONNECTED",
        "creationTimestamp": "2026-02-02T02:40:00.000Z",
        "expirationTimestamp": "2026-02-03T02:40:00.000Z",
        "eventTime": "2026-02-02T02:40:02.000Z",
        "eventType": "DEVICE_CONNECTED",
        "device": {
            "deviceId": "d-1",
            "status": "CONNECTED",
            "creationTimestamp": "2026-02-02T02:40:01.500Z",
        },
    }


def test_the_newer_shape_has_milliseconds() -> None:
    assert news.flat_event(RECORD, news.ELIGIBLE, DEVICE, 1_770_000_002.25) == {
        "accountId": "9900000",
        "endpointId": "e-1",
        "event": "endpointEligible",
        "deviceId": "d-1",
        "timestamp": 1_770_000_002_250,
    }


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        ("+12025550143", "PHONE_NUMBER"),
        ("sip:ann@example.com", "SIP_URI"),
        ("SIPS:ann@example.com", "SIP_URI"),
        ("e-00000001-x", "ENDPOINT"),
        ("12025550143", None),
        ("+1 202", None),
        ("", None),
        ("e-" + "x" * 256, None),
    ],
)
def test_whom_a_device_asks_for(to: str, kind: str | None) -> None:
    assert news.destination(to) == (None if kind is None else {"type": kind, "id": to})


def test_a_device_that_has_left_is_shown_so() -> None:
    assert news.shown(DEVICE, there=False).status is DeviceStatus.DISCONNECTED
    assert news.shown(DEVICE, there=True) == DEVICE
