"""Webhooks: what is written down before they are sent (webhooks.md 1, 7)."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from offhook.calls import payloads
from offhook.calls.plant import Plant
from offhook.hooks import Hook, Target
from offhook.records import CallRecord, ConferenceRecord, Delivery, Member, Recording


def disconnect(plant: Plant, record: CallRecord, sequence: int) -> Delivery | None:
    """Return the last webhook of an ended call, if anybody wants it."""
    if record.status is None:
        return None
    payload = payloads.disconnect_event(record, plant.clock.wall(), plant.settings.base_url)
    hook = Hook(record.status, record.status_fallback)
    return _delivery(plant, record, sequence, payload, hook)


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
    payload = payloads.call_event(record, event, now, base_url, fields)
    return _delivery(plant, record, sequence, payload, Hook(*targets))


def news(plant: Plant, record: CallRecord, sequence: int, told: payloads.News) -> Delivery:
    """Return an asynchronous event of a call, live or over."""
    made = notice(plant, record, sequence, told.event, told.fields, (told.target, None))
    return made if told.timeout_s is None else replace(made, timeout_s=told.timeout_s)


def conference(
    plant: Plant,
    record: ConferenceRecord,
    sequence: int,
    event: str,
    member: Member | None,
    hook: Hook | None,
) -> Delivery | None:
    """Return a synchronous event of a conference, if anybody wants it."""
    if hook is None:
        return None
    payload = payloads.conference_event(record, event, plant.clock.wall(), member)
    return replace(_delivery(plant, record, sequence, payload, hook), asks=True)


def completed(plant: Plant, record: ConferenceRecord, sequence: int) -> Delivery | None:
    """Return the last event of a conference, if anybody wants it."""
    if record.hook is None:
        return None
    payload = payloads.conference_event(record, "conferenceCompleted", plant.clock.wall())
    return _delivery(plant, record, sequence, payload, Hook(record.hook.primary))


def conference_recording(
    plant: Plant, record: ConferenceRecord, sequence: int, recording: Recording, target: Target
) -> Delivery:
    """Return the event that tells of the file of a conference's recording."""
    now, base_url = plant.clock.wall(), plant.settings.base_url
    payload = payloads.conference_recording(record, recording, now, base_url)
    return _delivery(plant, record, sequence, payload, Hook(target))


def question(
    plant: Plant,
    record: CallRecord,
    sequence: int,
    event: str,
    fields: Mapping[str, Any],
    hook: Hook,
) -> Delivery:
    """Return a synchronous event of a live call: its reply says what comes next."""
    targets = (hook.primary, hook.fallback)
    return replace(notice(plant, record, sequence, event, fields, targets), sync=True)


def _delivery(
    plant: Plant,
    record: CallRecord | ConferenceRecord,
    sequence: int,
    payload: dict[str, Any],
    hook: Hook,
) -> Delivery:
    return Delivery(
        id=plant.ids.uuid(),
        call_id=record.call_id if isinstance(record, CallRecord) else record.conference_id,
        account_id=record.account_id,
        sequence=sequence,
        event_type=payload["eventType"],
        payload=payload,
        target=hook.primary,
        fallback=hook.fallback,
        timeout_s=record.callback_timeout_s,
        created=plant.clock.wall(),
    )
