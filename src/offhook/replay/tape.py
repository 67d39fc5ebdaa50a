"""A recorded call: its record and its event log, from the store or from a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec
from msgspec import structs

from offhook.hooks import Hook, Target
from offhook.records import CallRecord, Event

FORMAT: Final = 1


class ReplayError(Exception):
    """This cannot be replayed; the text says why."""


@dataclass(frozen=True, slots=True)
class Tape:
    """What is needed to run a call again."""

    call: CallRecord
    events: Sequence[Event]
    legs: "tuple[Tape, ...]" = ()  # calls that it has placed, oldest first

    @property
    def whole(self) -> bool:
        """Whether the calls that it has placed are here, and can be placed again."""
        return bool(self.legs) and not any(_is_uri(leg.call.to) for leg in self.legs)

    @property
    def started(self) -> float:
        """When the log begins, in seconds since the epoch."""
        return self.events[0].at

    @property
    def duration_s(self) -> float:
        """How long the log is."""
        return self.events[-1].at - self.started


def _is_uri(party: str) -> bool:
    return party.lower().startswith(("sip:", "sips:"))  # it leads to a host of its own


@dataclass(frozen=True, slots=True)
class _Leg:
    call: CallRecord
    recorded: list[Event]


@dataclass(frozen=True, slots=True)
class _Paper:
    """A tape as a file has it; `replayed` and `difference` are for people and other programs."""

    format: int
    call: CallRecord
    recorded: list[Event]
    legs: list[_Leg] = field(default_factory=list)
    replayed: list[Event] = field(default_factory=list)
    difference: dict[str, Any] | None = None


def checked(tape: Tape) -> Tape:
    """Return a tape of a call that is over and has asked an app; raises ReplayError."""
    call = tape.call
    if not tape.events or call.end_time is None:
        raise ReplayError(f"{call.call_id} has not ended: a call is replayed as a whole")
    if call.parent_call_id is not None:
        why = f"was placed by {call.parent_call_id}, and is nothing without it: replay that one"
        raise ReplayError(f"{call.call_id} {why}")
    if call.hook is None:
        raise ReplayError(f"{call.call_id} has asked no app")
    return tape


def write(tape: Tape, replayed: Sequence[Event], difference: dict[str, Any] | None) -> bytes:
    """Return a file that can be replayed again; it has no credentials."""
    legs = [_Leg(_bare(leg.call), list(leg.events)) for leg in tape.legs]
    call, events = _bare(tape.call), list(tape.events)
    paper = _Paper(FORMAT, call, events, legs, list(replayed), difference)
    return msgspec.json.format(msgspec.json.encode(paper), indent=1) + b"\n"


def read(text: bytes) -> Tape:
    """Return the tape in a file; raises ReplayError."""
    try:
        paper = msgspec.json.decode(text, type=_Paper)
    except msgspec.MsgspecError as error:
        raise ReplayError(f"it is no file of `offhook replay --out`: {error}") from error
    if paper.format != FORMAT:
        raise ReplayError(f"it has format {paper.format}; this version reads format {FORMAT}")
    legs = tuple(Tape(leg.call, leg.recorded) for leg in paper.legs)
    return Tape(paper.call, paper.recorded, legs)


def _bare(call: CallRecord) -> CallRecord:
    hook = call.hook and Hook(
        replace(call.hook.primary, credentials=None), _anonymous(call.hook.fallback)
    )
    return structs.replace(
        call,
        hook=hook,
        status=_anonymous(call.status),
        status_fallback=_anonymous(call.status_fallback),
    )


def _anonymous(target: Target | None) -> Target | None:
    return target and replace(target, credentials=None)
