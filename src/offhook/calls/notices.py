"""Asynchronous webhooks of a call: what is written into the outbox (webhooks.md 1, 7)."""

from collections.abc import Mapping
from typing import Any

from offhook.calls.payloads import call_event, disconnect_event
from offhook.calls.plant import Plant
from offhook.hooks import Target
from offhook.records import CallRecord, Delivery


def disconnect(plant: Plant, record: CallRecord, sequence: int) -> Delivery | None:
    """Return the last webhook of an ended call, if anybody wants it."""
    if record.status is None:
        return None
    payload = disconnect_event(record, plant.clock.wall(), plant.settings.base_url)
    return _delivery(plant, record, sequence, payload, (record.status, record.status_fallback))


def notice(
    plant: Plant,
    record: CallRecord,
    sequence: int,
    event: str,
    fields: Mapping[str, Any],
    targets: tuple[Target, Target | None],
) -> Delivery:
    """Return another asynchronous event of a live call, for a target and its fallback."""
    now, base_url = plant.clock.wall(), plant.settings.base_url
    payload = call_event(record, event, now, base_url, fields)
    return _delivery(plant, record, sequence, payload, targets)


def _delivery(
    plant: Plant,
    record: CallRecord,
    sequence: int,
    payload: dict[str, Any],
    targets: tuple[Target, Target | None],
) -> Delivery:
    return Delivery(
        id=plant.ids.uuid(),
        call_id=record.call_id,
        account_id=record.account_id,
        sequence=sequence,
        event_type=payload["eventType"],
        payload=payload,
        target=targets[0],
        fallback=targets[1],
        timeout_s=record.callback_timeout_s,
        created=plant.clock.wall(),
    )
