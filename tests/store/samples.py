"""Records to store, and places to store them."""

from dataclasses import replace
from typing import Any

from msgspec import structs

from offhook.hooks import Credentials, Hook, Target
from offhook.records import (
    CallRecord,
    CallState,
    ConferenceRecord,
    Delivery,
    Direction,
    Event,
    Incident,
    IncidentKind,
    KeptAnswer,
    Recording,
)

ACCOUNT = "9900000"


def call(call_id: str = "c-1", **changes: Any) -> CallRecord:
    """A ringing outbound call."""
    made = CallRecord(
        call_id=call_id,
        account_id=ACCOUNT,
        application_id="3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
        to="+12025550143",
        from_="+12025550100",
        direction=Direction.OUTBOUND,
        state=CallState.INITIATED,
        last_update=1000.5,
        start_time=1000.25,
    )
    return structs.replace(made, **changes)


def conference(conference_id: str = "conf-1", **changes: Any) -> ConferenceRecord:
    """A live conference."""
    made = ConferenceRecord(conference_id, ACCOUNT, "room", created=1000.0)
    return replace(made, **changes)


def event(call_id: str = "c-1", number: int = 1, **data: Any) -> Event:
    """An entry of a call's log."""
    return Event(call_id, number, 1000.0 + number, "call.state", data)


def delivery(call_id: str = "c-1", sequence: int = 1, **changes: Any) -> Delivery:
    """A webhook that waits."""
    made = Delivery(
        id=f"{call_id}/{sequence}",
        call_id=call_id,
        account_id=ACCOUNT,
        sequence=sequence,
        event_type="disconnect",
        payload={"eventType": "disconnect", "cause": "hangup"},
        target=Target("https://app.test/bye", "POST", Credentials("u", "p")),
        fallback=None,
        timeout_s=15.0,
        created=1000.0,
    )
    return structs.replace(made, **changes)


def recording(recording_id: str = "r-1", **changes: Any) -> Recording:
    """A recording that runs."""
    made = Recording(
        recording_id=recording_id,
        call_id="c-1",
        account_id=ACCOUNT,
        application_id="3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
        to="+12025550143",
        from_="+12025550100",
        direction=Direction.OUTBOUND,
        start_time=1001.0,
        channels=1,
        file_format="wav",
        available=Target("https://app.test/ra", credentials=Credentials("u", "p")),
    )
    return replace(made, **changes)


def incident(incident_id: str = "i-1", **changes: Any) -> Incident:
    """A request that was refused."""
    made = Incident(incident_id, 1000.0, IncidentKind.REQUEST, ACCOUNT, data={"status": 404})
    return replace(made, **changes)


FULL = call(
    "c-full",
    hook=Hook(Target("https://app.test/a", "GET", Credentials("u", "p")), Target("https://b.test")),
    status=Target("https://app.test/s"),
    stir_shaken={"verstat": "TN-Validation-Passed"},
    tag='"quoted" \N{SNOWMAN}',
    enqueued_time=999.125,
    answer_time=1001.0,
    sip_response_code=200,
    privacy=True,
)


def answer(key: str = "k-1", **changes: Any) -> KeptAnswer:
    """What a createCall under a key was answered."""
    made = KeptAnswer(
        account_id=ACCOUNT,
        operation="createCall",
        key=key,
        digest="d" * 64,
        call_id="c-1",
        created=1000.0,
        status=201,
        headers=(("Location", "https://voice.test/c-1"),),
        body='{"callId":"c-1"}',
    )
    return replace(made, **changes)
