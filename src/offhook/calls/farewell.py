"""The last webhook of a call."""

from offhook.calls.payloads import disconnect_event
from offhook.calls.plant import Plant
from offhook.records import CallRecord, Delivery


def disconnect_delivery(plant: Plant, record: CallRecord) -> Delivery | None:
    """Return the `disconnect` webhook of an ended call, if anybody wants it."""
    if record.status is None:
        return None
    now = plant.clock.wall()
    return Delivery(
        id=plant.ids.uuid(),
        call_id=record.call_id,
        account_id=record.account_id,
        sequence=1,
        event_type="disconnect",
        payload=disconnect_event(record, now, plant.settings.base_url),
        target=record.status,
        fallback=record.status_fallback,
        timeout_s=record.callback_timeout_s,
        created=now,
    )
