"""What is true of a graph of calls: rules that look at a live node, and at what a seed has left."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise

from tests.sim.simulation import AT_ONCE_S, CLOCK_S, Deed

from offhook.app import Node
from offhook.media.local import LocalMedia
from offhook.records import Recording, RecordingStatus
from offhook.testing.app import Received
from offhook.testing.invariants import ASKED, Evidence
from offhook.testing.loop import EPOCH

TICK_S = 0.02
UNIQUE = re.compile(r"/\w+/\d+")  # paths that the author gives away once


def tie_faults(node: Node) -> Iterator[str]:
    """Calls and conferences agree on who is tied to whom, and nobody is to what is over."""
    calls, rooms = node.exchange.calls, node.exchange.rooms._rooms
    yield from room_faults(node)
    for call_id, call in calls.items():
        for other_id in call.ties._peers.keys() - rooms.keys():
            other = calls.get(other_id)
            if other is None:
                yield f"{call_id} is tied to {other_id}, which is over"
            elif call_id not in other.ties._peers and not other.announcing:
                yield f"{call_id} is tied to {other_id}, which does not know"
        joined = call.ties._joined
        if joined is not None and (
            joined not in calls or not calls[joined].ties.is_joined(call_id)
        ):
            yield f"{call_id} believes that it talks to {joined}"


def room_faults(node: Node) -> Iterator[str]:
    """Who is in a conference is tied to it and sits in its room, and nobody else."""
    assert isinstance(node.media, LocalMedia)
    rows, seats = node.media._plane._engine._rows, node.media._plane._engine._rooms._seat
    exchange = node.exchange
    inside = {
        (member.call_id, room)
        for room, conference in exchange.rooms._rooms.items()
        for member in conference.members
    }
    tied = {
        (call_id, other)
        for call_id, call in exchange.calls.items()
        for other in call.ties._peers.keys() & exchange.rooms._rooms.keys()
    }
    seated = {
        (rows.leg(row), rows.leg(int(seats[row]))) for row in range(rows.count) if seats[row] >= 0
    }
    if not inside == tied == seated:
        yield f"in conferences are {inside}, tied to them {tied}, and in their rooms {seated}"


def sound_faults(node: Node) -> Iterator[str]:
    """Parties hear each other if and only if their calls are joined."""
    assert isinstance(node.media, LocalMedia)
    engine = node.media._plane._engine
    rows = engine._rows
    hearing = {
        (rows.leg(sink), rows.leg(source))
        for sink in range(rows.count)
        for source in engine._switch._heard_by[sink]
        if source < engine._capacity
    }
    joined = {
        (call_id, call.ties._joined)
        for call_id, call in node.exchange.calls.items()
        if call.ties._joined is not None
    }
    if hearing != joined:
        yield f"joined are {joined}, but these hear each other: {hearing}"


def recording_faults(
    evidence: Evidence, recordings: Sequence[Recording], deleted: Set[str]
) -> Iterator[str]:
    """Each holds what was recorded, is whole, and was announced once if anybody wanted to know."""
    begun = [e.data["recording"] for e in evidence.log if e.kind == "recording.started"]
    made = Counter(e.data["recording"] for e in evidence.log if e.kind == "recording.made")
    if {r.recording_id for r in recordings} != set(begun) - deleted:
        yield f"recordings {begun} were begun, but there are {recordings}"
    if any(made[each] != 1 for each in begun if each not in deleted):
        yield f"recordings were made so often: {made}"
    announced = Counter(
        each.payload["recordingId"]
        for each in evidence.deliveries
        if each.event_type == "recordingAvailable"
    )
    for recording in recordings:
        name = recording.recording_id
        if recording.status is not RecordingStatus.COMPLETE:
            yield f"recording {name} is {recording.status}"
        if announced[name] != (recording.available is not None):
            yield f"recording {name} was announced {announced[name]} times"
        stretches = list(_recorded(evidence, name))
        total_s, duration_s = sum(stretches), recording.duration_s or 0.0
        if abs(duration_s - total_s) > TICK_S * len(stretches) + CLOCK_S:
            yield f"recording {name} lasts {duration_s}, but should {total_s}: {stretches}"


def _recorded(evidence: Evidence, name: str) -> Iterator[float]:
    """Return how long a recording ran each time, in seconds."""
    events = [e for e in evidence.log if e.data.get("recording") == name]
    for event, following in pairwise(events):
        if event.kind in ("recording.started", "recording.resumed"):
            yield following.at - event.at


def refusal_faults(
    evidence: Evidence, refused: Iterable[Deed], deeds: Iterable[Deed]
) -> Iterator[str]:
    """REST says 409 of a call that is not answered, is given away, or is over, and else never."""
    record = evidence.record
    assert record.end_time is not None
    ended = record.end_time - EPOCH
    answered = (record.answer_time or record.end_time) - EPOCH
    forwards = any(e.data.get("verb") in ("Forward", "Refer") for e in evidence.log)
    forwarded = forwards or (record.parent_call_id is not None and record.hook is None)
    for deed in refused:
        if deed.call != record.call_id or deed.at >= ended - AT_ONCE_S:
            continue
        changes = deed.kind != "complete"
        if not changes or (deed.at > answered and not forwarded):
            yield f"REST would not have it: {deed}, answered at {answered}, ended at {ended}"
    for deed in deeds:
        changed = deed.call == record.call_id and deed.kind in ("redirect", "rescript")
        if changed and not answered - CLOCK_S <= deed.at <= ended + CLOCK_S:
            yield f"REST had it: {deed}, answered at {answered}, ended at {ended}"


def asked(evidence: Evidence) -> list[Received]:
    """Return the synchronous webhooks of a call."""
    return [each for each in evidence.requests if each.event["eventType"] in ASKED]


def is_unique(path: str) -> bool:
    """Whether it belongs to one webhook of one document."""
    return UNIQUE.fullmatch(path) is not None
